"""A published study gives back its percentages (the source is cited in ``tests/studies/aorif.py``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from palier.questionnaires import queries as questionnaires
from palier.studies import operations, queries
from palier.studies.rules.editions import share
from palier.studies.rules.telling import told
from tests.fixtures import NOON
from tests.studies import aorif
from tests.studies.conftest import Region, validated

pytestmark = pytest.mark.django_db


def test_the_tables_of_the_aorif_study_are_given_back(make_region: Callable[..., Region]) -> None:
    region = make_region(aorif.LANDLORDS, "Association de la région")
    for number, said in enumerate(aorif.answers()):
        validated(region.answer(number), said, region.by)
    live = queries.coverage_of(queries.studies_of(associations=[region.association.pk]).get())
    assert live.sentence == "46 % des organismes, 83 % des logements"
    study = operations.close(study=region.study, by=region.by, at=NOON)
    counted = study.counted
    coverage, questions = counted["coverage"], counted["questions"]
    assert (coverage["all"]["counted"], coverage["all"]["invited"]) == (aorif.ANSWERED, aorif.MEMBERS)
    weights = {
        family: tuple(
            share(coverage[f"status:{family}"][which], coverage["all"][which]) for which in ("homes_counted", "homes_invited")
        )
        for family in ("esh", "oph")
    }
    assert weights == {"esh": (66, 57), "oph": (33, 43)}

    def percent(key: str, code: str) -> int:
        return share(questions[key]["counts"][code]["all"], questions[key]["n"]["all"])

    given = {key: {code: percent(key, code) for code in printed} for key, printed in aorif.PERCENT.items()}
    assert given == aorif.PERCENT
    named = {key: {code: questions[key]["counts"][code]["all"] for code in printed} for key, printed in aorif.NAMED.items()}
    assert named == aorif.NAMED
    assert {key: questions[key]["quartiles"]["all"][1] for key in aorif.MEDIAN} == aorif.MEDIAN
    assert {key: questions[key]["means"]["all"] for key in aorif.MEAN} == aorif.MEAN
    form = questionnaires.questionnaire(study.questionnaire)
    [taken] = [q for theme in told(form, counted, {"all": "Ensemble"}, None) for q in theme.questions if q.key == "commitments"]
    of_all = {choice.code: line.of_all for choice, line in zip(form.question("commitments").choices, taken.lines, strict=True)}
    assert {code: of_all[code] for code in aorif.OF_ALL} == {code: f"{percent} %" for code, percent in aorif.OF_ALL.items()}
    many = Counter(len(said["commitments"]) for said in aorif.answers() if "commitments" in said)
    assert {n: share(count, 35) for n, count in many.items()} == aorif.COMBINED
