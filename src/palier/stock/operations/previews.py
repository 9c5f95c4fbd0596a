"""What the preview shows of a file just read: figures, what came, went and changed, before anything enters the stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from palier.stock.models import Import, Residence
from palier.stock.operations.matching import settlement, sizes_of
from palier.stock.operations.sql import fetch, stream
from palier.stock.rules.addresses import presentable, street_name
from palier.stock.rules.codes import EXIT
from palier.stock.rules.fields import COMPARED, FIELDS, Unit
from palier.stock.rules.grouping import NAMED, Rule, rule_of
from palier.stock.rules.imports import State

_SHOWN = 200
_EXAMPLES = 40


def name_of(group: str, rows: Iterable[dict[str, Any]]) -> str:
    """The name of the residence that a group makes."""
    rows = list(rows)
    largest = max(rows, key=lambda row: row["homes"])
    rule = rule_of(group)
    programme = next((row["programme"] for row in rows if row["programme"]), "")
    if rule in NAMED and programme:
        return presentable(programme)[:160]
    if rule is Rule.CODE:
        return f"Résidence {next(row['code'] for row in rows if row['code'])}"[:160]
    if rule is Rule.STREET:
        year = f", {largest['built_year']}" if group.rpartition(":")[2] else ""
        return f"{street_name(largest['address'] or '')}{year}"[:160]
    town = next((row["commune_name"] for row in rows if row["commune_name"]), "")
    return f"Logements sans adresse{f', {town}' if town else ''}"[:160]


def names_of(
    groups: Iterable[dict[str, Any]], places: Mapping[tuple[str, str], int | None], made: Mapping[str, int]
) -> dict[int, str]:
    """The name that the file gives to each residence: that of its largest group.

    A group named after its street only names the residence it made: it never takes a name away.
    """
    rows_of: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in groups:
        group = row["group_key"]
        residence = places[group, row["address_key"]]
        if residence is not None and (rule_of(group) in NAMED or made.get(group) == residence):
            rows_of.setdefault((residence, group), []).append(row)
    names: dict[int, tuple[int, str]] = {}
    for (residence, group), rows in rows_of.items():
        homes = sum(int(row["homes"]) for row in rows)
        if homes > names.get(residence, (0, ""))[0]:
            names[residence] = (homes, name_of(group, rows))
    return {residence: name for residence, (_, name) in names.items()}


def report(item: Import, base: Import | None) -> dict[str, Any]:
    """What the preview shows: figures, then lists cut at a readable length."""
    where, groups = settlement(item, base)
    after: Counter[int] = Counter()
    new: dict[str, list[dict[str, Any]]] = {}
    for row in groups:
        residence = where.places[row["group_key"], row["address_key"]]
        if residence is None:
            new.setdefault(row["group_key"], []).append(row)
        else:
            after[residence] += int(row["homes"])
    before = sizes_of(base) if base else {}
    names = dict(Residence.objects.filter(pk__in={*after, *before}).values_list("pk", "name"))
    arrivals = [
        {"name": name_of(group, rows), "homes": _sum(rows, "counted")} for group, rows in new.items() if _sum(rows, "homes")
    ]
    gone = [{"name": names[r], "homes": homes} for r, homes in before.items() if homes and not after[r]]
    resized = [
        {"name": names[r], "before": before[r], "after": after[r]}
        for r in after
        if before.get(r) and after[r] and after[r] != before[r]
    ]
    named = names_of(groups, where.places, {})
    free = Residence.objects.filter(pk__in=named, named_at=None, last_source__year__lte=item.year or 0)
    renamed = [{"name": name, "as": named[pk]} for pk, name in free.values_list("pk", "name") if name != named[pk]]
    rules = Counter[str]()
    for row in groups:
        rules[rule_of(row["group_key"]).value] += int(row["homes"])
    return {
        "base": {"id": base.pk, "year": base.year, "file": base.file_name} if base else None,
        "homes": {"before": sum(before.values()), "after": sum(int(row["homes"]) for row in groups)},
        "residences": {
            "before": sum(1 for homes in before.values() if homes),
            "after": sum(1 for homes in after.values() if homes) + len(arrivals),
        },
        "arrivals": _cut(sorted(arrivals, key=lambda a: -(a["homes"] or 0))),
        "gone": _cut(sorted(gone, key=lambda g: -g["homes"])),
        "resized": _cut(sorted(resized, key=lambda r: -abs(r["after"] - r["before"]))),
        "renamed": _cut(sorted(renamed, key=lambda r: r["name"])),
        "rules": dict(rules),
        "lines": _lines(item, base),
        "located": _located(item, base),
    }


def _sum(rows: Iterable[dict[str, Any]], column: str) -> int | None:
    counted = [int(row[column]) for row in rows if row[column] is not None]
    return sum(counted) if counted else None


def _cut(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"count": len(found), "shown": found[:_SHOWN]}


def _located(item: Import, base: Import | None) -> dict[str, int]:
    """The homes with a point, in the base and in this file; a home without one takes its address's in the base."""
    before = """SELECT SUM(COALESCE(homes, 1)) AS homes FROM stock_dwelling WHERE source_id = %s AND lon IS NOT NULL"""
    after = """SELECT SUM(COALESCE(homes, 1)) AS homes FROM stock_readline WHERE source_id = %s AND (lon IS NOT NULL OR address_key IN (
                   SELECT address_key FROM stock_dwelling WHERE source_id = %s AND lon IS NOT NULL AND address_key <> ''))"""
    known = base.pk if base else None
    return {
        "before": int(fetch(before, [known])[0]["homes"] or 0),
        "after": int(fetch(after, [item.pk, known])[0]["homes"] or 0),
    }


