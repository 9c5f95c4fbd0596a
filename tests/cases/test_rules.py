"""What alarms, how long one has, when it climbs."""

from __future__ import annotations

from datetime import date

import pytest

from palier.cases.rules import (
    ATTEMPTS,
    Clock,
    Danger,
    Said,
    State,
    Step,
    Terms,
    Urgency,
    alarm,
    call_by,
    dangers_in,
    level_due,
    may,
)

FRIDAY, HOLIDAY_EVE = date(2026, 3, 6), date(2026, 4, 30)


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("Ça sent le GAZ dans l’escalier", Danger.GAS),
        ("l'ascenseur s'arrête entre deux étages", Danger.LIFT),
        ("Prise électrique qui chauffe", Danger.ELECTRICITY),
        ("fils dénudés dans la cave", Danger.ELECTRICITY),
        ("De la fumée dans la gaine", Danger.FIRE),
        ("Dégâts des eaux au plafond", Danger.WATER),
        ("le balcon est fissuré", Danger.BUILDING),
        ("des moisissures dans la chambre", Danger.HEALTH),
        ("on nous menace dans le hall", Danger.VIOLENCE),
    ],
)
def test_a_danger_is_heard_whatever_its_accents_and_its_case(text: str, danger: Danger) -> None:
    assert danger in dangers_in(text)


@pytest.mark.parametrize("text", ["une fuite de gaz", "des fuites de gaz au sous-sol", "FUITE GAZ", "fuite du gaz"])
def test_a_leak_of_gas_is_no_leak_of_water(text: str) -> None:
    assert dangers_in(text) == (Danger.GAS,)
    assert dangers_in(f"{text}, et une fuite sous l’évier") == (Danger.GAS, Danger.WATER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Le gazon est tondu trop tôt",
        "Peinture refaite, merci",
        "Magazine dans la boîte",
        "Feuilles mortes",
        "Le plombier est aimable",
    ],
)
def test_ordinary_words_are_no_danger(text: str) -> None:
    assert alarm(Said(score=8, text=text), Terms()).urgency is Urgency.ORDINARY


def test_a_mark_alarms_from_the_threshold_down_and_a_danger_makes_it_urgent() -> None:
    terms = Terms(low_score=4, words=("punaises",))
    assert not alarm(Said(score=5), terms)
    assert alarm(Said(score=4), terms).reasons == ("Note de 4 sur 10",)
    assert alarm(Said(score=9, wants_call=True), terms).reasons == ("Demande à être rappelé",)
    assert alarm(Said(score=9, reasons=("Est-ce réglé ? Non",) * 9), terms).reasons == ("Est-ce réglé ? Non",) * 4
    found = alarm(Said(score=9, text="Des PUNAISES de lit"), terms)
    assert (found.urgency, found.reasons) == (Urgency.DANGER, ("Mot d’alerte : punaises",))


def test_the_clock_counts_working_days() -> None:
    assert call_by(FRIDAY, Urgency.DANGER, Terms()) == date(2026, 3, 9)
    assert call_by(FRIDAY, Urgency.ORDINARY, Terms()) == date(2026, 3, 11)
    assert call_by(HOLIDAY_EVE, Urgency.DANGER, Terms()) == date(2026, 5, 4), "the first of May is no working day"
    assert Clock.of(FRIDAY, date(2026, 3, 9)).words == "en retard de 3 jours"
    assert Clock.of(FRIDAY, FRIDAY).words == "aujourd’hui"


def test_a_late_call_climbs_once_to_each() -> None:
    days = {day: level_due(FRIDAY, date(2026, 3, day)) for day in (6, 7, 8, 9, 10, 11, 31)}
    assert days == {6: 0, 7: 0, 8: 0, 9: 1, 10: 1, 11: 2, 31: 2}


def test_a_step_is_taken_from_where_it_makes_sense() -> None:
    assert may(Step.CALLED, State.TO_CALL)
    assert not may(Step.HANDLED, State.TO_CALL)
    assert may(Step.UNSETTLED, State.SILENT), "a tenant may say so later"
    assert not may(Step.UNREACHED, State.TO_CALL, attempts=ATTEMPTS - 1)
    assert may(Step.UNREACHED, State.TO_CALL, attempts=ATTEMPTS)
