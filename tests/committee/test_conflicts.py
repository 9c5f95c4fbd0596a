"""The conflicts that boards and groups suggest: found, answered once, the answer kept for the sessions to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from palier.committee import operations, queries
from palier.committee.models import Item
from palier.committee.rules.conflicts import Ground
from palier.committee.rules.terms import Matter
from palier.directory import operations as directory
from palier.directory.models import Landlord, Membership
from palier.directory.rules import Kind, Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from tests.committee.conftest import Sitting

pytestmark = pytest.mark.django_db
SINCE = date(2024, 1, 1)


@pytest.fixture
def award(
    sitting: Sitting, at_the_committee: Callable[..., Journey], make_landlord: Callable[..., Landlord]
) -> tuple[Item, Landlord, Landlord]:
    """A matter, its landlord, and another landlord of its group."""
    journey, sister = at_the_committee(Stage.DECISION_AWARD), make_landlord("Habitat des Rives")
    group = directory.found_group(name="Groupe Amont", by=None, at=sitting.at)
    for landlord in (journey.landlord, sister):
        directory.join_group(group=group, landlord=landlord, starts_on=SINCE, by=None, at=sitting.at)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    return item, journey.landlord, sister


def board(sitting: Sitting, seat: int, landlord: Landlord) -> None:
    directory.declare_board(
        person=sitting.titulars[seat].person, organisation=landlord, role="administratrice",
        starts_on=SINCE, by=None, at=sitting.at,
    )  # fmt: skip


def found(sitting: Sitting, item: Item) -> set[tuple[int, Ground, str]]:
    item.refresh_from_db()
    clues = queries.clues(item=item, mandates=queries.holders_of(session=sitting.session))
    return {(clue.person, clue.ground, clue.detail) for clue in clues}


def test_boards_of_the_landlord_and_of_its_group_and_roles_in_its_group_are_suggested(
    sitting: Sitting, award: tuple[Item, Landlord, Landlord], make_landlord: Callable[..., Landlord]
) -> None:
    item, landlord, sister = award
    board(sitting, 0, landlord)
    board(sitting, 1, sister)
    board(sitting, 3, make_landlord())
    held = Membership.objects.create(
        person=sitting.titulars[2].person, organisation=sister, role=Role.DIRECTOR,
        starts_on=SINCE, ends_on=date(2025, 1, 1),
    )  # fmt: skip
    since = "administratrice, depuis le 1er janvier 2024"
    expected = {
        (sitting.titulars[0].person_id, Ground.ON_BOARD, since),
        (sitting.titulars[1].person_id, Ground.ON_BOARD_IN_GROUP, f"Groupe Amont : Habitat des Rives, {since}"),
        (held.person_id, Ground.WORKS_IN_GROUP, "Groupe Amont : Habitat des Rives, direction générale"),
    }
    assert found(sitting, item) == expected
    member = sister.groups.get()
    directory.leave_group(member=member, by=sitting.referent, at=sitting.at)
    assert found(sitting, item) == {one for one in expected if one[1] is Ground.ON_BOARD}, "the group is that of the day"


def test_one_answers_once_for_every_session_and_an_ended_mandate_is_still_known(
    sitting: Sitting, award: tuple[Item, Landlord, Landlord]
) -> None:
    item, landlord, sister = award
    board(sitting, 0, landlord)
    board(sitting, 1, sister)
    item.refresh_from_db()
    own, of_group = sorted(queries.clues(item=item, mandates=sitting.titulars), key=lambda clue: clue.ground)
    given = {"item": item, "by": sitting.referent, "at": sitting.later()}
    operations.review(clue=own, confirmed=True, reason="Il y siège.", **given)
    operations.review(clue=of_group, confirmed=False, reason="Mandat d’honneur.", **given)
    assert {one.mandate.person_id: one.reach for one in item.recusals.all()} == {own.person: "personal"}
    operations.take_off(item=item, because="Reporté.", by=sitting.referent, at=sitting.later())
    mandate = sitting.titulars[1].person.board_mandates.get()
    directory.end_board(mandate=mandate, by=sitting.referent, at=sitting.at)
    start = sitting.session.starts_at + timedelta(days=40)
    again = operations.prepare(
        committee=sitting.committee,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        by=sitting.referent,
        at=sitting.later(),
    )
    next_one = operations.add_item(
        session=again, matter=Matter.AWARD, title="De nouveau", journey=item.journey, by=sitting.referent, at=sitting.later()
    )
    answers = {clue.person: clue.confirmed for clue in queries.clues(item=next_one, mandates=sitting.titulars)}
    assert answers == {own.person: True, of_group.person: False}


def test_a_seat_on_the_board_of_a_firm_is_suggested_on_its_accreditation(
    sitting: Sitting, make_organisation: Callable[..., Landlord]
) -> None:
    firm = make_organisation(Kind.AUDIT_FIRM)
    item = sitting.put("Agrément d’un cabinet", matter=Matter.ACCREDITATION, firm=firm)
    board(sitting, 0, firm)
    assert {ground for _, ground, _ in found(sitting, item)} == {Ground.ON_BOARD}
