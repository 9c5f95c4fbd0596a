"""The residences of a landlord as files may name them."""

from __future__ import annotations

from django.db.models import F

from palier.directory.models import Landlord
from palier.directory.rules import plain
from palier.sources.reading.homes import Finder, Known
from palier.stock.models import Dwelling, Residence
from palier.stock.queries import all_residences, described
from palier.stock.rules.districts import VERSIONS


def words_of(residence: Residence) -> frozenset[str]:
    """The words of a residence's name, address and town, in plain letters: no one's name in a text about it."""
    words = plain(f"{residence.name} {residence.address} {residence.commune_name}").replace("’", " ").split()
    return frozenset(word for word in words if len(word) > 2)


def finder(*, landlord: Landlord | int) -> Finder:
    """What finds the residence of a line, by code, name or any address of its last vintage. Two SQL queries."""
    addresses: dict[int, set[str]] = {}
    lines = Dwelling.objects.filter(
        residence__landlord=landlord, residence__merged_into__isnull=True, source=F("residence__last_source")
    ).exclude(address="")
    for residence, address in lines.values_list("residence_id", "address").distinct():
        addresses.setdefault(residence, set()).add(address)
    return Finder.of(
        Known(
            pk=residence.pk,
            code=residence.code,
            name=residence.name,
            commune=residence.commune_name,
            addresses=tuple({*addresses.get(residence.pk, ()), residence.address} - {""}),
            homes=residence.homes,
            words=words_of(residence),
        )
        for residence in described(all_residences(landlord=landlord), version=VERSIONS[-1])
    )
