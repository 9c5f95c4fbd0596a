"""One definition of complete, and a remedy for each thing that is missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from palier.frameworks.rules.answering import admissible, still_open
from palier.frameworks.rules.completeness import (
    Place,
    assessment_complete,
    criterion_complete,
    progress,
    theme_complete,
    theme_in_short,
)
from palier.frameworks.rules.grid import Given
from tests.frameworks.samples import SMALL, grid

HERE = Place(7, 8)
FULL = {
    "control": Given(3, kinds=frozenset({"procedure"})),
    "sharing": Given(3, justified=True),
    "waste": Given(4),
    "phone": Given(4),
    "desk": Given(1),
}


def codes(code: str, said: Given, text: str = SMALL) -> list[str]:
    verdict = criterion_complete(grid(text).criteria[code], said, HERE)
    return [reason.code.removeprefix("frameworks.") for reason in verdict.reasons]


def test_a_criterion_is_complete_when_rated_justified_and_proven_as_the_grid_asks() -> None:
    assert codes("waste", Given()) == ["not_rated"]
    assert codes("waste", Given(4)) == []
    assert codes("waste", Given(2)) == ["not_justified"]
    assert codes("waste", Given(2, justified=True)) == []
    assert codes("sharing", Given(4)) == ["not_justified"]
    assert codes("desk", Given(1)) == []
    assert codes("control", Given(4)) == ["no_evidence"]
    assert codes("control", Given(1)) == ["not_justified", "no_evidence"]
    assert codes("control", Given(4, kinds=frozenset({"photo"}))) == ["no_evidence"]
    assert codes("control", Given(4, kinds=frozenset({"control_sheet"}))) == []


def test_one_of_each_type_may_be_asked() -> None:
    text = SMALL.replace("evidence_rule: one", "evidence_rule: all")
    assert codes("control", Given(4, kinds=frozenset({"procedure"})), text) == ["no_evidence"]
    assert codes("control", Given(4, kinds=frozenset({"procedure", "control_sheet"})), text) == []


def test_not_applicable_needs_its_reason_and_no_evidence() -> None:
    assert codes("control", Given(None, True)) == ["not_justified"]
    assert codes("control", Given(None, True, justified=True)) == []
    assert codes("desk", Given(None, True)) == []


def test_each_reason_leads_to_its_criterion() -> None:
    (reason,) = criterion_complete(grid().criteria["sharing"], Given(4), HERE).reasons
    assert reason.sentence == "« 1.2 Partage » est noté sans justification."
    assert reason.remedy is not None
    assert (reason.remedy.label, reason.remedy.page) == ("Justifier 1.2", "assessment_criterion")
    assert reason.remedy.args == {"landlord_id": 7, "assessment_id": 8, "criterion": "sharing"}


def test_a_theme_says_in_short_what_it_misses() -> None:
    verdict = theme_in_short(grid().themes[0], {"control": Given(4)}, HERE)
    assert [r.sentence for r in verdict.reasons] == ["2 critères à noter.", "1 preuve à déposer."]
    assert verdict.reasons[0].remedy is not None
    assert verdict.reasons[0].remedy.args["criterion"] == "sharing"


def test_an_assessment_says_theme_by_theme_what_it_misses() -> None:
    verdict = assessment_complete(grid(), {**FULL, "waste": Given(1), "phone": Given()}, HERE)
    assert [r.sentence for r in verdict.reasons] == [
        "Thème 1, Propreté : 1 justification à écrire.",
        "Thème 2, Accueil : 1 critère à noter.",
    ]
    assert assessment_complete(grid(), FULL, HERE)


answers = st.fixed_dictionaries(
    {
        code: st.builds(
            Given,
            st.one_of(st.none(), st.integers(1, 4)),
            st.booleans(),
            st.booleans(),
            st.sets(st.sampled_from(["procedure", "photo"])).map(frozenset),
        )
        for code in FULL
    }
)


@given(answers)
def test_criteria_themes_assessment_and_progress_agree(said: dict[str, Given]) -> None:
    of = grid()
    each = [criterion_complete(c, said[c.code], HERE) for c in of.criteria.values()]
    assert bool(assessment_complete(of, said, HERE)) == all(each)
    assert all(bool(theme_complete(t, said, HERE)) == bool(theme_in_short(t, said, HERE)) for t in of.themes)
    done = progress(of, said)
    assert done.complete == sum(map(bool, each))
    assert done.done == bool(assessment_complete(of, said, HERE))
    assert done.complete <= done.rated <= done.total


def test_what_may_be_answered() -> None:
    control, phone = grid().criteria["control"], grid().criteria["phone"]

    def code(criterion: object, **more: object) -> str:
        verdict = admissible(criterion, **{"value": None, "not_applicable": False, "justification": "", **more})  # type: ignore[arg-type]
        return verdict.reasons[0].code if verdict.reasons else ""

    assert code(control, value=4) == ""
    assert code(control) == ""
    assert code(control, value=5) == "frameworks.off_scale"
    assert code(control, value=3, not_applicable=True) == "frameworks.two_answers"
    assert code(phone, not_applicable=True) == "frameworks.na_refused"
    assert code(control, justification="x" * 8001) == "frameworks.too_long"
    assert still_open("open")
    assert "terminée" in still_open("finished").sentence
