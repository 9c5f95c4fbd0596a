"""Priority districts come in: one list at a time, as a whole, then what it says of every stock."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.stock.geography import BadShape, shape_of
from palier.stock.models import Import, PriorityDistrict, ResidenceDistrict
from palier.stock.operations.counting import hold_districts, stand
from palier.stock.reading.places import Unreadable
from palier.stock.reading.published import opened, parsed
from palier.stock.rules.districts import LISTS, named_by
from palier.stock.rules.imports import State
from palier.verdict import Refusal, Verdict, no

_FIELDS = ["label", "communes", "starts_on", "ends_on", "shape", "outline", "west", "south", "east", "north"]
_FAULTS = 10  # as many as one reads


def read_districts(*, path: Path, version: str) -> list[PriorityDistrict]:
    """Read the contours of a list (GeoJSON: ``code``, ``label``, ``insee``), outside any transaction; nothing is kept yet.

    Raises:
        Refusal: when the list is unknown, or with the number of each district that cannot be read.
    """
    if version not in LISTS:
        raise Refusal(no("stock.list", f"Cette liste n’est pas connue. Indiquez l’une de celles-ci : {', '.join(LISTS)}."))
    try:
        with opened(path) as text:
            features = parsed(text, float).get("features")
    except Unreadable as problem:
        raise Refusal(no("stock.district", problem.sentence)) from problem
    if not isinstance(features, list) or not features:
        raise Refusal(no("stock.district", "Ce fichier n’est pas un GeoJSON de quartiers : il n’a aucun quartier."))
    found: dict[str, PriorityDistrict] = {}
    faults = []
    for number, feature in enumerate(features, 1):
        try:
            district = _district(feature, version)
        except (BadShape, KeyError, TypeError, ValueError, AttributeError):
            faults.append(f"Quartier n° {number} du fichier : il faut un code, un nom et un contour fermé en degrés.")
            continue
        if (other := named_by(district.code)) not in {None, version}:
            faults.append(f"Quartier n° {number} du fichier : le code {district.code} est de la liste de {other}.")
        elif district.code in found:
            faults.append(f"Quartier n° {number} du fichier : le code {district.code} y est deux fois.")
        found[district.code] = district
    if faults:
        raise Refusal(Verdict.all(no("stock.district", sentence) for sentence in faults[:_FAULTS]))
    return list(found.values())


@transaction.atomic
def load_districts(*, found: Collection[PriorityDistrict], version: str, by: Person | None, at: datetime) -> int:
    """Put what was read of a list in the place of what was known of it: districts that it no longer has go. How many.

    Where residences stood is kept until ``stand_again`` has said it again of each import of ``to_stand_again``: whoever reads
    it meanwhile, to keep it elsewhere, does not find it unknown.
    """
    hold_districts(alone=True)
    gone = PriorityDistrict.objects.filter(version=version).exclude(code__in=[d.code for d in found])
    ResidenceDistrict.objects.filter(district__in=gone).delete()
    gone.delete()
    PriorityDistrict.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["version", "code"], update_fields=_FIELDS, batch_size=500
    )
    record(
        act="stock.districts_imported",
        by=by.pk if by else None,
        at=at,
        on=("stock.districts", int(version)),
        landlord=None,
        summary=f"a intégré les contours de {len(found)} quartiers prioritaires, liste {version}.",
        facts={"version": version, "count": len(found)},
        audience=Audience.SCHEME,
    )
    return len(found)


def to_stand_again() -> list[int]:
    """The imports whose residences stand in districts, the stocks of today first."""
    return list(Import.objects.filter(state=State.APPLIED).order_by("-year", "pk").values_list("pk", flat=True))


@transaction.atomic
def stand_again(*, import_id: int, version: str) -> Landlord | None:
    """Say again where the residences of an import stand in a list; its landlord, None when it is no longer in the stock.

    Running it again gives the same.
    """
    source = Import.objects.select_related("landlord").filter(pk=import_id, state=State.APPLIED).first()
    if source is None:
        return None
    stand(source=source, versions=[version])
    return source.landlord


def import_districts(
    *, path: Path, version: str, by: Person | None, at: datetime, tell: Callable[[int, int], object] = lambda _done, _all: None
) -> int:
    """Read a list, load it, and say again where every residence stands, import after import; ``tell`` is told how far it is.

    Reading the same file twice changes nothing.

    Raises:
        Refusal: as ``read_districts``; nothing has then changed.
    """
    count = load_districts(found=read_districts(path=path, version=version), version=version, by=by, at=at)
    sources = to_stand_again()
    for done, import_id in enumerate(sources, 1):
        stand_again(import_id=import_id, version=version)
        tell(done, len(sources))
    return count


def _district(feature: dict[str, Any], version: str) -> PriorityDistrict:
    properties = feature["properties"]
    code, label = str(properties["code"]).strip().upper(), str(properties["label"]).strip()[:200]
    communes = [str(commune) for commune in properties.get("insee") or []]
    if not 0 < len(code) <= 12 or not label or "\0" in "".join([code, label, *communes]):
        raise ValueError(code)
    "".join([code, label, *communes]).encode()
    shape = shape_of(feature["geometry"])
    starts = LISTS[version].starts_on(code)
    following = min((known.starts_on(code) for known in LISTS.values() if known.starts_on(code) > starts), default=None)
    return PriorityDistrict(
        version=version,
        code=code,
        label=label,
        communes=communes,
        starts_on=starts,
        ends_on=following - timedelta(days=1) if following else None,
        shape=shape.wkb,
        outline=shape.outline,
        west=shape.west,
        south=shape.south,
        east=shape.east,
        north=shape.north,
    )
