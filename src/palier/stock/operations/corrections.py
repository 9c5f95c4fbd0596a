"""Corrections made on screen: a residence's name, its point, what it is made of. They hold for the next vintages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from palier.directory.models import Landlord, Person
from palier.directory.rules import plain
from palier.ledger.operations import record
from palier.stock.models import Dwelling, Import, Placement, Residence, ResidenceKey, ResidenceVintage
from palier.stock.operations.counting import describe, recount, stand
from palier.stock.rules.addresses import presentable
from palier.stock.rules.corrections import may_merge, may_move, may_separate, name_holds, point_holds
from palier.verdict import require


@transaction.atomic
def rename_residence(*, residence: Residence, name: str, by: Person | None, at: datetime) -> Residence:
    """Give a residence its name. Files no longer change it.

    Raises:
        Refusal: when the name is empty or too long.
    """
    name = " ".join(name.split())
    require(name_holds(name))
    before = residence.name
    residence.name, residence.plain_name = name, plain(name)[:200]
    residence.named_at = residence.corrected_at = at
    residence.save(update_fields=["name", "plain_name", "named_at", "corrected_at"])
    _line(residence, "stock.residence_renamed", f"a nommé « {name} » la résidence « {before} ».", by, at, {"before": before})
    return residence


@transaction.atomic
def place_residence(*, residence: Residence, lon: float, lat: float, by: Person | None, at: datetime) -> Residence:
    """Put a residence on the map. Files no longer move it; its homes without a point of their own take this one.

    Raises:
        Refusal: when the point is in no French territory.
    """
    require(point_holds(lon, lat))
    residence.lon, residence.lat = lon, lat
    residence.placed_at = residence.corrected_at = at
    residence.save(update_fields=["lon", "lat", "placed_at", "corrected_at"])
    stand(source=residence.last_source, residences=[residence.pk])
    _line(
        residence,
        "stock.residence_placed",
        f"a placé « {residence.name} » sur la carte.",
        by,
        at,
        {"lon": str(lon), "lat": str(lat)},
    )
    return residence


@transaction.atomic
def merge_residences(*, kept: Residence, absorbed: Residence, by: Person | None, at: datetime) -> Residence:
    """Make one residence of two, in all vintages. Files that know the second one by its name now find the first.

    Raises:
        Refusal: when they are one and the same, of two landlords, already merged, or when something stands on the second.
    """
    _alone(kept.landlord_id)
    absorbed = Residence.objects.select_for_update(no_key=True).get(pk=absorbed.pk)
    kept = Residence.objects.select_for_update(no_key=True).get(pk=kept.pk)
    require(
        may_merge(
            same=kept.pk == absorbed.pk,
            one_landlord=kept.landlord_id == absorbed.landlord_id,
            already=kept.merged_into_id is not None or absorbed.merged_into_id is not None,
            used_by=_used_by(absorbed),
            name=absorbed.name,
        )
    )
    sources = _sources([kept.pk, absorbed.pk])
    absorbed.brought = {
        "groups": sorted(ResidenceKey.objects.filter(residence=absorbed).values_list("group_key", flat=True)),
        "placements": sorted(map(list, Placement.objects.filter(residence=absorbed).values_list("group_key", "address_key"))),
    }
    Dwelling.objects.filter(residence=absorbed).update(residence=kept)
    ResidenceKey.objects.filter(residence=absorbed).update(residence=kept)
    Placement.objects.filter(residence=absorbed).update(residence=kept)
    absorbed.merged_into, absorbed.corrected_at = kept, at
    absorbed.save(update_fields=["merged_into", "brought", "corrected_at"])
    _redo([kept.pk, absorbed.pk], sources, at)
    _line(kept, "stock.residences_merged", f"a réuni « {absorbed.name} » à « {kept.name} ».", by, at, {"absorbed": absorbed.pk})
    kept.refresh_from_db()
    return kept


@transaction.atomic
def separate_residences(*, kept: Residence, absorbed: Residence, by: Person | None, at: datetime) -> Residence:
    """Undo ``merge_residences``: the second one is on its own again, with its homes of all vintages, later ones included.

    What was moved on screen since then stays where it was put.

    Raises:
        Refusal: when the two are not merged, or no longer by themselves.
    """
    _alone(kept.landlord_id)
    absorbed = Residence.objects.select_for_update(no_key=True).get(pk=absorbed.pk)
    kept = Residence.objects.select_for_update(no_key=True).get(pk=kept.pk)
    require(
        may_separate(
            merged_here=absorbed.merged_into_id == kept.pk,
            kept_merged=kept.merged_into_id is not None,
            known=absorbed.brought is not None,
        )
    )
    brought = absorbed.brought or {}
    groups, placed = brought["groups"], [(group, address) for group, address in brought["placements"]]
    sources = _sources([kept.pk])
    here = Placement.objects.filter(residence=kept)
    stays = [pair for pair in here.values_list("group_key", "address_key") if pair not in placed]
    homes = Dwelling.objects.filter(Q(group_key__in=groups) | _at(placed), residence=kept)
    homes.exclude(_at(stays)).update(residence=absorbed)
    here.filter(_at(placed)).update(residence=absorbed)
    ResidenceKey.objects.filter(residence=kept, group_key__in=groups).update(residence=absorbed)
    absorbed.merged_into, absorbed.brought, absorbed.corrected_at = None, None, at
    absorbed.save(update_fields=["merged_into", "brought", "corrected_at"])
    _redo([kept.pk, absorbed.pk], sources, at)
    _line(
        kept,
        "stock.residences_separated",
        f"a séparé « {absorbed.name} » de « {kept.name} ».",
        by,
        at,
        {"separated": absorbed.pk},
    )
    absorbed.refresh_from_db()
    return absorbed


def _at(pairs: Collection[tuple[str, str]]) -> Q:
    """The homes, or the placements, of these groups at these addresses; none of them when there is no pair."""
    found = Q(pk__in=())
    for group, address in pairs:
        found |= Q(group_key=group, address_key=address)
    return found


@transaction.atomic
def move_addresses(
    *,
    residence: Residence,
    addresses: Collection[str],
    by: Person | None,
    at: datetime,
    to: Residence | None = None,
    new_name: str = "",
) -> Residence:
    """Send addresses of a residence (their keys) to another one, or to a new one, in all vintages.

    Raises:
        Refusal: when nothing is chosen, when the residence has no such address, or when it would be left with no home.
    """
    _alone(residence.landlord_id)
    here = Dwelling.objects.filter(residence=residence)
    wanted = here.filter(address_key__in=addresses)
    pairs = set(wanted.values_list("group_key", "address_key"))
    require(
        may_move(
            some=bool(pairs),
            all_of_it=not here.exclude(address_key__in=addresses).exists(),
            to_itself=to is not None and to.pk == residence.pk,
            one_landlord=to is None or to.landlord_id == residence.landlord_id,
            named=to is not None or bool(new_name.strip()),
        )
    )
    sources = _sources([residence.pk, *([to.pk] if to else [])])
    target = to or _new_residence(residence, presentable(new_name), at)
    wanted.update(residence=target)
    for group, address in sorted(pairs):
        Placement.objects.update_or_create(
            landlord_id=residence.landlord_id,
            group_key=group,
            address_key=address,
            defaults={"residence": target, "at": at, "by": by},
        )
    _redo([residence.pk, target.pk], sources, at)
    count = len(set(addresses))
    said = "une adresse" if count == 1 else f"{count} adresses"
    facts = {"addresses": sorted(addresses), "to": target.pk}
    _line(
        residence, "stock.addresses_moved", f"a déplacé {said} de « {residence.name} » vers « {target.name} ».", by, at, facts
    )
    target.refresh_from_db()
    return target


def _new_residence(origin: Residence, name: str, at: datetime) -> Residence:
    require(name_holds(name))
    return Residence.objects.create(
        landlord_id=origin.landlord_id,
        name=name,
        plain_name=plain(name)[:200],
        first_source_id=origin.first_source_id,
        last_source_id=origin.last_source_id,
        named_at=at,
    )


def _alone(landlord: int) -> None:
    """One change of a landlord's stock at a time."""
    Landlord.objects.select_for_update(no_key=True).get(pk=landlord)


