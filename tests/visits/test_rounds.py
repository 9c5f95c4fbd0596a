"""Cleanliness checks: whoever checks is not whoever cleans; what is found counts by staircase and by provider."""

from __future__ import annotations

from datetime import date

import pytest

from palier.verdict import Refusal
from palier.visits import operations, queries
from palier.visits.models import Staircase, Visit
from palier.visits.rules import CHECKERS, Cleaner, Function, may_check
from tests.fixtures import NOON
from tests.visits.team import Field, said

pytestmark = pytest.mark.django_db


def staircase(field: Field, cleaned_by: Cleaner = Cleaner.EMPLOYEE, name: str = "Escalier A", **more: object) -> Staircase:
    given = {"residence": field.residence, "names": [name], "cleaned_by": cleaned_by, "by": field.lead, "at": NOON}
    [made] = operations.add_staircases(**given, **more)
    return made


def named(field: Field, function: Function) -> None:
    operations.set_function(landlord=field.landlord, person=field.agent, function=function, by=field.lead, at=NOON)


def planned(field: Field, stairs: Staircase) -> Visit:
    given = {"planned_on": NOON.date(), "entrusted_to": field.agent, "by": field.lead, "at": NOON}
    [visit] = operations.plan(landlord=field.landlord, places=[stairs], **given)
    return visit


def done(field: Field, stairs: Staircase, faults: int) -> Visit:
    visit = operations.take(visit=planned(field, stairs), by=field.agent, at=NOON)
    for place, code in enumerate(queries.grid(visit).criteria):
        if place == 0:
            said(visit, code, by=field.agent, value=None, not_seen=True)
        else:
            said(visit, code, by=field.agent, value=int(place > faults))
    operations.finish(visit=visit, priorities=[], by=field.agent, at=NOON)
    return queries.visits(landlord=field.landlord).get(pk=visit.pk)


@pytest.mark.parametrize("cleaned_by", Cleaner)
@pytest.mark.parametrize("function", [*Function, None])
def test_the_checker_follows_who_cleans(cleaned_by: Cleaner, function: Function | None) -> None:
    verdict = may_check("Escalier A", cleaned_by, function, cleans_it=False)
    assert bool(verdict) is (CHECKERS[cleaned_by] is function)
    assert not may_check("Escalier A", cleaned_by, function, cleans_it=True)
    assert CHECKERS[cleaned_by].value != cleaned_by.value


def test_only_the_right_function_is_planned_or_takes_it(field: Field) -> None:
    stairs = staircase(field)
    with pytest.raises(Refusal, match="revient à la fonction « gardien »"):
        planned(field, stairs)
    named(field, Function.CARETAKER)
    visit = planned(field, stairs)
    named(field, Function.SECTOR_MANAGER)
    with pytest.raises(Refusal, match="responsable de secteur"):
        operations.take(visit=visit, by=field.agent, at=NOON)


def test_whoever_cleans_this_very_staircase_never_checks_it(field: Field) -> None:
    named(field, Function.CARETAKER)
    with pytest.raises(Refusal, match="une autre personne fait le contrôle"):
        planned(field, staircase(field, cleaner=field.agent))


def test_a_contractor_has_a_name_and_the_round_keeps_it(field: Field) -> None:
    with pytest.raises(Refusal, match="entreprise"):
        staircase(field, Cleaner.CONTRACTOR)
    stairs = staircase(field, Cleaner.CONTRACTOR, provider="Net et Clair")
    named(field, Function.OUTSIDE_FIRM)
    visit = done(field, stairs, faults=3)
    given = {"cleaned_by": Cleaner.EMPLOYEE, "provider": "", "cleaner": None}
    operations.change_staircase(staircase=stairs, **given, by=field.lead, at=NOON)
    visit.refresh_from_db()
    assert (visit.cleaned_by, visit.provider) == ("contractor", "Net et Clair")


def test_faults_count_by_staircase_and_by_whoever_cleans(field: Field) -> None:
    named(field, Function.CARETAKER)
    done(field, staircase(field), faults=3)
    done(field, staircase(field, name="Escalier B"), faults=0)
    stairs, cleaners = queries.cleanliness(landlord=field.landlord, since=date(2026, 1, 1))
    assert [(line.name, line.rounds, line.points, line.faults) for line in stairs] == [
        ("Escalier A", 1, 11, 3),
        ("Escalier B", 1, 11, 0),
    ]
    assert [(line.name, line.rounds, line.faults) for line in cleaners] == [("Employé d’immeuble", 2, 3)]
    assert queries.cleanliness(landlord=field.landlord, since=date(2026, 4, 1)) == ([], [])


def test_the_word_of_whoever_cleans_is_noted_on_a_done_round(field: Field) -> None:
    named(field, Function.CARETAKER)
    visit = done(field, staircase(field), faults=1)
    operations.remark(visit=visit, text=" Pas d’eau ce jour-là. ", by=field.agent, at=NOON)
    visit.refresh_from_db()
    assert visit.remark == "Pas d’eau ce jour-là."
    with pytest.raises(Refusal, match="contrôle de propreté fait"):
        operations.remark(visit=field.done(), text="Non", by=field.agent, at=NOON)