def _lines(item: Import, base: Import | None) -> dict[str, Any] | None:
    """What came, went and changed, home by home; None when there is nothing to compare with, or not line by line."""
    if base is None or base.unit != item.unit:
        return None
    keys = {"new": item.pk, "old": base.pk}
    here = "r.source_id = %(new)s AND r.homes IS DISTINCT FROM 0"
    new = "SELECT SUM(COALESCE(homes, 1)) AS homes FROM stock_readline WHERE source_id = %s AND homes IS DISTINCT FROM 0 AND match_id IS NULL"
    came = fetch(new, [item.pk])
    left = """FROM stock_dwelling d LEFT JOIN stock_readline r ON r.source_id = %(new)s AND r.match_id = d.id
              WHERE d.source_id = %(old)s AND d.homes IS DISTINCT FROM 0 AND (r.id IS NULL OR r.homes = 0)"""
    went = fetch(f"SELECT COALESCE(r.exit_reason, '') AS reason, SUM(COALESCE(d.homes, 1)) AS homes {left} GROUP BY 1", keys)
    fields = comparable(item, base)
    both = f"FROM stock_readline r JOIN stock_dwelling d ON d.id = r.match_id WHERE {here} AND d.homes IS DISTINCT FROM 0"
    counts = ", ".join(f"COUNT(*) FILTER (WHERE r.{name} IS DISTINCT FROM d.{name}) AS {name}" for name in fields)
    unequal = " OR ".join(f"r.{name} IS DISTINCT FROM d.{name}" for name in fields) or "FALSE"
    (changed,) = fetch(
        f"SELECT COUNT(*) AS lines, COUNT(*) FILTER (WHERE {unequal}) AS changed{', ' if counts else ''}{counts} {both}", keys
    )
    columns = ", ".join(f"r.{name} AS new_{name}, d.{name} AS old_{name}" for name in fields)
    examples = []
    if fields:
        sql = f"SELECT r.line, r.address, {columns} {both} AND ({unequal}) ORDER BY r.line LIMIT {_EXAMPLES}"
        examples = [_example(row, fields) for row in fetch(sql, keys)]
    return {
        "came": int(came[0]["homes"] or 0),
        "went": sum(int(row["homes"] or 0) for row in went),
        "reasons": {EXIT[row["reason"]]: int(row["homes"]) for row in went if row["reason"]},
        "changed": changed["changed"],
        "same": changed["lines"] - changed["changed"],
        "fields": {name: changed[name] for name in fields if changed[name]},
        "examples": examples,
    }


