"""What follows from the homes of a vintage: counts by residence, their name and place, their priority districts.

Everything here can be run again at any time and gives the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection

import numpy as np
from django.db import connection

from palier.directory.rules import plain
from palier.stock.geography import locate
from palier.stock.models import DistrictStanding, Import, PriorityDistrict, Residence, ResidenceDistrict, ResidenceVintage
from palier.stock.operations.sql import fetch
from palier.stock.rules.districts import VERSIONS, Method, covers

_LOCK = 0x570D
_FACTS = """
    SELECT residence_id,
           MODE() WITHIN GROUP (ORDER BY NULLIF(commune, '')) AS commune,
           MODE() WITHIN GROUP (ORDER BY NULLIF(commune_name, '')) AS commune_name,
           MODE() WITHIN GROUP (ORDER BY NULLIF(postcode, '')) AS postcode,
           MODE() WITHIN GROUP (ORDER BY NULLIF(address, '')) AS address,
           MODE() WITHIN GROUP (ORDER BY NULLIF(sector, '')) AS sector,
           MODE() WITHIN GROUP (ORDER BY NULLIF(programme_code, '')) AS code,
           MODE() WITHIN GROUP (ORDER BY built_year) AS built_year,
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY lon) AS lon,
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY lat) AS lat
    FROM stock_dwelling WHERE source_id = %s AND residence_id = ANY(%s) GROUP BY residence_id
"""


def recount(*, source: Import, residences: Collection[int] | None = None) -> None:
    """Count the homes of residences in a vintage (of all of them when none is said). One with no home left has no row."""
    kept = ResidenceVintage.objects.filter(source=source)
    (kept if residences is None else kept.filter(residence__in=residences)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO stock_residencevintage (residence_id, source_id, homes, located)
            SELECT residence_id, source_id, SUM(homes), COALESCE(SUM(homes) FILTER (WHERE lon IS NOT NULL), 0)
            FROM stock_dwelling WHERE source_id = %s AND (%s::bigint[] IS NULL OR residence_id = ANY(%s))
            GROUP BY residence_id, source_id HAVING COALESCE(SUM(homes), 1) > 0
            """,
            [source.pk, None if residences is None else list(residences), None if residences is None else list(residences)],
        )


def describe(*, source: Import, names: dict[int, str], residences: Collection[int]) -> None:
    """Give residences the place, address and age of a vintage, and the names that its groups make.

    What somebody corrected on screen (name, point) stays; what the file does not say stays too.
    """
    found = {row["residence_id"]: row for row in fetch(_FACTS, [source.pk, list(residences)])}
    changed = []
    for residence in Residence.objects.filter(pk__in=found):
        facts = found[residence.pk]
        for name in ("commune", "commune_name", "postcode", "address", "sector", "code", "built_year"):
            if facts[name]:
                setattr(residence, name, facts[name])
        if residence.placed_at is None and facts["lon"] is not None:
            residence.lon, residence.lat = facts["lon"], facts["lat"]
        if residence.named_at is None and residence.pk in names:
            residence.name = names[residence.pk]
            residence.plain_name = plain(residence.name)[:200]
        changed.append(residence)
    fields = [
        "commune",
        "commune_name",
        "postcode",
        "address",
        "sector",
        "code",
        "built_year",
        "lon",
        "lat",
        "name",
        "plain_name",
    ]
    Residence.objects.bulk_update(changed, fields, batch_size=500)


