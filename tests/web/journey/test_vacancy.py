"""A step that nobody may take yet: the page says so, and leads to who can mend it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from palier.directory.models import Landlord, Person
from palier.directory.operations import invite
from palier.directory.rules import Role
from palier.label import operations
from palier.label.models import RuleSetVersion

pytestmark = pytest.mark.django_db


def test_a_step_whose_role_nobody_holds_says_so_and_leads_to_the_invitation(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    rules: RuleSetVersion,
    referent: Person,
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    landlord = make_landlord()
    operations.open_journey(landlord=landlord, rules=rules, by=referent, at=at)
    lead, other = make_person(Role.QUALITY_LEAD, landlord), make_person(Role.CONTRIBUTOR, landlord)

    def shown(person: Person) -> str:
        return sign_in(person).get(f"/organismes/{landlord.pk}/parcours/").content.decode()

    assert "Personne n’a encore ce rôle ici." in shown(lead)
    assert f"/organismes/{landlord.pk}/personnes/inviter/" in shown(lead)
    assert "/personnes/inviter/" not in shown(other)
    assert "de l’inviter" in shown(other)
    invite(email="direction@exemple.fr", name="Mme D.", organisation=landlord, role=Role.DIRECTOR, by=lead, at=at)
    assert "Quelqu’un y est invité" in shown(lead)
    make_person(Role.DIRECTOR, landlord)
    assert "Personne n’a encore ce rôle" not in shown(lead)
