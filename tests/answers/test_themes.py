"""Free answers: themes are proposed, a person decides, and only what they decided is counted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from palier.answers import queries
from palier.answers.models import Answer, Remark
from palier.answers.operations import Decided, empty_due, erase_remarks, submit, verify_themes
from palier.answers.rules.themes import NONE, Coded, proposed, stems, tally, themes_of
from palier.answers.statistics.remarks import agreement, lead, rows_of_file, told
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.ledger.models import Entry
from palier.surveys.models import Household, Wave
from palier.surveys.rules.contact import Mode
from palier.surveys.rules.retention import RULES, Held
from palier.verdict import Refusal
from tests.answers.scene import FINE, addressed, closed, links, running

Households = Callable[..., list[Household]]
SAID = [
    "L’ascenseur est encore en panne, Mme Durand du 06 12 34 56 78 le sait.",
    "Les parties communes sont sales et sentent l’urine",
    "Chauffage insuffisant cet hiver",
    "Le gardien est à l’écoute, merci",
    "Bonjour",
    "Trop de bruit la nuit, les voisins du dessus",
    "Les espaces verts sont laissés à l’abandon",
]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        (SAID[0], {"lift", "equipment"}),
        (SAID[1], {"cleanliness"}),
        (SAID[2], {"heating"}),
        (SAID[3], {"reception", "thanks"}),
        (SAID[4], set()),
        (SAID[5], {"noise"}),
        (SAID[6], {"outside"}),
        ("ASCENSEURS", {"lift"}),
        ("La propreté laisse à désirer, nettoyages trop rares", {"cleanliness"}),
        ("Des cafards et des dealers dans le hall", {"pests", "safety"}),
        ("Les charges augmentent chaque année", {"charges"}),
        ("Une réparation attendue depuis deux mois", {"repairs"}),
    ],
)
def test_words_propose_themes_whatever_their_accents_and_endings(text: str, themes: set[str]) -> None:
    assert {*proposed(text, queries.themes())} == themes


def test_one_form_of_a_family_of_words_stands_for_the_others() -> None:
    assert stems("nettoyage") == stems("Nettoyé") == stems("nettoyages") == stems("nettoyer")
    assert stems("d’eau chaude") == stems("d'Eaux CHAUDES")


def test_a_list_of_themes_names_each_code_and_each_word_once() -> None:
    theme = {"code": "lift", "label": "Ascenseur", "words": ["ascenseur"]}
    with pytest.raises(ValueError, match="lift"):
        themes_of({"themes": [theme, theme | {"words": []}]})
    with pytest.raises(ValueError, match="ascens"):
        themes_of({"themes": [theme, theme | {"code": "other", "words": ["ascenseurs"]}]})


def coded(count: int, decided: str | None, words: str = "") -> Coded:
    return Coded(frozenset(words.split()), None if decided is None else frozenset(decided.split()), count)


def test_verified_answers_are_counted_by_theme_and_the_others_apart() -> None:
    found = tally([coded(40, "lift", "lift"), coded(20, "lift noise", "noise"), coded(60, ""), coded(220, None, "lift")], 5)
    assert (found.verified, found.waiting, found.total, found.agreed) == (120, 220, 340, 100)
    assert {mentions.codes: (mentions.count, mentions.waiting) for mentions in found.mentions} == {
        ("lift",): (60, 220),
        (NONE,): (60, 0),
        ("noise",): (20, 0),
    }
    assert lead(found) == "120 sur 340 réponses libres vérifiées."
    rate = agreement(found)
    assert rate is not None
    assert rate.low < rate.value == 83 < rate.high
    lines = told(found, queries.themes())
    assert [line.name for line in lines] == ["Ascenseur", "Sans thème", "Bruit, voisinage"]
    assert all(line.portion.low < line.portion.value < line.portion.high for line in lines)
    assert [row[-2:] for row in rows_of_file(found, queries.themes())] == [[120, 340]] * 3


def test_themes_that_too_few_speak_of_are_read_together() -> None:
    found = tally([coded(12, "lift"), coded(6, "noise"), coded(2, "pests"), coded(1, "charges")], 5)
    assert {frozenset(mentions.codes): mentions.count for mentions in found.mentions} == {
        frozenset({"lift"}): 12,
        frozenset({"charges", "pests", "noise"}): 9,
    }


def test_under_five_verified_answers_nothing_is_told() -> None:
    found = tally([coded(4, "lift", "lift"), coded(300, None)], 5)
    assert found.hidden
    assert not found.mentions
    assert agreement(found) is None


@pytest.fixture
def lead_person(make_person: Callable[..., Person], landlord: Landlord) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme L.")


@pytest.fixture
def told_wave(landlord: Landlord, make_households: Households, at: datetime) -> Wave:
    """A wave whose seven households wrote something, its urn emptied."""
    make_households(7)
    wave = running(landlord, at)
    for (_, token), text in zip(links(wave), SAID, strict=True):
        said = FINE | {"overall_satisfaction": "very_dissatisfied", "why": text}
        submit(to=addressed(token), said=said, mode=Mode.WEB)
    empty_due(at=closed(wave, at))
    wave.refresh_from_db()
    return wave


@pytest.mark.django_db
def test_names_and_numbers_never_leave_the_urn(told_wave: Wave) -> None:
    texts = [*Remark.objects.values_list("text", flat=True)]
    assert len(texts) == 7
    assert not any(word in text for text in texts for word in ("Durand", "06 12"))
    assert any("ascenseur est encore en panne" in text for text in texts)


@pytest.mark.django_db
def test_a_person_decides_and_only_that_is_counted(told_wave: Wave, lead_person: Person, at: datetime) -> None:
    before = queries.tally_of(wave=told_wave)
    assert (before.verified, before.waiting) == (0, 7)
    found = [*queries.remarks(wave=told_wave, verified=False)]
    decided = [Decided(one.row, frozenset({"lift"}), None) for one in found[:6]]
    assert verify_themes(wave=told_wave, decided=decided, by=lead_person, at=at) == 6
    after = queries.tally_of(wave=told_wave)
    assert (after.verified, after.waiting) == (6, 1)
    assert [(mentions.codes, mentions.count) for mentions in after.mentions] == [(("lift",), 6)]
    line = Entry.objects.order_by("-number")[0]
    assert line.act == "answers.themes_verified"
    assert line.content["facts"] == {"count": 6}  # type: ignore[index]


@pytest.mark.django_db
def test_what_somebody_else_decided_meanwhile_is_kept(told_wave: Wave, lead_person: Person, at: datetime) -> None:
    one = queries.remarks(wave=told_wave)[0]
    verify_themes(wave=told_wave, decided=[Decided(one.row, frozenset({"noise"}), None)], by=lead_person, at=at)
    late = [Decided(one.row, frozenset({"lift"}), None)]
    assert verify_themes(wave=told_wave, decided=late, by=lead_person, at=at + timedelta(hours=1)) == 0
    one.refresh_from_db()
    assert one.themes == ["noise"]
    seen = [Decided(one.row, frozenset({"lift"}), one.verified_at)]
    assert verify_themes(wave=told_wave, decided=seen, by=lead_person, at=at + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_free_words_of_too_few_households_are_not_read(told_wave: Wave, lead_person: Person, at: datetime) -> None:
    Answer.objects.filter(row__in=[*Answer.objects.values_list("row", flat=True)[:3]]).delete()
    assert not queries.readable(wave=told_wave)
    with pytest.raises(Refusal, match="désigneraient"):
        verify_themes(wave=told_wave, decided=[Decided(uuid.uuid4(), frozenset(), None)], by=lead_person, at=at)


@pytest.mark.django_db
def test_a_theme_that_does_not_exist_is_refused(told_wave: Wave, lead_person: Person, at: datetime) -> None:
    with pytest.raises(Refusal, match="n’existe pas"):
        verify_themes(wave=told_wave, decided=[Decided(uuid.uuid4(), frozenset({"moon"}), None)], by=lead_person, at=at)


@pytest.mark.django_db
def test_in_time_the_words_go_and_the_figures_stay(told_wave: Wave, lead_person: Person, at: datetime) -> None:
    decided = [Decided(one.row, frozenset({"lift"}), None) for one in queries.remarks(wave=told_wave)]
    verify_themes(wave=told_wave, decided=decided, by=lead_person, at=at)
    figures = queries.tally_of(wave=told_wave)
    assert erase_remarks(at=at + timedelta(days=31 * (RULES[Held.REMARK].months or 0))) == 7
    assert {*Remark.objects.values_list("text", flat=True)} == {""}
    assert not queries.remarks(wave=told_wave).exists()
    assert queries.tally_of(wave=told_wave) == figures


@pytest.mark.django_db
def test_a_decision_bears_its_hour(told_wave: Wave, at: datetime) -> None:
    with pytest.raises(IntegrityError, match="remark_verified_when"), transaction.atomic():
        Remark.objects.filter(wave=told_wave).update(themes=["lift"])
    with pytest.raises(IntegrityError, match="remark_verified_when"), transaction.atomic():
        Remark.objects.filter(wave=told_wave).update(verified_at=at)
