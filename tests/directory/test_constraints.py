"""What the database refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction

from palier.directory.models import Invitation, Landlord, Membership, Organisation, Person, Relation
from palier.directory.rules import Kind, Role

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
MakeLandlord = Callable[..., Landlord]


def held(person: Person, organisation: Organisation, starts: date, ends: date | None, role: Role = Role.CONTRIBUTOR) -> None:
    with transaction.atomic():
        Membership.objects.bulk_create(
            [Membership(person=person, organisation=organisation, role=role, starts_on=starts, ends_on=ends)]
        )


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2026, 3, 1), None),
        (date(2026, 3, 31), date(2026, 4, 2)),
        (date(2026, 1, 1), date(2026, 3, 1)),
        (date(2026, 3, 10), date(2026, 3, 10)),
        (date(2025, 1, 1), None),
    ],
)
def test_the_same_role_is_never_held_twice_at_once(
    starts: date, ends: date | None, make_landlord: MakeLandlord, make_person: Make
) -> None:
    landlord, person = make_landlord(), make_person()
    held(person, landlord, date(2026, 3, 1), date(2026, 3, 31))
    with pytest.raises(IntegrityError, match="membership_no_overlap"):
        held(person, landlord, starts, ends)


def test_another_role_place_person_or_time_is_free(make_landlord: MakeLandlord, make_person: Make) -> None:
    landlord, person = make_landlord(), make_person()
    held(person, landlord, date(2026, 3, 1), date(2026, 3, 31))
    held(person, landlord, date(2026, 4, 1), None)
    held(person, landlord, date(2026, 3, 1), None, Role.DIRECTOR)
    held(person, make_landlord(), date(2026, 3, 1), None)
    held(make_person(), landlord, date(2026, 3, 1), None)


def test_a_role_does_not_end_before_it_begins(make_landlord: MakeLandlord, make_person: Make) -> None:
    with pytest.raises(IntegrityError, match="membership_dates"):
        held(make_person(), make_landlord(), date(2026, 3, 10), date(2026, 3, 8))


def test_a_file_is_not_opened_twice_at_once_for_the_same_source(
    make_landlord: MakeLandlord, make_organisation: Callable[..., Organisation]
) -> None:
    same = {
        "landlord": make_landlord(),
        "holder": make_organisation(Kind.AUDIT_FIRM),
        "role": Role.AUDITOR,
        "source": "mission:1",
    }
    Relation.objects.create(**same, starts_on=date(2026, 3, 1))
    with pytest.raises(IntegrityError, match="relation_no_overlap"), transaction.atomic():
        Relation.objects.create(**same, starts_on=date(2026, 5, 1))
    Relation.objects.create(**(same | {"source": "mission:2"}), starts_on=date(2026, 5, 1))


def test_a_file_does_not_close_before_it_opens(
    make_landlord: MakeLandlord, make_organisation: Callable[..., Organisation]
) -> None:
    with pytest.raises(IntegrityError, match="relation_dates"):
        Relation.objects.create(
            landlord=make_landlord(),
            holder=make_organisation(Kind.AUDIT_FIRM),
            role=Role.AUDITOR,
            source="x",
            starts_on=date(2026, 3, 2),
            ends_on=date(2026, 3, 1),
        )


def test_addresses_are_kept_in_lower_case(make_person: Make) -> None:
    person = make_person()
    with pytest.raises(IntegrityError, match="email_lower_case"):
        Person.objects.filter(pk=person.pk).update(email="Majuscule@example.test")


def test_a_siren_is_given_once(make_landlord: MakeLandlord) -> None:
    one, other = make_landlord(), make_landlord()
    with pytest.raises(IntegrityError, match="siren_once"):
        Organisation.objects.filter(pk=other.pk).update(siren=one.siren)


def test_a_landlord_is_not_merged_into_itself(make_landlord: MakeLandlord) -> None:
    landlord = make_landlord()
    with pytest.raises(IntegrityError, match="landlord_not_merged_into_itself"):
        Landlord.objects.filter(pk=landlord.pk).update(merged_into=landlord)


def test_an_invitation_is_not_both_accepted_and_withdrawn(make_landlord: MakeLandlord, make_person: Make, at: datetime) -> None:
    with pytest.raises(IntegrityError, match="invitation_one_end"):
        Invitation.objects.create(
            email="x@example.test",
            name="x",
            organisation=make_landlord(),
            role=Role.DIRECTOR,
            token_digest="0",
            invited_by=make_person(),
            invited_at=at,
            expires_at=at,
            accepted_at=at,
            withdrawn_at=at,
        )
