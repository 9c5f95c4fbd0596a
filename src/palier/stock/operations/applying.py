"""A preview enters the stock, all or nothing; the last one may be taken out again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, ProtectedError

from palier.directory.models import Landlord, Person
from palier.directory.rules import plain
from palier.ledger.operations import record
from palier.outbox.operations import cancel, post
from palier.stock.models import DistrictStanding, Dwelling, Import, ReadLine, Residence, ResidenceKey, ResidenceVintage
from palier.stock.operations.counting import describe, recount, stand
from palier.stock.operations.matching import base_of, groups_of, match, settlement
from palier.stock.operations.previews import name_of, names_of
from palier.stock.reading.lines import COLUMNS
from palier.stock.reading.places import grouped
from palier.stock.rules.grouping import Settlement
from palier.stock.rules.imports import State, may_undo
from palier.verdict import Conflict, Refusal, no, require

_LINES = ", ".join(COLUMNS)
_KEPT = ", ".join("r.lon" if name == "lon" else "r.lat" if name == "lat" else f"r.{name}" for name in COLUMNS)


@transaction.atomic
def apply_import(*, item: Import, at: datetime) -> Import:
    """Bring a preview into the stock: residences found again or made, homes, counts, priority districts.

    Raises:
        Conflict: when the stock is no longer the one that the preview was compared with.
        Refusal: when nobody asked for it.
    """
    # One change of a landlord's stock at a time; rows that point to the landlord are not held up.
    Landlord.objects.select_for_update(no_key=True).get(pk=item.landlord_id)
    item = Import.objects.select_for_update(no_key=True).select_related("landlord").get(pk=item.pk)
    if item.state != State.APPLYING:
        raise Refusal(no("stock.not_asked", "Personne n’a demandé d’intégrer cet import."))
    base = base_of(item)
    if (base.pk if base else None) != item.base_id:
        raise Conflict(
            no(
                "stock.base_moved",
                "Un autre import est entré dans le patrimoine depuis cet aperçu. Relisez-le, puis intégrez-le.",
            )
        )
    match(item, base)
    where, groups = settlement(item, base)
    made = _new_residences(item, where, groups)
    places = {pair: residence or made.get(pair[0]) for pair, residence in where.places.items()}
    _bring_in(item, base, {pair: residence for pair, residence in places.items() if residence is not None})
    recount(source=item)
    present = set(ResidenceVintage.objects.filter(source=item).values_list("residence_id", flat=True))
    latest = set(Residence.objects.filter(pk__in=present, last_source__year__lte=item.year).values_list("pk", flat=True))
    Residence.objects.filter(pk__in=latest).update(last_source=item)
    describe(source=item, names=names_of(groups, places, made), residences=latest)
    stand(source=item)
    ReadLine.objects.filter(source=item).delete()
    item.state, item.applied_at, item.percent = State.APPLIED, at, 100
    item.save(update_fields=["state", "applied_at", "percent"])
    _tell(item, len(present), at)
    return item


def _new_residences(item: Import, where: Settlement, groups: list[dict[str, Any]]) -> dict[str, int]:
    """Make the residences of the new groups, and remember under which groups each residence is known.

    A group of homes that all left before Palier knew them makes none.
    """
    new: dict[str, list[dict[str, Any]]] = {}
    for row in groups:
        if where.places[row["group_key"], row["address_key"]] is None:
            new.setdefault(row["group_key"], []).append(row)
    named = {group: name_of(group, rows) for group, rows in new.items() if any(row["homes"] for row in rows)}
    residences = Residence.objects.bulk_create(
        Residence(landlord=item.landlord, name=name, plain_name=plain(name)[:200], first_source=item, last_source=item)
        for name in named.values()
    )
    made = {group: residence.pk for group, residence in zip(named, residences, strict=True)}
    keys = made | dict(where.renamed)
    ResidenceKey.objects.bulk_create(
        [
            ResidenceKey(landlord=item.landlord, group_key=group, residence_id=pk, source=item)
            for group, pk in sorted(keys.items())
        ],
        ignore_conflicts=True,
    )
    return made


def _bring_in(item: Import, base: Import | None, places: dict[tuple[str, str], int]) -> None:
    """Copy the lines read into the stock. A home without a point takes the one its address had in the base."""
    columns = _LINES.replace("lon, lat", "lon, lat, source_id, residence_id, previous_id")
    values = _KEPT.replace(
        "r.lon, r.lat", "COALESCE(r.lon, k.lon), COALESCE(r.lat, k.lat), r.source_id, m.residence, r.match_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO stock_dwelling ({columns})
            SELECT {values} FROM stock_readline r
            JOIN UNNEST(%s::text[], %s::text[], %s::bigint[]) AS m(group_key, address_key, residence)
              ON m.group_key = r.group_key AND m.address_key = r.address_key
            LEFT JOIN (
                SELECT address_key, AVG(lon) AS lon, AVG(lat) AS lat FROM stock_dwelling
                WHERE source_id = %s AND lon IS NOT NULL AND address_key <> '' GROUP BY address_key
            ) k ON k.address_key = r.address_key
            WHERE r.source_id = %s ORDER BY r.line
            """,  # noqa: S608 - the names of our own columns
            [
                [group for group, _ in places],
                [address for _, address in places],
                list(places.values()),
                base.pk if base else None,
                item.pk,
            ],
        )
        cursor.execute("ANALYZE stock_dwelling (source_id, residence_id, rpls_id, own_id, profile, address_key)")


