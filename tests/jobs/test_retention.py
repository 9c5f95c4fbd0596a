"""At its term, what leads to a tenant is gone from every table of surveys, answers and cases; what counts nobody stays."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from palier.answers import queries as answers
from palier.answers.models import Answer, Remark
from palier.answers.operations import empty_due, keep_draft, submit
from palier.calendar import add_months, at_hour, paris_day
from palier.cases.models import Case
from palier.cases.operations import Contact, Place, close_unreached, note_call, open_case
from palier.cases.rules import Said
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.jobs.retention import ERASERS, erase
from palier.ledger.models import Entry
from palier.stock.operations import receive
from palier.surveys import operations, queries
from palier.surveys.models import HotEvent, Household, Invitation, Objection, PhoneAttempt, Solicitation
from palier.surveys.operations.calls import next_call, note_attempt
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Holds, Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.retention import RULES, SET, Held
from palier.surveys.rules.sendings import Terms
from palier.surveys.rules.waves import Design, EventKind, Pace, Told
from tests.answers.scene import FINE, addressed, links, version
from tests.surveys.conftest import _files_apart, landlord, make_households, make_stock, residences
from tests.surveys.waves import EITHER, wave_of

__all__ = ["_files_apart", "landlord", "make_households", "make_stock", "residences"]
CANARY = "canarivert"
Households = Callable[..., list[Household]]


def found_in_the_database(word: str) -> list[str]:
    """The tables of surveys, answers and cases in which a word stands, whatever its column."""
    tables = [t for t in connection.introspection.table_names() if t.startswith(("surveys_", "answers_", "cases_"))]
    held = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE %s", [f"%{word}%"])
            if cursor.fetchone() != (0,):
                held.append(table)
    return held


def test_every_term_of_the_table_has_what_erases_it_and_the_other_way_round() -> None:
    assert set(ERASERS) == {rule.held for rule in RULES.values() if rule.months is not None}
    assert set(RULES) == set(Held)


def test_a_term_is_said_in_words_with_what_the_landlord_set() -> None:
    assert RULES[Held.ASKED].months == SET
    assert RULES[Held.ASKED].term(24).startswith("24 mois après la clôture")
    assert RULES[Held.REMARK].term(24) == "24 mois après la sortie de l’urne"
    assert RULES[Held.LINK].term(24).startswith("Jusqu’à la réponse")
    with pytest.raises(ValueError, match="link"):
        RULES[Held.LINK].before(paris_day(datetime.now().astimezone()), 12)


@pytest.fixture
def everything(landlord: Landlord, make_households: Households, make_person: Callable[..., Person], at: datetime) -> Landlord:
    """A landlord that asked, called, heard events and words, with its tenants' canary in all of it."""
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme L.")
    homes = make_households(8, name=CANARY, address=CANARY)
    for number, home in enumerate(homes):
        home.email = f"{CANARY}{number}@example.test"
    Household.objects.bulk_update(homes, ["email"])
    wave = wave_of(landlord, until="running", at=at, questionnaire=version(at), paces=(Pace(0, EITHER),))
    asked = links(wave)
    keep_draft(invitation=asked[7][0], token=asked[7][1], said={"mark": 3})
    for _, token in asked[:6]:
        said = FINE | {"overall_satisfaction": "very_dissatisfied", "why": f"Le hall est sale, dit {CANARY}."}
        submit(to=addressed(token), said=said, mode=Mode.WEB)
    call = next_call(wave=wave, by=lead, at=at_hour(paris_day(at), 11))
    assert call is not None
    note_attempt(
        invitation=call, outcome=Outcome.NOT_REACHED, reached=False, again_at=None, by=lead, at=at_hour(paris_day(at), 11)
    )
    operations.object_to(household=homes[0], origin=Origin.STAFF, by=lead, at=at)
    operations.close(wave=wave, by=None, at=at)
    empty_due(at=at + timedelta(hours=1))
    hot = {"design": Design.HOT, "trigger": EventKind.INTERVENTION, "paces": (Pace(0, (Channel.EMAIL,)),)}
    wave_of(landlord, until="running", at=at, name="À chaud", closes_on=paris_day(at) + timedelta(days=3_000), **hot)
    told = [Told(EventKind.INTERVENTION, f"{CANARY}-{n}", homes[n].reference, paris_day(at)) for n in range(4)]
    operations.hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    contact = Contact(CANARY, "+33612345678", f"{CANARY}@example.test")
    case = open_case(place=Place(homes[0].residence), contact=contact, said=Said(score=1), words=CANARY, at=at)
    assert case is not None
    for _ in range(3):
        note_call(case=case, reached=False, text=f"{CANARY} ne répond pas.", by=lead, at=at)
    close_unreached(case=Case.objects.get(pk=case.pk), by=lead, at=at)
    text = f"Référence locataire;Résidence;Nom\nL1;Résidence Z;{CANARY}\n"
    received = receive(file=io.BytesIO(text.encode()), name="locataires.csv")
    looked = operations.look_at(received.digest, holds=Holds.HOUSEHOLDS)
    operations.open_file(landlord=landlord, received=received, looked=looked, by=None, at=at)
    return landlord


