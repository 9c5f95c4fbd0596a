"""Priority districts come in: one list at a time, as a whole, then what it says of every stock."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.stock.geography import BadShape, shape_of
from palier.stock.models import DistrictStanding, Import, PriorityDistrict
from palier.stock.operations.counting import stand
from palier.stock.rules.districts import LISTS
from palier.stock.rules.imports import State
from palier.verdict import Refusal, Verdict, no

_FIELDS = ["label", "communes", "starts_on", "ends_on", "shape", "outline", "west", "south", "east", "north"]


@transaction.atomic
def import_districts(*, path: Path, version: str, by: Person | None, at: datetime) -> int:
    """Read the contours of a list (GeoJSON: ``code``, ``label``, ``insee``) and say again where every residence stands.

    The list is taken as a whole: districts that it no longer has go. Reading the same file twice changes nothing.

    Raises:
        Refusal: when the list is unknown, or with the number of each district that cannot be read.
    """
    known = LISTS.get(version)
    if known is None:
        raise Refusal(no("stock.list", f"Cette liste n’est pas connue. Indiquez l’une de celles-ci : {', '.join(LISTS)}."))
    districts, faults = _read(path, version)
    if faults:
        raise Refusal(Verdict.all(no("stock.district", sentence) for sentence in faults[:50]))
    DistrictStanding.objects.filter(version=version).delete()
    PriorityDistrict.objects.filter(version=version).exclude(code__in=[d.code for d in districts]).delete()
    PriorityDistrict.objects.bulk_create(
        districts, update_conflicts=True, unique_fields=["version", "code"], update_fields=_FIELDS, batch_size=500
    )
    for source in Import.objects.filter(state=State.APPLIED).order_by("pk"):
        stand(source=source, versions=[version])
    record(
        act="stock.districts_imported",
        by=by.pk if by else None,
        at=at,
        on=("stock.districts", int(version)),
        landlord=None,
        summary=f"a intégré les contours de {len(districts)} quartiers prioritaires, liste {version}.",
        facts={"version": version, "count": len(districts)},
        audience=Audience.SCHEME,
    )
    return len(districts)


def _read(path: Path, version: str) -> tuple[list[PriorityDistrict], list[str]]:
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except (OSError, ValueError, KeyError, TypeError):
        return [], ["Ce fichier n’est pas un GeoJSON : il y manque une liste « features » bien formée."]
    found: dict[str, PriorityDistrict] = {}
    faults = []
    for number, feature in enumerate(features, 1):
        try:
            district = _district(feature, version)
        except (BadShape, KeyError, TypeError, ValueError):
            faults.append(f"Quartier n° {number} du fichier : il faut un code, un nom et un contour fermé en degrés.")
            continue
        if district.code in found:
            faults.append(f"Quartier n° {number} du fichier : le code {district.code} y est deux fois.")
        found[district.code] = district
    if not features:
        faults.append("Ce fichier n’a aucun quartier.")
    return list(found.values()), faults


def _district(feature: dict[str, Any], version: str) -> PriorityDistrict:
    properties = feature["properties"]
    code = str(properties["code"]).strip().upper()
    if not 0 < len(code) <= 12 or not str(properties["label"]).strip():
        raise ValueError(code)
    shape = shape_of(feature["geometry"])
    starts = LISTS[version].starts_on(code)
    following = min((known.starts_on(code) for known in LISTS.values() if known.starts_on(code) > starts), default=None)
    return PriorityDistrict(
        version=version,
        code=code,
        label=str(properties["label"]).strip()[:200],
        communes=list(properties.get("insee") or []),
        starts_on=starts,
        ends_on=following - timedelta(days=1) if following else None,
        shape=shape.wkb,
        outline=shape.outline,
        west=shape.west,
        south=shape.south,
        east=shape.east,
        north=shape.north,
    )
