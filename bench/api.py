"""The API: one call, and a page of a long list."""

from datetime import UTC, datetime

from figures import aside, figure, queries, ready, seconds

ready()

from django.test import Client
from tests.fixtures import luhn_siren

from palier.api.v1 import auth
from palier.directory.operations import add_landlord, add_member, create_api_token, enter_person
from palier.directory.rules import LandlordType, Role, Scope
from palier.stock.models import Import, Residence, ResidenceVintage
from palier.stock.rules.imports import State

RESIDENCES = 5_000
auth.CALLS_A_MINUTE = 100_000
now = datetime.now(UTC)

with aside():
    landlord = add_landlord(name="Habitat", siren_number=luhn_siren(900_001), landlord_type=LandlordType.OPH, by=None, at=now)
    lead = enter_person(email="api@bench.example", name="Mme A.", at=now)
    add_member(person=lead, organisation=landlord, role=Role.QUALITY_LEAD, by=None, at=now)
    source = Import.objects.create(
        landlord=landlord,
        state=State.APPLIED,
        year=2026,
        file_name="a.csv",
        file_digest="0" * 64,
        file_bytes=1,
        at=now,
        applied_at=now,
    )
    made = Residence.objects.bulk_create(
        Residence(landlord=landlord, name=f"R {n}", plain_name=f"r {n:05}", first_source=source, last_source=source)
        for n in range(RESIDENCES)
    )
    ResidenceVintage.objects.bulk_create(ResidenceVintage(residence=r, source=source, homes=40) for r in made)
    _, token = create_api_token(person=lead, name="bench", scopes=[Scope.READ], at=now)
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def call(path: str) -> None:
        """One call, answered."""
        assert client.get(f"/api/v1{path}").status_code == 200

    here = f"/landlords/{landlord.pk}"
    figure("API, one landlord's sheet", seconds(lambda: call(here)) * 1000, "ms")
    for limit in (25, 200):
        path = f"{here}/residences?limit={limit}"
        figure(f"API, {limit} of {RESIDENCES:,} residences", seconds(lambda path=path: call(path)) * 1000, "ms")
        figure(f"API, {limit} of {RESIDENCES:,} residences, SQL queries", queries(lambda path=path: call(path)), "queries")
