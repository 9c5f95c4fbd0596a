"""Corrections made on screen hold: names, points, merged and moved residences, vintage after vintage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.stock import operations, queries
from palier.stock.models import Dwelling, Placement, Residence, ResidenceKey, ResidenceVintage
from palier.verdict import Refusal
from tests.stock import files
from tests.stock.conftest import Bring

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(bring_in: Bring, landlord: Landlord) -> list[Residence]:
    """Two vintages of 24 homes in 3 residences, by name."""
    for year in (2024, 2025):
        bring_in(files.statutory([files.statutory_line(home) for home in files.homes(24, residences=3)], year=year), year=year)
    return list(queries.residences(landlord=landlord))


def next_vintage(bring_in: Bring, year: int = 2026) -> None:
    made = [files.statutory_line(home) for home in files.homes(24, residences=3)]
    bring_in(files.statutory(made, year=year), year=year)


def test_a_given_name_outlives_the_next_file(stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime) -> None:
    operations.rename_residence(residence=stock[0], name="  Les   Glycines ", by=None, at=at)
    next_vintage(bring_in)
    assert next(r.name for r in queries.residences(landlord=landlord)) == "Les Glycines"
    entry = Entry.objects.get(act="stock.residence_renamed")
    assert entry.content["summary"] == "a nommé « Les Glycines » la résidence « Residence 0000 des Lilas »."
    with pytest.raises(Refusal, match="Donnez un nom"):
        operations.rename_residence(residence=stock[0], name=" ", by=None, at=at)


def test_a_given_point_outlives_the_next_file(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    operations.place_residence(residence=stock[0], lon=2.48, lat=48.9, by=None, at=at)
    bring_in(files.open_2025(files.homes(24, residences=3)), year=2026)
    first = queries.all_residences(landlord=landlord).get(pk=stock[0].pk)
    assert (first.lon, first.lat) == (2.48, 48.9)
    with pytest.raises(Refusal, match="dans aucun territoire français"):
        operations.place_residence(residence=first, lon=48.9, lat=2.48, by=None, at=at)


def test_two_residences_made_one_stay_one_in_every_vintage(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    kept, absorbed = stock[0], stock[1]
    operations.merge_residences(kept=kept, absorbed=absorbed, by=None, at=at)
    next_vintage(bring_in)
    assert queries.residences(landlord=landlord).count() == 2
    assert [v.homes for v in ResidenceVintage.objects.filter(residence=kept).order_by("source__year")] == [16, 16, 16]
    assert not Dwelling.objects.filter(residence=absorbed).exists()
    absorbed.refresh_from_db()
    assert absorbed.merged_into_id == kept.pk
    for wrong in (kept, absorbed):
        with pytest.raises(Refusal):
            operations.merge_residences(kept=kept, absorbed=wrong, by=None, at=at)


def test_what_was_made_one_is_separated_again_with_the_vintages_since(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    kept, absorbed, third = stock
    before = list(ResidenceVintage.objects.order_by("residence", "source").values_list("residence", "source__year", "homes"))
    keys = dict(ResidenceKey.objects.values_list("group_key", "residence"))
    operations.merge_residences(kept=absorbed, absorbed=third, by=None, at=at)
    operations.merge_residences(kept=kept, absorbed=absorbed, by=None, at=at)
    with pytest.raises(Refusal, match="elle-même réunie"):
        operations.separate_residences(kept=absorbed, absorbed=third, by=None, at=at)
    with pytest.raises(Refusal, match="ne sont pas réunies"):
        operations.separate_residences(kept=kept, absorbed=third, by=None, at=at)
    next_vintage(bring_in)
    operations.separate_residences(kept=kept, absorbed=absorbed, by=None, at=at)
    assert [(r.pk, r.homes) for r in queries.residences(landlord=landlord)] == [(kept.pk, 8), (absorbed.pk, 16)]
    operations.separate_residences(kept=absorbed, absorbed=third, by=None, at=at)
    assert [(r.pk, r.homes) for r in queries.residences(landlord=landlord)] == [(r.pk, 8) for r in stock]
    old = ResidenceVintage.objects.exclude(source__year=2026).order_by("residence", "source")
    assert list(old.values_list("residence", "source__year", "homes")) == before
    assert dict(ResidenceKey.objects.values_list("group_key", "residence")) == keys
    next_vintage(bring_in, 2027)
    assert [(r.pk, r.homes) for r in queries.residences(landlord=landlord)] == [(r.pk, 8) for r in stock]
    said = Entry.objects.filter(act="stock.residences_separated").order_by("number").values_list("content__summary", flat=True)
    assert list(said) == [
        f"a séparé « {absorbed.name} » de « {kept.name} ».",
        f"a séparé « {third.name} » de « {absorbed.name} ».",
    ]
    with pytest.raises(Refusal, match="ne sont pas réunies"):
        operations.separate_residences(kept=kept, absorbed=absorbed, by=None, at=at)


def test_separating_leaves_what_was_moved_since_where_it_was_put(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    kept, absorbed, third = stock
    address = Dwelling.objects.filter(residence=absorbed).order_by("address_key").values_list("address_key", flat=True)[0]
    homes = Dwelling.objects.filter(residence=absorbed, address_key=address, source__year=2025).count()
    operations.merge_residences(kept=kept, absorbed=absorbed, by=None, at=at)
    operations.move_addresses(residence=kept, addresses=[address], to=third, by=None, at=at)
    operations.separate_residences(kept=kept, absorbed=absorbed, by=None, at=at)
    next_vintage(bring_in)
    sizes = {r.pk: r.homes for r in queries.residences(landlord=landlord)}
    assert sizes == {kept.pk: 8, absorbed.pk: 8 - homes, third.pk: 8 + homes}


def test_residences_of_two_landlords_are_never_made_one(
    stock: list[Residence], bring_in: Bring, make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    other = make_landlord("Canari Habitat")
    bring_in(files.statutory([files.statutory_line(h) for h in files.homes(3, residences=1)]), of=other)
    with pytest.raises(Refusal, match="du même organisme"):
        operations.merge_residences(kept=stock[0], absorbed=queries.residences(landlord=other).get(), by=None, at=at)


def test_a_moved_address_stays_where_it_was_put(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    origin, target = stock[0], stock[1]
    address = Dwelling.objects.filter(residence=origin).order_by("address_key").values_list("address_key", flat=True)[0]
    homes = Dwelling.objects.filter(residence=origin, address_key=address, source__year=2025).count()
    operations.move_addresses(residence=origin, addresses=[address], to=target, by=None, at=at)
    next_vintage(bring_in)
    assert Placement.objects.count() == 1
    sizes = {r.pk: r.homes for r in queries.residences(landlord=landlord)}
    assert (sizes[origin.pk], sizes[target.pk]) == (8 - homes, 8 + homes)


def test_an_address_cut_out_makes_a_new_residence_that_lasts(
    stock: list[Residence], bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    origin = stock[0]
    address = Dwelling.objects.filter(residence=origin).values_list("address_key", flat=True)[0]
    made = operations.move_addresses(residence=origin, addresses=[address], new_name="LA TOUR", by=None, at=at)
    assert made.name == "La Tour"
    assert made.commune == origin.commune
    next_vintage(bring_in)
    assert queries.residences(landlord=landlord).count() == 4
    assert queries.residences(landlord=landlord).get(pk=made.pk).name == "La Tour"


def test_moves_that_make_no_sense_are_refused_with_the_cure(stock: list[Residence], at: datetime) -> None:
    origin = stock[0]
    everything = set(Dwelling.objects.filter(residence=origin).values_list("address_key", flat=True))
    some = sorted(everything)[:1]
    for arguments, said in (
        ({"addresses": []}, "Choisissez au moins une adresse"),
        ({"addresses": ["93010|nulle part"]}, "Choisissez au moins une adresse"),
        ({"addresses": everything, "new_name": "X"}, "Réunissez plutôt"),
        ({"addresses": some}, "Choisissez la résidence d’arrivée"),
        ({"addresses": some, "to": origin}, "Choisissez une autre résidence"),
    ):
        with pytest.raises(Refusal, match=said):
            operations.move_addresses(residence=origin, by=None, at=at, **arguments)
    assert not Placement.objects.exists()


def test_every_correction_says_when_it_was_made(stock: list[Residence], at: datetime) -> None:
    later = at + timedelta(days=2)
    operations.merge_residences(kept=stock[0], absorbed=stock[1], by=None, at=later)
    assert list(Residence.objects.filter(corrected_at=later).order_by("pk")) == [stock[0], stock[1]]