def _tell(item: Import, residences: int, at: datetime) -> None:
    homes = item.report["homes"]["after"]
    record(
        act="stock.import_applied",
        by=item.asked_by_id,
        at=at,
        on=("stock.import", item.pk),
        landlord=item.landlord_id,
        summary=f"a intégré le patrimoine {item.year} : {grouped(homes)} logements, {grouped(residences)} résidences.",
        facts={"file": item.file_digest, "format": item.format, "homes": homes, "residences": residences},
    )
    cancel(undo_key=f"import:{item.pk}", at=at)  # a preview to read again is no longer one
    if item.asked_by_id:
        post(
            event="stock.imported",
            to=[item.asked_by_id],
            at=at,
            subject=f"Le patrimoine {item.year} est intégré",
            body=f"« {item.file_name} » est intégré : {grouped(homes)} logements dans {grouped(residences)} résidences.",
            landlord=item.landlord_id,
            link=f"/organismes/{item.landlord_id}/patrimoine/imports/{item.pk}/",
            undo_key=f"import:{item.pk}",
        )


@transaction.atomic
def undo_import(*, item: Import, by: Person | None, at: datetime) -> Import:
    """Take the last import out of the stock, with the residences it made. The file stays in the list.

    Raises:
        Refusal: when it is not the last one, when residences were corrected since, or when something stands on them.
    """
    Landlord.objects.select_for_update(no_key=True).get(pk=item.landlord_id)
    item = Import.objects.select_for_update(no_key=True).get(pk=item.pk)
    applied = Import.objects.filter(landlord=item.landlord_id, state=State.APPLIED)
    last = applied.order_by("-applied_at", "-pk").first()
    corrected = (
        Residence.objects.filter(landlord=item.landlord_id, corrected_at__gte=item.applied_at).exists()
        if item.applied_at
        else False
    )
    require(may_undo(state=State(item.state), is_last=last is not None and last.pk == item.pk, corrected_since=corrected))
    with connection.cursor() as cursor:  # plainly: Django would load each home first
        cursor.execute("DELETE FROM stock_dwelling WHERE source_id = %s", [item.pk])
    DistrictStanding.objects.filter(source=item).delete()
    ResidenceVintage.objects.filter(source=item).delete()
    _step_back(item)
    ResidenceKey.objects.filter(source=item).delete()
    try:
        Residence.objects.filter(first_source=item).delete()
    except ProtectedError as problem:
        rooms = sorted({str(thing._meta.app_config.verbose_name) for thing in problem.protected_objects})  # noqa: SLF001 - Django's public meta
        raise Refusal(
            no(
                "stock.in_use",
                "Des résidences de cet import servent déjà ailleurs. Il ne peut plus être annulé ; déposez un fichier rectifié.",
                detail=f"Elles sont citées par : {', '.join(rooms)}.",
            )
        ) from problem
    item.state, item.undone_at = State.UNDONE, at
    item.save(update_fields=["state", "undone_at"])
    cancel(undo_key=f"import:{item.pk}", at=at)
    record(
        act="stock.import_undone",
        by=by.pk if by else None,
        at=at,
        on=("stock.import", item.pk),
        landlord=item.landlord_id,
        summary=f"a annulé l’intégration du patrimoine {item.year} (« {item.file_name} »).",
        facts={"file": item.file_digest},
    )
    return item


def _step_back(item: Import) -> None:
    """Send the residences of an import back to the last vintage that still has them."""
    touched = Residence.objects.filter(last_source=item).exclude(first_source=item)
    still = ResidenceVintage.objects.filter(residence__in=touched).order_by("source__year", "source__applied_at")
    newest = dict(still.values_list("residence_id", "source_id"))  # the last one said of each stays
    for source in Import.objects.filter(pk__in=set(newest.values())):
        residences = [residence for residence, last in newest.items() if last == source.pk]
        Residence.objects.filter(pk__in=residences).update(last_source=source)
        describe(source=source, names=_former_names(source, residences), residences=residences)


def _former_names(source: Import, residences: list[int]) -> dict[int, str]:
    """The names that a vintage gave to its residences."""
    homes = Dwelling.objects.filter(source=source, residence__in=residences)
    places = {
        (group, address): pk for group, address, pk in homes.values_list("group_key", "address_key", "residence").distinct()
    }
    made = ResidenceKey.objects.filter(residence__in=residences, source=F("residence__first_source"))
    groups = [row for row in groups_of("stock_dwelling", source) if (row["group_key"], row["address_key"]) in places]
    return names_of(groups, places, dict(made.values_list("group_key", "residence_id")))
