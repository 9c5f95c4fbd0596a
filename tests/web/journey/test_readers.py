"""The journey's pages tell nobody, beside the journey, what the matrix keeps from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from palier.consultation import operations as consultation
from palier.consultation.models import Voice
from palier.consultation.rules import Duty, Opinion
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association, add_member, add_organisation, open_file
from palier.directory.rules import MATRIX, ROLES_OF_KIND, Kind, Right, Role, Thing
from palier.label.models import RuleSetVersion
from palier.label.operations import open_journey

pytestmark = pytest.mark.django_db
ASSOCIATION, WORDS, ACT = "Amicale Canari", "Les halls sont canari.", "a ouvert le parcours"


@pytest.fixture
def landlord(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    rules: RuleSetVersion,
    referent: Person,
    at: datetime,
) -> Landlord:
    """A landlord whose two associations are asked; one answered."""
    landlord = make_landlord()
    for name in (ASSOCIATION, "Amicale Canari bis"):
        association = add_organisation(kind=Kind.TENANTS_ASSOCIATION, name=name, of_landlord=landlord, by=None, at=at)
        add_association(landlord=landlord, association=association, by=None, at=at)
        make_person(Role.TENANT_REPRESENTATIVE, association)
    journey = open_journey(landlord=landlord, rules=rules, by=referent, at=at)
    round_ = consultation.open_round(
        landlord=landlord, cycle=1, stage=journey.stage, duty=Duty.CONSULT, subject="Bilan", message="Votre avis ?",
        documents=(), lapse_days=30, reminders=2, by=referent, at=at,
    )  # fmt: skip
    voice = Voice.objects.get(round=round_, association__name=ASSOCIATION)
    speaker = Person.objects.get(memberships__organisation=voice.association)
    consultation.give_opinion(voice=voice, opinion=Opinion.RESERVED, text=WORDS, by=speaker, at=at)
    return landlord


@pytest.mark.parametrize("role", [role for role in Role if Right.READ in MATRIX[Thing.JOURNEY, role]])
def test_who_may_not_read_the_tenants_voice_or_the_history_meets_neither(
    role: Role,
    landlord: Landlord,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    kind = next(kind for kind in Kind if role in ROLES_OF_KIND[kind])
    house = landlord if kind is Kind.LANDLORD else make_organisation(kind)
    person = make_person()
    add_member(person=person, organisation=house, role=role, by=None, at=at)
    if role is Role.RELAY:
        Landlord.objects.filter(pk=landlord.pk).update(federation=house)
    elif kind is not Kind.LANDLORD:
        open_file(landlord=landlord, holder=house, role=role, source="test", by=None, at=at)
    client = sign_in(person)
    pages = [client.get(f"/organismes/{landlord.pk}/{page}/") for page in ("parcours", "dossier")]
    assert [page.status_code for page in pages] == [200, 200]
    shown = "".join(page.content.decode() for page in pages)
    hears = Right.READ in MATRIX[Thing.TENANTS_STEP, role]
    assert (WORDS in shown) == hears
    assert ('id="porte"' in shown) == hears
    assert (ACT in shown.split("Ce qui s’est passé")[-1]) == (Right.READ in MATRIX[Thing.HISTORY, role])
