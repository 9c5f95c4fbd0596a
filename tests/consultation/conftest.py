"""A landlord, two associations with a representative each, and documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from palier.consultation.rules import Duty
from palier.directory.rules import Kind, Role

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from palier.consultation.models import Round, Voice
    from palier.directory.models import Landlord, Organisation, Person
    from palier.documents.models import Version


@dataclass
class House:
    """Who is there."""

    landlord: Landlord
    lead: Person
    pond: Organisation
    yards: Organisation
    pond_speaker: Person
    yards_speaker: Person


@pytest.fixture
def house(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> House:
    from palier.directory.operations import add_association

    landlord = make_landlord("Montfictif Habitat")
    pond = make_organisation(Kind.TENANTS_ASSOCIATION, "Les Locataires de l’Étang")
    yards = make_organisation(Kind.TENANTS_ASSOCIATION, "Amicale des Trois-Cours")
    for association in (pond, yards):
        add_association(landlord=landlord, association=association, by=None, at=at)
    return House(
        landlord,
        make_person(Role.QUALITY_LEAD, landlord, "Mme B."),
        pond,
        yards,
        make_person(Role.TENANT_REPRESENTATIVE, pond, "M. T."),
        make_person(Role.TENANT_REPRESENTATIVE, yards, "Mme V."),
    )


@pytest.fixture
def make_document(at: datetime, settings: Settings, tmp_path: Path) -> Callable[..., Version]:
    from palier.documents.operations import store

    settings.DOCUMENTS = tmp_path

    def make(landlord: Landlord, title: str = "Projet de plan", kind: str = "minutes") -> Version:
        file = BytesIO(f"{title} {landlord.pk}".encode())
        return store(landlord=landlord, file=file, name="texte.txt", title=title, kind=kind, by=None, at=at)

    return make


@pytest.fixture
def make_round(house: House, at: datetime) -> Callable[..., Round]:
    from palier.consultation.operations import open_round

    def make(duty: Duty = Duty.OPINION, stage: str = "plan_drafting", **more: object) -> Round:
        return open_round(
            **{
                "landlord": house.landlord,
                "cycle": 1,
                "stage": stage,
                "duty": duty,
                "subject": "Le plan d’actions",
                "message": "Voici notre projet de plan. Dites-nous ce que vous en pensez.",
                "documents": (),
                "lapse_days": 30,
                "reminders": 2,
                "by": house.lead,
                "at": at,
            }
            | more  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def voice_of(db: None) -> Callable[[Round, Organisation], Voice]:
    from palier.consultation.models import Voice

    def find(round_: Round, association: Organisation) -> Voice:
        return Voice.objects.select_related("round", "association").get(round=round_, association=association)

    return find
