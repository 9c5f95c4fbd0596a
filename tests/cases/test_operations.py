"""The life of a case: consent, owner, clock, the tenant's own word, silence apart, escalation, erasure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from palier.calendar import add_months, add_working_days
from palier.cases import operations, queries
from palier.cases.models import Case, CaseStep
from palier.cases.operations import Contact, Place
from palier.cases.operations.asking import link_token
from palier.cases.rules import Said, State, Step, Terms, Urgency
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.outbox.operations import Undeliverable, Unreachable
from palier.surveys.rules.retention import RULES, Held
from palier.verdict import Refusal
from tests.cases.desk import TENANT, Desk
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def test_an_answer_opens_a_case_only_when_it_alarms_and_its_tenant_can_be_called(desk: Desk) -> None:
    place = Place(desk.residence)
    assert operations.open_case(place=place, contact=TENANT, said=Said(score=9), at=NOON) is None
    with pytest.raises(Refusal, match="Laissez un numéro"):
        operations.open_case(place=place, contact=Contact("Mme Canari"), said=Said(score=1), at=NOON)
    assert not Case.objects.exists()
    found = desk.opened("Ça sent le gaz")
    assert (found.urgency, found.due_on, found.owner) == (Urgency.DANGER, add_working_days(TODAY, 1), desk.lead)
    assert Message.objects.get(person_id=desk.lead.pk).event == "cases.danger"


def test_asked_twice_by_the_same_link_it_is_one_case_and_what_alarmed_is_not_kept(desk: Desk) -> None:
    said = Said(score=1, text="CANARI-REPONSE gaz")
    given = {"place": Place(desk.residence), "contact": TENANT, "said": said, "words": "Rappelez le soir", "origin": "jeton"}
    first, again = (operations.open_case(**given, at=NOON) for _ in range(2))
    assert first == again == Case.objects.get()
    assert (first.text, first.urgency) == ("Rappelez le soir", Urgency.DANGER)
    assert "CANARI" not in str(list(Case.objects.values()))


def test_whoever_is_named_for_the_agency_owns_its_cases(desk: Desk) -> None:
    operations.set_owner(landlord=desk.landlord, agency="", person=desk.colleague, by=desk.lead, at=NOON)
    assert desk.opened().owner == desk.colleague
    operations.set_owner(landlord=desk.landlord, agency="Nord", person=desk.agent, by=desk.lead, at=NOON)
    found = desk.opened()
    assert found.owner == desk.agent
    operations.hand_over(case=found, to=desk.colleague, by=desk.lead, at=NOON)
    assert desk.again(found).owner == desk.colleague
    assert set(Message.objects.filter(undo_key=f"case:{found.pk}", state="waiting").values_list("person_id", flat=True)) == {
        desk.colleague.pk
    }
    operations.set_owner(landlord=desk.landlord, agency="Nord", person=None, by=desk.lead, at=NOON)
    assert desk.opened().owner == desk.colleague


def test_nothing_of_a_tenant_is_in_the_ledger_nor_in_a_message(desk: Desk) -> None:
    case = desk.handled(desk.opened())
    operations.answer_by_link(case=case, settled=False, text="CANARI-MOTS", at=NOON)
    words = "".join(str(row.content) for row in Entry.objects.filter(act__startswith="cases."))
    words += "".join(f"{row.subject}{row.body}" for row in Message.objects.all())
    assert Entry.objects.filter(act__startswith="cases.").count() == 4
    assert "canari" not in words.casefold()
    assert TENANT.phone not in words


def test_a_danger_to_call_comes_before_what_is_later_and_before_what_was_called(desk: Desk) -> None:
    called, late = desk.called(desk.opened(at=NOON - timedelta(days=30))), desk.opened(at=NOON - timedelta(days=20))
    danger = desk.opened("Ça sent le gaz")
    assert list(queries.cases(landlord=desk.landlord)) == [danger, late, called]


def test_a_call_without_an_answer_leaves_the_clock_running_until_it_may_be_closed_apart(desk: Desk) -> None:
    case = desk.opened()
    for _ in range(3):
        with pytest.raises(Refusal, match="Appelez 3 fois"):
            operations.close_unreached(case=case, by=desk.lead, at=NOON)
        operations.note_call(case=case, reached=False, text="", by=desk.lead, at=NOON)
    assert desk.again(case).due_on == case.due_on
    operations.close_unreached(case=case, by=desk.lead, at=NOON)
    counts = queries.standing(queries.cases(landlord=desk.landlord), on=TODAY)
    assert (counts.to_call, counts.settled, counts.unreached) == (0, 0, 1)
    with pytest.raises(Refusal, match="rechargez la page"):
        operations.note_call(case=case, reached=True, text="Joint.", by=desk.lead, at=NOON)


def test_the_tenant_alone_says_that_it_is_settled(desk: Desk) -> None:
    case = desk.opened()
    with pytest.raises(Refusal):
        operations.handle(case=case, text="Fait.", by=desk.lead, at=NOON)
    case = desk.handled(case)
    assert State(case.state) is State.ASKED
    found = queries.by_link(token=link_token(case))
    assert found == case
    for _ in range(2):
        operations.answer_by_link(case=case, settled=True, text="Merci", at=NOON)
    assert State(desk.again(case).state) is State.SETTLED
    assert CaseStep.objects.filter(step=Step.SETTLED).count() == 1


def test_not_settled_opens_it_again_above_its_owner_with_a_new_clock(desk: Desk) -> None:
    operations.set_owner(landlord=desk.landlord, agency="", person=desk.agent, by=desk.lead, at=NOON)
    case, later = desk.handled(desk.opened()), NOON + timedelta(days=5)
    old = link_token(case)
    operations.answer_by_link(case=case, settled=False, text="", at=later)
    again = desk.again(case)
    assert (again.state, again.round, again.level) == (State.TO_CALL, 1, 1)
    assert again.due_on == add_working_days(later.date(), 3)
    assert set(Message.objects.filter(event="cases.climbed").values_list("person_id", flat=True)) == {
        desk.lead.pk,
        desk.agent.pk,
    }
    handled = desk.handled(again, at=later)
    assert link_token(handled) != old
    assert queries.by_link(token=old) is None


def test_silence_is_counted_apart_and_may_still_be_broken(desk: Desk) -> None:
    case = desk.handled(desk.opened())
    assert operations.let_silence(at=NOON + timedelta(days=10)) == 0
    later = NOON + timedelta(days=20)
    assert [operations.let_silence(at=later) for _ in range(2)] == [1, 0]
    counts = queries.standing(queries.cases(landlord=desk.landlord), on=later.date())
    assert (counts.settled, counts.silent) == (0, 1)
    operations.answer_by_link(case=case, settled=True, text="", at=later)
    assert State(desk.again(case).state) is State.SETTLED


def test_a_late_call_climbs_by_itself_once_a_level(desk: Desk) -> None:
    case = desk.opened()
    days = [add_working_days(case.due_on, late) for late in (0, 1, 2, 3, 4)]
    climbed = [operations.climb_due(at=NOON + (day - TODAY)) for day in days for _ in range(2)]
    assert climbed == [0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    told = list(Message.objects.filter(event="cases.climbed").order_by("pk").values_list("person_id", flat=True))
    assert told == [desk.lead.pk, desk.director.pk]
    assert desk.again(case).level == 2
    summaries = [row.content["summary"] for row in Entry.objects.filter(act="cases.climbed")]
    assert all(line.startswith("a constaté qu’un locataire ") for line in summaries), "Palier is not who was not called"
    desk.called(case)
    assert operations.climb_due(at=NOON + timedelta(days=60)) == 0


def test_a_late_call_handed_over_is_still_told_to_the_lead_who_owned_it(desk: Desk) -> None:
    case = desk.opened()
    late = NOON + (add_working_days(case.due_on, 2) - TODAY)
    operations.climb_due(at=late)
    operations.hand_over(case=case, to=desk.agent, by=desk.director, at=late)
    waiting = Message.objects.filter(state="waiting").values_list("event", "person_id")
    assert ("cases.climbed", desk.lead.pk) in waiting
    assert ("cases.opened", desk.lead.pk) not in waiting


def test_a_danger_is_told_at_once_to_whoever_it_climbs_or_is_handed_to(desk: Desk) -> None:
    case = desk.opened("Ça sent le gaz")
    operations.climb_due(at=NOON + timedelta(days=30))
    operations.hand_over(case=case, to=desk.agent, by=desk.lead, at=NOON)
    told = Message.objects.filter(person_id__in=[desk.director.pk, desk.agent.pk])
    assert [(row.event, row.digest) for row in told] == [("cases.danger", False)] * 2


def test_a_director_named_for_an_agency_owns_its_cases(desk: Desk) -> None:
    operations.set_owner(landlord=desk.landlord, agency="Nord", person=desk.director, by=desk.lead, at=NOON)
    assert desk.opened().owner == desk.director


def test_what_is_not_urgent_waits_for_the_digest(desk: Desk) -> None:
    for _ in range(30):
        desk.opened("Peinture écaillée")
    found = Message.objects.filter(person_id=desk.lead.pk)
    assert found.count() == 30
    assert {(row.digest, row.due_at) for row in found} == {(True, found[0].due_at)}


def test_links_leave_once_and_a_refused_address_is_told(desk: Desk) -> None:
    first, second, third = (desk.handled(desk.opened(contact=c)) for c in (TENANT, TENANT, Contact(phone="+33612345678")))
    sent: list[tuple[int, str]] = []

    def send(case: Case, token: str) -> None:
        if case == second and not sent[1:]:
            sent.append((case.pk, token))
            raise Undeliverable("550")
        sent.append((case.pk, token))

    assert operations.send_links(at=NOON, send=send) == 2
    assert operations.send_links(at=NOON, send=send) == 0
    assert [pk for pk, _ in sent] == [first.pk, second.pk]
    assert queries.by_link(token=sent[0][1]) == first
    assert CaseStep.objects.get(step=Step.UNSENT).case == second
    assert desk.again(third).link_sent_at is None

    def down(case: Case, token: str) -> None:
        raise Unreachable("no route")

    waiting = desk.handled(desk.opened())
    assert operations.send_links(at=NOON, send=down) == 0
    assert desk.again(waiting).link_sent_at is None


def test_contacts_and_words_go_a_year_after_the_end_and_counts_stay(desk: Desk) -> None:
    case = desk.handled(desk.opened(supplier="Clim"))
    operations.answer_by_link(case=case, settled=True, text="CANARI", at=NOON)
    kept = desk.opened()
    assert operations.erase_due(at=NOON + timedelta(days=300)) == 0
    later = NOON + (add_months(TODAY, RULES[Held.CASE].months or 0) - TODAY) + timedelta(days=1)
    assert operations.erase_due(at=later) == 1
    gone = desk.again(case)
    assert (gone.name, gone.phone, gone.email, gone.text, gone.supplier) == ("", "", "", "", "Clim")
    assert not CaseStep.objects.filter(case=case).exclude(text="").exists()
    assert queries.by_link(token=link_token(case)) is None
    assert desk.again(kept).text == "CANARI-MOTS"


def test_a_supplier_is_rated_with_its_interval_and_never_on_too_few(desk: Desk) -> None:
    for number in range(8):
        case = desk.handled(desk.opened(supplier="Ascenseurs Exemple"))
        if number < 7:
            operations.answer_by_link(case=case, settled=number < 5, text="", at=NOON)
    desk.opened(supplier="Petit Exemple")
    operations.let_silence(at=NOON + timedelta(days=30))
    big, small = queries.suppliers(landlord=desk.landlord, since=TODAY)
    assert (big.cases, big.silent, small.cases) == (8, 1, 1)
    assert big.settled is not None
    assert (big.settled.count, big.settled.of) == (5, 7)
    assert (round(big.settled.low, 1), round(big.settled.high, 1)) == (35.9, 91.8)
    assert (small.settled, small.in_time) == (None, None)


def test_terms_are_the_landlords_own(desk: Desk) -> None:
    operations.set_terms(landlord=desk.landlord, terms=Terms(2, ("punaises",), 2, 5, 15), by=desk.lead, at=NOON)
    assert operations.open_case(place=Place(desk.residence), contact=TENANT, said=Said(score=3), at=NOON) is None
    assert desk.opened("Des punaises", score=9).due_on == add_working_days(TODAY, 2)
    with pytest.raises(Refusal, match="limites"):
        operations.set_terms(landlord=desk.landlord, terms=Terms(11), by=desk.lead, at=NOON)


def test_the_database_itself_refuses_what_makes_no_sense(desk: Desk) -> None:
    case = desk.opened()
    for broken in ({"phone": "", "email": ""}, {"state": "settled"}, {"closed_at": NOON}, {"reasons": []}, {"erased_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**broken)
