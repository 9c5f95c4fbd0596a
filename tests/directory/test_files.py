"""Who may open a landlord's file: one person, all landlords and all people are asked in three ways that agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from palier.directory import queries
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_member, open_file, shut_out
from palier.directory.rules import LANDLORD_ROLES, RELATED_ROLES, ROLES_OF_KIND, SCHEME_ROLES, Kind, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_the_three_ways_agree(
    role: Role,
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    here, there, on = make_landlord(), make_landlord(), at.date()
    kind = next(kind for kind in Kind if role in ROLES_OF_KIND[kind])
    house = here if role in LANDLORD_ROLES else make_organisation(kind)
    person = make_person()
    add_member(person=person, organisation=house, role=role, by=None, at=at)
    if role in RELATED_ROLES:
        open_file(landlord=here, holder=house, role=role, source="test", by=None, at=at)
    if role is Role.RELAY:
        Landlord.objects.filter(pk=here.pk).update(federation=house)

    def opens(landlord: Landlord) -> bool:
        by_one = queries.roles_on(person=person, landlord=landlord.pk, on=on)
        by_all = queries.visible_landlords(person=person, on=on).filter(pk=landlord.pk).exists()
        of_all = queries.people_of(landlord=landlord.pk, roles=frozenset({role}), on=on).filter(pk=person.pk).exists()
        assert by_one == (frozenset({role}) if by_all else frozenset())
        assert by_all == of_all
        return by_all

    assert opens(here) == (role in LANDLORD_ROLES | RELATED_ROLES | SCHEME_ROLES | {Role.RELAY})
    assert opens(there) == (role in SCHEME_ROLES)
    shut_out(landlord=here, people=[person.pk], by=make_person(), at=at)
    assert opens(here) == (role in LANDLORD_ROLES)
