"""Mandates on boards and groups of landlords: dated, ended and never erased, told to the person, in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from palier.directory import operations, queries
from palier.directory.models import BoardMandate, GroupMember, Landlord, Person
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db
SINCE = date(2024, 1, 1)


@pytest.fixture
def declared(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], at: datetime
) -> tuple[BoardMandate, Person]:
    lead = make_person()
    return (
        operations.enter_board(
            organisation=make_landlord(), email="a@example.test", name="Mme A.", role="administratrice",
            starts_on=SINCE, by=lead, at=at,
        ),
        lead,
    )  # fmt: skip


def test_whoever_is_entered_on_a_board_is_told_and_gets_no_access(declared: tuple[BoardMandate, Person], at: datetime) -> None:
    mandate, _ = declared
    told = Message.objects.get(event="directory.board_declared")
    assert told.person_id == mandate.person_id
    assert "mettez-y fin depuis votre compte" in told.body
    assert not queries.visible_landlords(person=mandate.person, on=at.date()).exists()
    line = Entry.objects.get(act="directory.board_declared")
    assert (line.landlord_id, line.content["facts"]["role"]) == (mandate.organisation_id, "administratrice")


def test_one_declares_ones_own_without_a_message_and_ends_it_once(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], at: datetime
) -> None:
    person, landlord = make_person(), make_landlord()
    mandate = operations.declare_board(
        person=person, organisation=landlord, role="présidence", starts_on=SINCE, by=person, at=at
    )
    assert not Message.objects.filter(event="directory.board_declared").exists()
    operations.end_board(mandate=mandate, by=person, at=at)
    mandate.refresh_from_db()
    assert mandate.ends_on == at.date() - timedelta(days=1)
    assert list(queries.boards_of(person=person)) == [mandate], "it stays on record"
    assert Entry.objects.filter(act="directory.board_ended").count() == 1
    with pytest.raises(Refusal, match="déjà fini"):
        operations.end_board(mandate=mandate, by=person, at=at)


def test_what_was_ended_before_it_began_never_was(declared: tuple[BoardMandate, Person], at: datetime) -> None:
    mandate, lead = declared
    coming = operations.declare_board(
        person=lead, organisation=mandate.organisation, role="censeur", starts_on=date(2027, 1, 1), by=lead, at=at
    )
    operations.end_board(mandate=coming, by=lead, at=at)
    assert not queries.boards_of(person=lead).exists()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (date(2025, 1, 1), None, "siège déjà à ce conseil"),
        (date(2023, 1, 1), date(2024, 1, 1), "siège déjà à ce conseil"),
        (date(2023, 1, 1), date(2022, 1, 1), "finit avant de commencer"),
    ],
)
def test_two_mandates_of_one_person_on_one_board_never_overlap(
    declared: tuple[BoardMandate, Person], at: datetime, starts_on: date, ends_on: date | None, words: str
) -> None:
    mandate, lead = declared
    given = {"organisation": mandate.organisation, "role": "membre", "starts_on": starts_on, "ends_on": ends_on}
    with pytest.raises(Refusal, match=words):
        operations.declare_board(person=mandate.person, by=lead, at=at, **given)
    with pytest.raises(IntegrityError, match="board_mandate"), transaction.atomic():
        BoardMandate.objects.create(person=mandate.person, declared_at=at, **given)


def test_the_database_lets_a_mandate_end_and_nothing_else(
    declared: tuple[BoardMandate, Person], make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    mandate, lead = declared
    kept = BoardMandate.objects.filter(pk=mandate.pk)
    member = operations.join_group(
        group=operations.found_group(name="Groupe des Rives", by=lead, at=at),
        landlord=make_landlord(), starts_on=SINCE, by=lead, at=at,
    )  # fmt: skip
    acts: list[Callable[[], object]] = [
        kept.delete,
        lambda: kept.update(role="autre"),
        lambda: kept.update(person=lead),
        lambda: kept.update(starts_on=date(2020, 1, 1)),
        lambda: GroupMember.objects.filter(pk=member.pk).delete(),
        lambda: GroupMember.objects.filter(pk=member.pk).update(landlord=make_landlord()),
    ]
    for act in acts:
        with pytest.raises(DatabaseError, match="never changed nor erased"), transaction.atomic():
            act()


def test_a_landlord_is_in_one_group_at_a_time_and_its_sisters_are_those_of_the_day(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], at: datetime
) -> None:
    team, landlord, sister, stranger = make_person(), make_landlord(), make_landlord(), make_landlord()
    group = operations.found_group(name="Groupe des Rives", by=team, at=at)
    other = operations.found_group(name="Groupe des Monts", by=team, at=at)
    with pytest.raises(Refusal, match="s’appelle déjà"):
        operations.found_group(name="groupe des rives", by=team, at=at)
    member = operations.join_group(group=group, landlord=landlord, starts_on=SINCE, by=team, at=at)
    operations.join_group(group=group, landlord=sister, starts_on=SINCE, by=team, at=at)
    operations.join_group(group=other, landlord=stranger, starts_on=SINCE, by=team, at=at)
    with pytest.raises(Refusal, match="est déjà du groupe « Groupe des Rives »"):
        operations.join_group(group=other, landlord=landlord, starts_on=at.date(), by=team, at=at)
    with pytest.raises(IntegrityError, match="group_member_no_overlap"), transaction.atomic():
        GroupMember.objects.create(group=other, landlord=landlord, starts_on=at.date())
    assert list(queries.sisters_of(landlord=landlord, on=at.date())) == [sister]
    assert not queries.sisters_of(landlord=landlord, on=date(2023, 1, 1)).exists()
    operations.leave_group(member=member, by=team, at=at)
    assert not queries.sisters_of(landlord=landlord, on=at.date()).exists()
    operations.join_group(group=other, landlord=landlord, starts_on=at.date(), by=team, at=at)
    assert list(queries.sisters_of(landlord=landlord, on=at.date())) == [stranger]
    acts = ["directory.group_joined", "directory.group_left"]
    assert Entry.objects.filter(act__in=acts, landlord_id=landlord.pk).count() == 3
