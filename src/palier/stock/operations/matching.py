"""Which homes of the stock go on in a file just read, and where its groups of lines go."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import connection

from palier.stock.models import Import, Placement, ResidenceKey
from palier.stock.operations.sql import fetch
from palier.stock.queries import vintages
from palier.stock.rules.grouping import NAMED, Known, Lines, Settlement, rule_of, settle


def base_of(item: Import) -> Import | None:
    """The vintage to compare with: the nearest that is not later; failing that, the first one after."""
    others = vintages(landlord=item.landlord_id).exclude(pk=item.pk)
    return others.filter(year__lte=item.year).first() or others.order_by("year", "-applied_at", "-pk").first()


def match(item: Import, base: Import | None) -> None:
    """Recognise each home of the base in the lines read: by RPLS identifier, by the landlord's, by what describes it."""
    with connection.cursor() as cursor:
        # Rows written a second ago: without this the planner takes the table for empty.
        cursor.execute("ANALYZE stock_readline (source_id, rpls_id, own_id, profile, match_id, group_key)")
        cursor.execute("UPDATE stock_readline SET match_id = NULL WHERE source_id = %s AND match_id IS NOT NULL", [item.pk])
        if base is None:
            return
        keys = {"new": item.pk, "old": base.pk}
        free = "r.match_id IS NULL AND NOT EXISTS (SELECT 1 FROM stock_readline x WHERE x.source_id = %(new)s AND x.match_id = d.id)"
        one = "UPDATE stock_readline r SET match_id = d.id FROM stock_dwelling d WHERE r.source_id = %(new)s AND d.source_id = %(old)s"
        cursor.execute(f"{one} AND r.rpls_id <> '' AND d.rpls_id = r.rpls_id", keys)
        cursor.execute(
            f"{one} AND r.own_id <> '' AND d.own_id = r.own_id AND (r.rpls_id = '' OR d.rpls_id = '') AND {free}", keys
        )
        if item.unit == base.unit:
            anonymous = "((r.rpls_id = '' AND r.own_id = '') OR (d.rpls_id = '' AND d.own_id = ''))"
            cursor.execute(f"{one} AND d.profile = r.profile AND {anonymous} AND {free}", keys)


def settlement(item: Import, base: Import | None) -> tuple[Settlement, list[dict[str, Any]]]:
    """Where each group of lines goes, and the groups themselves (name, commune, homes), as read."""
    groups = groups_of("stock_readline", item)
    lines = [Lines(g["group_key"], g["address_key"], int(g["homes"])) for g in groups]
    return settle(lines, _known(item, base, {g["group_key"] for g in groups})), groups


def groups_of(table: str, source: Import) -> list[dict[str, Any]]:
    """The groups of lines of an import, address by address, in one of the two tables of lines."""
    return fetch(
        f"""
        SELECT group_key, address_key, SUM(COALESCE(homes, 1)) AS homes, SUM(homes) AS counted,
               MODE() WITHIN GROUP (ORDER BY NULLIF(programme, '')) AS programme,
               MODE() WITHIN GROUP (ORDER BY NULLIF(programme_code, '')) AS code,
               MODE() WITHIN GROUP (ORDER BY NULLIF(address, '')) AS address,
               MODE() WITHIN GROUP (ORDER BY NULLIF(commune_name, '')) AS commune_name,
               MODE() WITHIN GROUP (ORDER BY built_year) AS built_year
        FROM {table} WHERE source_id = %s GROUP BY group_key, address_key ORDER BY group_key, address_key
        """,  # noqa: S608 - our own table
        [source.pk],
    )


def _known(item: Import, base: Import | None, groups: set[str]) -> Known:
    keys = ResidenceKey.objects.filter(landlord=item.landlord_id, group_key__in=groups).values_list("group_key", "residence_id")
    placed = Placement.objects.filter(landlord=item.landlord_id).values_list("group_key", "address_key", "residence_id")
    known = Known(groups=dict(keys), placed={(group, address): residence for group, address, residence in placed})
    if base is None:
        return known
    addresses: dict[str, set[int]] = {}
    if any(rule_of(group) not in NAMED for group in groups):
        sql = "SELECT DISTINCT address_key, residence_id FROM stock_dwelling WHERE source_id = %s AND address_key <> ''"
        for row in fetch(sql, [base.pk]):
            addresses.setdefault(row["address_key"], set()).add(row["residence_id"])
    if item.unit == base.unit:
        sql = """SELECT r.group_key, d.residence_id, SUM(COALESCE(d.homes, 1)) AS homes FROM stock_readline r
                 JOIN stock_dwelling d ON d.id = r.match_id WHERE r.source_id = %s GROUP BY 1, 2"""
        found = fetch(sql, [item.pk])
    else:  # a line of one is many lines of the other: only addresses compare
        sql = """SELECT r.group_key, d.residence_id, SUM(COALESCE(d.homes, 1)) AS homes
                 FROM (SELECT DISTINCT group_key, address_key FROM stock_readline WHERE source_id = %s AND address_key <> '') r
                 JOIN stock_dwelling d ON d.source_id = %s AND d.address_key = r.address_key GROUP BY 1, 2"""
        found = fetch(sql, [item.pk, base.pk])
    shared: dict[str, dict[int, int]] = {}
    for row in found:
        shared.setdefault(row["group_key"], {})[row["residence_id"]] = int(row["homes"])
    return replace(known, addresses={a: frozenset(r) for a, r in addresses.items()}, shared=shared, sizes=sizes_of(base))


def sizes_of(base: Import) -> dict[int, int]:
    """The homes of each residence in a vintage (a line without count weighs one)."""
    sql = "SELECT residence_id, SUM(COALESCE(homes, 1)) AS homes FROM stock_dwelling WHERE source_id = %s GROUP BY 1"
    return {row["residence_id"]: int(row["homes"]) for row in fetch(sql, [base.pk])}