def differences(item: Import) -> Iterator[tuple[Any, ...]]:
    """Each home that came, went or changed, whole: movement, line, identifier, residence, address, homes, what changed, before, after.

    Empty once the import is no longer compared with anything.
    """
    base = item.base
    if base is None or base.unit != item.unit or item.state not in {State.READY, State.APPLIED}:
        return
    new, link = ("stock_readline", "match_id") if item.state == State.READY else ("stock_dwelling", "previous_id")
    keys = {"new": item.pk, "old": base.pk}
    known = "COALESCE(NULLIF({0}.rpls_id, ''), {0}.own_id), {0}.programme, {0}.address, {0}.homes"
    came = f"SELECT r.line, {known.format('r')} FROM {new} r WHERE r.source_id = %(new)s AND r.homes IS DISTINCT FROM 0 AND r.{link} IS NULL"  # noqa: S608 - our own names
    went = f"""SELECT d.line, {known.format("d")}, r.exit_reason FROM stock_dwelling d
               LEFT JOIN {new} r ON r.source_id = %(new)s AND r.{link} = d.id
               WHERE d.source_id = %(old)s AND d.homes IS DISTINCT FROM 0 AND (r.id IS NULL OR r.homes = 0)"""  # noqa: S608 - our own names
    for row in stream(f"{came} ORDER BY r.line", keys):
        yield "arrive", *row, "", "", ""
    for row in stream(f"{went} ORDER BY d.line", keys):
        reason = row[5]
        yield "part", *row[:5], "motif de sortie" if reason else "", "", EXIT[reason] if reason else ""
    if fields := comparable(item, base):
        columns = ", ".join(f"d.{name}, r.{name}" for name in fields)
        unequal = " OR ".join(f"r.{name} IS DISTINCT FROM d.{name}" for name in fields)
        changed = f"""SELECT r.line, {known.format("r")}, {columns} FROM {new} r JOIN stock_dwelling d ON d.id = r.{link}
                      WHERE r.source_id = %(new)s AND r.homes IS DISTINCT FROM 0 AND d.homes IS DISTINCT FROM 0 AND ({unequal})"""  # noqa: S608 - our own names
        for row in stream(f"{changed} ORDER BY r.line", keys):
            for name, before, after in zip(fields, row[5::2], row[6::2], strict=True):
                if before != after:
                    yield "change", *row[:5], FIELDS[name].label, shown(name, before), shown(name, after)


def comparable(item: Import, base: Import) -> list[str]:
    """The fields that both files carry: what a file does not say has not changed."""
    both = set(item.fields) & set(base.fields)
    return [*(name for name in COMPARED if name in both), *(["homes"] if item.unit != Unit.HOME and "homes" in both else [])]


def _example(row: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    changes = [
        {"field": name, "before": shown(name, row[f"old_{name}"]), "after": shown(name, row[f"new_{name}"])}
        for name in fields
        if row[f"old_{name}"] != row[f"new_{name}"]
    ]
    return {"line": row["line"], "address": row["address"], "changes": changes}


def shown(name: str, value: Any) -> str:
    """A value in words, for a person."""
    if value is None or value == "":
        return "non renseigné"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if hasattr(value, "strftime"):
        return f"{value:%m/%Y}"
    table = FIELDS[name].table
    if name == "area":
        return f"{value:f}".rstrip("0").rstrip(".").replace(".", ",")
    return table.get(str(value), str(value)) if table else str(value)