@pytest.mark.django_db
def test_after_the_term_nothing_leads_to_a_tenant_any_more(everything: Landlord, at: datetime) -> None:
    assert {"surveys_household", "surveys_hotevent", "surveys_framefile", "answers_remark", "cases_case", "cases_casestep"} <= {
        *found_in_the_database(CANARY)
    }
    Household.objects.update(left_on=paris_day(at))
    longest = max(rule.months or Terms().months_kept for rule in RULES.values())
    day = add_months(paris_day(at), longest) + timedelta(days=2)
    late = {**queries.kept(landlord=everything, on=day), **answers.kept(landlord=everything, on=day)}
    assert all(late[held].past for held in (Held.FILE, Held.ASKED, Held.EVENT, Held.REMARK))
    erase(at=at_hour(day, 3))
    assert found_in_the_database(CANARY) == []
    assert not Household.objects.exists()
    assert not HotEvent.objects.exists()
    assert not Solicitation.objects.exists()
    assert not PhoneAttempt.objects.exists()
    assert not Invitation.objects.filter(household__isnull=False).exists()
    assert not Invitation.objects.filter(sealed__isnull=False).exists()
    after = {**queries.kept(landlord=everything, on=day), **answers.kept(landlord=everything, on=day)}
    assert not any(one.past for one in after.values())
    assert Answer.objects.count() == 6
    assert Remark.objects.count() == 6
    assert Objection.objects.filter(lifted_at__isnull=True).exclude(email_digest="").count() == 1
    assert set(queries.last_runs()) == set(ERASERS)
    assert CANARY not in str([*Entry.objects.values_list("content", flat=True)])


@pytest.mark.django_db
def test_before_the_term_everything_stays(everything: Landlord, at: datetime) -> None:
    counts = {model: model.objects.count() for model in (Household, HotEvent, Solicitation, PhoneAttempt, Remark)}
    before = found_in_the_database(CANARY)
    erase(at=at + timedelta(days=20))
    assert found_in_the_database(CANARY) == before
    assert {model: model.objects.count() for model in counts} == counts


@pytest.mark.django_db
def test_each_landlord_keeps_as_long_as_it_set(everything: Landlord, at: datetime) -> None:
    operations.set_terms(landlord=everything, terms=Terms(months_kept=24), by=None, at=at)
    day = add_months(paris_day(at), 13)
    erase(at=at_hour(day, 3))
    assert HotEvent.objects.exists()
    assert Invitation.objects.filter(household__isnull=False).exists()
    assert queries.kept(landlord=everything, on=day)[Held.ASKED].past == 0
    erase(at=at_hour(add_months(paris_day(at), 25), 3))
    assert not HotEvent.objects.exists()
    assert not Invitation.objects.filter(household__isnull=False).exists()


@pytest.mark.django_db
def test_a_household_that_left_goes_even_while_a_hot_wave_goes_on(everything: Landlord, at: datetime) -> None:
    Household.objects.update(left_on=paris_day(at))
    erase(at=at_hour(add_months(paris_day(at), 7), 3))
    assert HotEvent.objects.exists()
    assert not Household.objects.exists()
    assert "surveys_household" not in found_in_the_database(CANARY)