def hold_districts(*, alone: bool = False) -> None:
    """Keep the lists of districts as they are until the transaction ends; ``alone`` to change them, once nobody holds them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s)", [_LOCK])


def stand(*, source: Import, versions: Collection[str] = VERSIONS, residences: Collection[int] | None = None) -> None:
    """Say how many homes of each residence of a vintage are in a priority district, by the contours and as declared.

    A home without a point takes its residence's, when no home of the residence has one. A home is counted once, were
    two contours to overlap. Two that stand for the same import wait for each other, and for a list that is being loaded.
    """
    hold_districts()
    Import.objects.select_for_update(no_key=True).get(pk=source.pk)
    kept = DistrictStanding.objects.filter(source=source, version__in=versions)
    (kept if residences is None else kept.filter(residence__in=residences)).delete()
    homes = _homes(source, residences)
    for version in versions:
        by_contours, inside = _by_contours(homes, version)
        declared = _declared(homes, version)
        standings = []
        for residence in sorted({*by_contours, *declared}):
            known = {Method.CONTOURS: by_contours.get(residence), Method.DECLARED: declared.get(residence)}
            best = max((m for m in known if known[m]), key=lambda m: (known[m] or (0, 0))[1] + (m is Method.CONTOURS) / 2)
            for method, figures in known.items():
                if figures:
                    standings.append(
                        DistrictStanding(
                            residence_id=residence,
                            source=source,
                            version=version,
                            method=method,
                            inside=figures[0],
                            known=figures[1],
                            retained=method is best,
                        )
                    )
        made = DistrictStanding.objects.bulk_create(standings, batch_size=2000)
        ResidenceDistrict.objects.bulk_create(
            [
                ResidenceDistrict(standing=standing, district_id=district, homes=count)
                for standing in made
                if standing.method == Method.CONTOURS
                for district, count in inside[standing.residence_id].items()
            ],
            batch_size=2000,
        )


class _Homes:
    """The lines of a vintage as columns: residence, weight, point (own or its residence's), what was declared, commune."""

    def __init__(self, rows: list[tuple[int, int, float | None, float | None, bool | None, bool | None, str]]) -> None:
        columns = list(zip(*rows, strict=True)) if rows else [()] * 7
        self.residence = np.array(columns[0], dtype=np.int64)
        self.weight = np.array(columns[1], dtype=np.int64)
        self.lon = np.array(columns[2], dtype=np.float64)
        self.lat = np.array(columns[3], dtype=np.float64)
        self.declared = {"2015": columns[4], "2024": columns[5]}
        self.commune = np.array(columns[6], dtype=object)


def _homes(source: Import, residences: Collection[int] | None) -> _Homes:
    wanted = None if residences is None else list(residences)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.residence_id, COALESCE(d.homes, 1), COALESCE(d.lon, p.lon), COALESCE(d.lat, p.lat), d.qpv_2015, d.qpv_2024,
                   o.commune
            FROM stock_dwelling d JOIN stock_residence o ON o.id = d.residence_id
            LEFT JOIN (
                SELECT r.id, r.lon, r.lat FROM stock_residence r
                WHERE r.landlord_id = %s AND r.lon IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM stock_dwelling x WHERE x.source_id = %s AND x.residence_id = r.id AND x.lon IS NOT NULL
                )
            ) p ON p.id = d.residence_id
            WHERE d.source_id = %s AND d.homes IS DISTINCT FROM 0 AND (%s::bigint[] IS NULL OR d.residence_id = ANY(%s))
            """,
            [source.landlord_id, source.pk, source.pk, wanted, wanted],
        )
        return _Homes(cursor.fetchall())


Figures = dict[int, tuple[int, int]]


def _by_contours(homes: _Homes, version: str) -> tuple[Figures, dict[int, Counter[int]]]:
    """Homes inside and known, by residence; and homes by district. Nothing is known where the list has no contours."""
    inside: dict[int, Counter[int]] = defaultdict(Counter)
    figures: Figures = {}
    districts = PriorityDistrict.objects.filter(version=version)
    is_covered = np.frompyfunc(covers(districts.values_list("code", flat=True)), 1, 1)
    placed = ~np.isnan(homes.lon)
    placed[placed] = is_covered(homes.commune[placed]).astype(bool)
    if not placed.any():
        return figures, inside
    lon, lat, weight = homes.lon[placed], homes.lat[placed], homes.weight[placed]
    near = districts.filter(east__gte=lon.min(), west__lte=lon.max(), north__gte=lat.min(), south__lte=lat.max())
    shapes = list(near.order_by("code").values_list("pk", "shape"))
    found = locate(lon, lat, [bytes(shape) for _, shape in shapes])
    for residence, count, index in zip(homes.residence[placed].tolist(), weight.tolist(), found.tolist(), strict=True):
        within, known = figures.get(residence, (0, 0))
        figures[residence] = (within + (count if index >= 0 else 0), known + count)
        if index >= 0:
            inside[residence][shapes[index][0]] += count
    return figures, inside


def _declared(homes: _Homes, version: str) -> Figures:
    figures: Figures = {}
    for residence, count, flag in zip(homes.residence.tolist(), homes.weight.tolist(), homes.declared[version], strict=True):
        if flag is not None:
            within, known = figures.get(residence, (0, 0))
            figures[residence] = (within + (count if flag else 0), known + count)
    return figures
