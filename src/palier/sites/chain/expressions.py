"""The crossing itself, as Ibis expressions over tables that are only named here (``plan.SHAPES``).

Whole numbers are added up, the rest is computed line by line; literals are doubles, since engines read ``100.0`` otherwise.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
from ibis import Table, Value

from palier.calendar import add_months
from palier.sites.chain.plan import DISTRICTS, SHAPES, Plan
from palier.sources.rules.incidents import SHORTEST_LOG_DAYS

YEAR_DAYS = 365.25
COLUMNS = ("residence", "landlord", "commune", "iris", "district", "lon", "lat", "homes", "located")
# A ten-millionth of a degree is a centimetre: whole numbers of it can be added up in any order.
DEGREE = 10_000_000


def named(name: str) -> Table:
    """One of the tables that an engine is given."""
    return ibis.table(dict(SHAPES[name]), name=name)


def kinds(plan: Plan) -> Table:
    """The table that says in which indicator a kind of incident counts: 1 or 0."""
    return ibis.table({"kind": "string", **dict.fromkeys((key for key, _ in plan.events), "int64")}, name="kinds")


def addresses(plan: Plan) -> Table:
    """Dwellings brought to one line a residence and point. A point that is not whole is none."""
    homes = named("dwellings")
    known = homes.lon.notnull() & homes.lat.notnull() & ~homes.lon.isnan() & ~homes.lat.isnan()
    nowhere = ibis.null("float64")
    homes = homes.mutate(lon=known.ifelse(homes.lon, nowhere), lat=known.ifelse(homes.lat, nowhere))
    keys = ("residence", "landlord", "commune", "iris", "lon", "lat")
    return homes.group_by(*keys).agg(homes=_total(homes.homes))


def noted(plan: Plan) -> Table:
    """What each residence noted, in one reading of the lines: first and last month, incidents of the year by indicator.

    ``strange`` counts the lines of a kind that counts nowhere.
    """
    rows = named("incidents").filter(lambda t: t.month <= plan.on).left_join(kinds(plan), "kind")
    recent = (rows.month > plan.since).ifelse(rows["count"], 0)
    [known, *_] = (key for key, _ in plan.events)
    return rows.group_by("residence").agg(
        first=rows.month.min(),
        last=rows.month.max(),
        strange=_total(rows[known].isnull().ifelse(1, 0)),
        **{key: _total(recent * rows[key]) for key, _ in plan.events},
    )


def matrix(plan: Plan) -> Table:
    """One line a residence, in order: who and where it is, its homes, then each indicator that is counted or published.

    Null where it is not known.
    """
    found = _residences()
    parts = [(_rates(plan), "residence")] if plan.events else []
    parts += [
        (_published(fresh, column, plan.on), column)
        for column, fresh in (("commune", plan.of_commune), ("iris", plan.of_iris))
        if fresh
    ]
    for part, column in parts:
        found = found.left_join(part.rename(other=column), found[column] == part[column]).drop("other")
    return found.select(*COLUMNS, *plan.computed).order_by("residence")


def brought(plan: Plan) -> Table:
    """The latest reading of each indicator of each residence, where it is fresh; of two that end on one day, the larger."""
    rows = named("readings").filter(lambda t: (t.ends_on <= plan.on) & t.value.notnull())
    ages = sorted({months for _, months in plan.readings})
    fresh = (
        rows.indicator.isin([key for key, months in plan.readings if months == age])
        & (rows.ends_on >= fresh_from(age, plan.on))
        for age in ages
    )
    return _latest(rows.filter(ibis.or_(*fresh)), "residence", "ends_on").select("residence", "indicator", "value")


def monthly(plan: Plan) -> Table:
    """How many incidents of the kinds that count each residence had in each of the last months, 0 for the last; in order."""
    first = add_months(plan.on.replace(day=1), 1 - plan.months)
    rows = named("incidents").filter(lambda t: (t.month >= first) & (t.month <= plan.on))
    rows = rows.semi_join(kinds(plan), "kind")
    back = ibis.literal(_index(plan.on), "int64") - _month(rows.month)
    return rows.group_by("residence", back=back).agg(count=_total(rows["count"])).order_by("residence", "back")


def _residences() -> Table:
    """One line a residence: homes, where it is, the commune, IRIS and district that most of its homes are in.

    The code of an IRIS begins with that of its commune, which nobody then has to say.
    """
    rows = named("addresses").mutate(commune=lambda t: ibis.coalesce(t.commune, t.iris.left(5)))
    here = rows.lon.notnull()
    found = rows.group_by("residence").agg(
        landlord=rows.landlord.min(),
        homes=_total(rows.homes),
        located=_total(here.ifelse(rows.homes, 0)),
        inside=_total(rows.district.notnull().ifelse(rows.homes, 0)),
        points=_total(here.ifelse(1, 0)),
        **{axis: _total((rows[axis] * _double(DEGREE)).round().cast("int64")) for axis in ("lon", "lat")},
    )
    for column in ("commune", "iris", "district"):
        most = _most(rows, column)
        found = found.left_join(most, "residence").drop("residence_right")
    middle = {axis: found[axis].cast("float64") / found.points.nullif(0).cast("float64") for axis in ("lon", "lat")}
    middle = {axis: value / _double(DEGREE) for axis, value in middle.items()}
    return found.mutate(**middle, **{DISTRICTS: _ratio(found.inside * 100, found.located)})


def _most(rows: Table, column: str) -> Table:
    """The value of a column that most homes of each residence bear; the first in order when as many bear another."""
    counted = rows.filter(rows[column].notnull()).group_by("residence", column).agg(n=_total(rows.homes))
    place = ibis.row_number().over(group_by="residence", order_by=[counted.n.desc(), counted[column].asc()])
    return counted.mutate(place=place).filter(lambda t: t.place == 0).select("residence", column)


def _rates(plan: Plan) -> Table:
    """Incidents for 100 homes and a year, where a log is kept.

    A landlord that notes incidents notes those of all its residences: one without any line has none. It keeps a log when
    it has noted one within the year and begun 90 days ago at least; the year is then counted from its first month.
    """
    events = [key for key, _ in plan.events]
    heard = ibis.table(
        {"residence": "string", "first": "date", "last": "date", "strange": "int64", **dict.fromkeys(events, "int64")},
        name="noted",
    )
    homes = (
        named("addresses")
        .group_by("residence")
        .agg(lambda t: t.landlord.min().name("landlord"), lambda t: _total(t.homes).name("homes"))
    )
    logs = (
        homes.join(heard, "residence")
        .group_by("landlord")
        .agg(lambda t: t.first.min().name("first"), lambda t: t.last.max().name("last"))
    )
    logs = logs.filter(logs.last > plan.since).mutate(days=_days(plan, _month(logs.first)))
    logs = logs.filter(logs.days >= SHORTEST_LOG_DAYS).select("landlord", "days")
    found = homes.join(logs, "landlord").left_join(heard, "residence")
    exposed = found.homes * found.days
    return found.select(
        "residence", **{key: _ratio(found[key].fill_null(0) * _double(100 * YEAR_DAYS), exposed) for key in events}
    )


def _days(plan: Plan, first: Value) -> Value:
    """Days of the year since a log began, whole months only."""
    start = plan.since + timedelta(days=1)
    begun = [(month, (plan.on - _first_day(month)).days + 1) for month in range(_index(start) + 1, _index(plan.on) + 1)]
    whole = ibis.literal((plan.on - plan.since).days, "int64")
    return ibis.cases(
        *((first == ibis.literal(month, "int64"), ibis.literal(days, "int64")) for month, days in begun), else_=whole
    )


def _published(fresh: tuple[tuple[str, int], ...], column: str, on: date) -> Table:
    """The figures of the latest year of each indicator, by territory, where they are fresh."""
    rows = named("figures").filter(lambda t: (t.year <= on.year) & t.value.notnull())
    last = _latest(rows, "territory", "year")
    limits = {key: last.year >= fresh_from(months, on).year for key, months in fresh}
    columns = {key: last.value.max(where=(last.indicator == key) & fine) for key, fine in limits.items()}
    return last.group_by("territory").agg(**columns).rename({column: "territory"})


def _latest(rows: Table, by: str, when: str) -> Table:
    """The last line of each indicator of a residence or a territory."""
    place = ibis.row_number().over(group_by=[by, "indicator"], order_by=[rows[when].desc(), rows.value.desc()])
    return rows.mutate(place=place).filter(lambda t: t.place == 0)


def fresh_from(months: int, on: date) -> date:
    """The first day from which a figure that is stale after some months still holds."""
    day = add_months(on, -months)
    while add_months(day - timedelta(days=1), months) >= on:
        day -= timedelta(days=1)
    while add_months(day, months) < on:
        day += timedelta(days=1)
    return day


def _index(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _month(column: Value) -> Value:
    return column.year().cast("int64") * 12 + column.month().cast("int64") - 1


def _total(column: Value) -> Value:
    return column.sum().cast("int64")


def _double(number: float) -> Value:
    return ibis.literal(float(number), "float64")


def _ratio(part: Value, whole: Value) -> Value:
    """Part of a whole; null when the whole is nothing."""
    return part.cast("float64") / whole.nullif(0).cast("float64")