def _sources(residences: Collection[int]) -> list[Import]:
    """The vintages in which residences have homes, oldest first."""
    found = Dwelling.objects.filter(residence__in=residences).values("source")
    return list(Import.objects.filter(pk__in=found).order_by("year", "applied_at", "pk"))


def _redo(residences: list[int], sources: list[Import], at: datetime) -> None:
    """Count residences again in the vintages concerned, and set their first and last one."""
    for source in sources:
        recount(source=source, residences=residences)
        stand(source=source, residences=residences)
        describe(source=source, names={}, residences=residences)
    order = {source.pk: rank for rank, source in enumerate(sources)}
    for pk in residences:
        seen = sorted(ResidenceVintage.objects.filter(residence=pk).values_list("source_id", flat=True), key=order.__getitem__)
        ends = {"first_source_id": seen[0], "last_source_id": seen[-1]} if seen else {}
        Residence.objects.filter(pk=pk).update(corrected_at=at, **ends)


def _used_by(residence: Residence) -> list[str]:
    """What other rooms hold about a residence, in words. Rooms above are known by their keys, not by their names."""
    return sorted(
        {
            str(relation.related_model._meta.verbose_name)  # noqa: SLF001 - Django's public meta
            for relation in Residence._meta.related_objects  # noqa: SLF001
            if relation.related_model._meta.app_label != "stock"  # noqa: SLF001
            and relation.related_model._base_manager.filter(**{relation.field.name: residence}).exists()  # noqa: SLF001
        }
    )


def _line(residence: Residence, act: str, summary: str, by: Person | None, at: datetime, facts: dict[str, object]) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("stock.residence", residence.pk),
        landlord=residence.landlord_id,
        summary=summary,
        facts=facts,
    )
