"""Composing a committee: who may hold what, what the database itself refuses, and access that follows mandates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from palier.committee import operations, queries
from palier.committee.models import Mandate, Tenure
from palier.committee.rules.seats import Office
from palier.directory.models import Invitation, Membership, Organisation
from palier.directory.queries import memberships
from palier.directory.rules import Kind, Role
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.committee.conftest import DAY, Bench

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.verdict.reasons[0].code


def test_a_committee_begins_under_terms_already_in_force(bench: Bench) -> None:
    version = queries.terms_on(committee=bench.committee, on=DAY)
    assert version is not None
    assert queries.terms_of(version).quorum.words == "plus de la moitié"
    assert refused(lambda: operations.found(name=" comité NATIONAL ", by=None, at=bench.at)) == "committee.name_taken"


def test_only_bodies_that_sit_have_seats(bench: Bench, make_organisation: Callable[..., Organisation]) -> None:
    firm = make_organisation(Kind.AUDIT_FIRM)
    act = lambda: operations.add_seat(committee=bench.committee, body=firm, voting=True, by=None, at=bench.at)  # noqa: E731
    assert refused(act) == "committee.not_a_body"


def test_substitutes_are_ranked_as_they_come_and_called_earlier_on_demand(bench: Bench) -> None:
    bench.appoint(0, "t")
    first, second = (bench.appoint(0, who, titular=False) for who in ("s1", "s2"))
    assert (first.rank, second.rank) == (1, 2)
    operations.call_earlier(mandate=second, by=bench.referent, at=bench.at)
    line = queries.composition(committee=bench.committee, on=DAY).seats[0]
    assert line.titular is not None
    assert [m.person.name for m in line.substitutes] == ["Mme s2", "Mme s1"]
    assert refused(lambda: operations.call_earlier(mandate=second, by=bench.referent, at=bench.at)) == "committee.first_already"


def test_a_person_has_one_mandate_and_a_seat_one_titular(bench: Bench) -> None:
    bench.appoint(0, "t", ends_on=DAY + timedelta(days=30))
    assert refused(lambda: bench.appoint(1, "t")) == "committee.one_mandate"
    assert refused(lambda: bench.appoint(0, "other")) == "committee.titular_taken"
    bench.appoint(0, "other", starts_on=DAY + timedelta(days=31))


def test_mandates_that_follow_each_other_are_read_on_their_days(bench: Bench) -> None:
    bench.appoint(0, "a", ends_on=DAY + timedelta(days=30))
    bench.appoint(0, "b", starts_on=DAY + timedelta(days=31))

    def titular(day: date) -> str:
        mandate = queries.composition(committee=bench.committee, on=day).seats[0].titular
        return mandate.person.name if mandate else ""

    assert [titular(DAY + timedelta(days=n)) for n in (0, 30, 31)] == ["Mme a", "Mme a", "Mme b"]


@pytest.mark.parametrize(
    "sql",
    [
        # two titulars of one seat
        (
            "INSERT INTO committee_mandate (seat_id, committee_id, person_id, rank, starts_on)"
            " SELECT seat_id, committee_id, {other}, 0, starts_on + 10 FROM committee_mandate WHERE id = {mandate}"
        ),
        # one person on two seats of a committee
        (
            "INSERT INTO committee_mandate (seat_id, committee_id, person_id, rank, starts_on)"
            " SELECT {seat}, committee_id, person_id, 0, starts_on + 10 FROM committee_mandate WHERE id = {mandate}"
        ),
        # a mandate whose committee is not its seat's
        "UPDATE committee_mandate SET committee_id = {committee} WHERE id = {mandate}",
        # two presidents
        (
            "INSERT INTO committee_tenure (mandate_id, committee_id, office, starts_on)"
            " SELECT {second}, committee_id, office, starts_on + 10 FROM committee_tenure"
        ),
        # one person president and vice-president
        (
            "INSERT INTO committee_tenure (mandate_id, committee_id, office, starts_on)"
            " SELECT mandate_id, committee_id, 'vice_president', starts_on + 10 FROM committee_tenure"
        ),
        # published terms changed, or removed
        "UPDATE committee_termsversion SET data = '{{}}'",
        "DELETE FROM committee_termsversion",
    ],
)
def test_the_database_refuses_by_itself(bench: Bench, sql: str) -> None:
    mandate, second = bench.appoint(0, "t"), bench.appoint(1, "u")
    operations.give_office(mandate=mandate, office=Office.PRESIDENT, by=bench.referent, at=bench.at)
    other = operations.found(name="Comité régional", by=None, at=bench.at)
    statement = sql.format(
        mandate=mandate.pk, second=second.pk, other=bench.referent.pk, seat=bench.seats[2].pk, committee=other.pk
    )
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")


def test_two_at_the_same_instant_are_one_too_many(bench: Bench) -> None:
    """The operation looks first; should two look together, the exclusion constraint still stands."""
    mandate = bench.appoint(0, "t")
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.create(
            seat=mandate.seat, committee=bench.committee, person=bench.referent, rank=0, starts_on=DAY, ends_on=None
        )


def test_a_president_is_a_titular_with_a_voice_and_there_is_one(bench: Bench) -> None:
    first, second = bench.appoint(0, "t"), bench.appoint(1, "u")
    substitute = bench.appoint(0, "s", titular=False)
    give = lambda mandate, office: operations.give_office(mandate=mandate, office=office, by=bench.referent, at=bench.at)  # noqa: E731
    assert refused(lambda: give(substitute, Office.PRESIDENT)) == "committee.not_titular"
    give(first, Office.PRESIDENT)
    assert refused(lambda: give(first, Office.PRESIDENT)) == "committee.office_held"
    give(second, Office.PRESIDENT)
    give(first, Office.VICE_PRESIDENT)
    found = queries.composition(committee=bench.committee, on=DAY)
    assert (found.president, found.vice_president) == (second, first)
    chairs = Membership.objects.filter(role=Role.COMMITTEE_CHAIR, ends_on__isnull=True)
    assert [chair.person.name for chair in chairs] == ["Mme u"]


def test_who_has_no_access_yet_is_invited_and_told(bench: Bench) -> None:
    mandate = bench.appoint(0, "t")
    assert Invitation.objects.get().email == "t@example.test"
    told = Message.objects.filter(person_id=mandate.person_id, event="committee.appointed").get()
    assert "au siège 1, à partir du 10 mars 2026" in told.body
    operations.end_mandate(mandate=mandate, by=bench.referent, at=bench.at)
    assert Invitation.objects.get().withdrawn_at is not None
    assert Message.objects.get(pk=told.pk).state == "cancelled"


def test_access_ends_with_the_mandate_and_the_office_with_it(bench: Bench) -> None:
    mandate = bench.appoint(0, "t")
    person = mandate.person
    Membership.objects.create(
        person=person, organisation=bench.seats[0].body, role=Role.COMMITTEE_MEMBER, starts_on=DAY, ends_on=None
    )
    operations.give_office(mandate=mandate, office=Office.PRESIDENT, by=bench.referent, at=bench.at)
    assert {m.role for m in memberships(person=person, on=DAY)} == {Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR}
    later = bench.at + timedelta(days=20)
    operations.end_mandate(mandate=mandate, by=bench.referent, at=later)
    assert list(memberships(person=person, on=later.date())) == []
    assert Tenure.objects.get().ends_on == DAY + timedelta(days=19)
    assert queries.composition(committee=bench.committee, on=DAY + timedelta(days=19)).president == mandate


def test_a_mandate_that_reaches_its_day_ends_the_access_by_itself(bench: Bench) -> None:
    mandate = bench.appoint(0, "t", ends_on=DAY + timedelta(days=5))
    kept = bench.appoint(1, "u")
    for one in (mandate, kept):
        Membership.objects.create(
            person=one.person, organisation=one.seat.body, role=Role.COMMITTEE_MEMBER, starts_on=DAY, ends_on=None
        )
    assert operations.lapse_due(at=bench.at + timedelta(days=5)) == 0
    assert operations.lapse_due(at=bench.at + timedelta(days=6)) == 1
    assert [m.person for m in Membership.objects.filter(role=Role.COMMITTEE_MEMBER, ends_on__isnull=True)] == [kept.person]


def test_a_seat_closes_once_nobody_holds_it_and_keeps_its_number(bench: Bench) -> None:
    mandate = bench.appoint(2, "t")
    assert refused(lambda: operations.close_seat(seat=bench.seats[2], by=bench.referent, at=bench.at)) == "committee.seat_held"
    operations.end_mandate(mandate=mandate, by=bench.referent, at=bench.at)
    operations.close_seat(seat=bench.seats[2], by=bench.referent, at=bench.at)
    assert refused(lambda: bench.appoint(2, "u")) == "committee.seat_not_open"
    assert (
        refused(lambda: operations.close_seat(seat=bench.seats[2], by=bench.referent, at=bench.at)) == "committee.seat_closed"
    )
    body = bench.seats[2].body
    assert operations.add_seat(committee=bench.committee, body=body, voting=False, by=None, at=bench.at).number == 4
    assert [line.seat.number for line in queries.composition(committee=bench.committee, on=DAY).seats] == [1, 2, 4]


def test_a_mandate_that_ends_before_it_begins_is_refused(bench: Bench) -> None:
    assert refused(lambda: bench.appoint(0, "t", ends_on=DAY - timedelta(days=1))) == "committee.mandate_dates"


def test_every_act_is_on_record(bench: Bench) -> None:
    mandate = bench.appoint(0, "t")
    operations.give_office(mandate=mandate, office=Office.PRESIDENT, by=bench.referent, at=bench.at)
    operations.end_mandate(mandate=mandate, by=bench.referent, at=bench.at)
    acts = list(Entry.objects.filter(act__startswith="committee.").order_by("number").values_list("act", flat=True))
    assert acts == [
        "committee.founded",
        "committee.terms_drafted",
        "committee.terms_published",
        *["committee.seat_added"] * 3,
        "committee.appointed",
        "committee.office_given",
        "committee.mandate_ended",
    ]


def test_a_composition_costs_the_same_with_one_seat_and_with_thirty(
    bench: Bench, django_assert_num_queries: Callable[..., object]
) -> None:
    for n in range(27):
        seat = operations.add_seat(committee=bench.committee, body=bench.seats[0].body, voting=True, by=None, at=bench.at)
        bench.seats.append(seat)
        bench.appoint(3 + n, f"m{n}")
    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        found = queries.composition(committee=bench.committee, on=DAY)
        assert [str(line.titular.person) for line in found.seats if line.titular]
    assert (found.voices, found.vacant) == (30, 3)
