"""What a reading is worth: its value from what was counted, whether it may stand, from when it is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from palier.calendar import add_months
from palier.sources.rules.indicators import BROUGHT, Indicator
from palier.sources.rules.vocabulary import Kind
from palier.verdict import Reason, Verdict

PRECISION = Decimal("0.0001")
# What a column of the database holds.
MOST = Decimal(10) ** 10
_YEAR_DAYS = Decimal("365.25")
_OLDEST = date(2000, 1, 1)
_LONGEST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of an indicator over a period: what was counted, or the value itself."""

    starts_on: date
    ends_on: date
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None

    @property
    def days(self) -> int:
        """The length of the period, both ends included."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure to keep. ``seen`` is the reading that the person had under their eyes (0 for none), None where nobody looked."""

    residence: int
    indicator: str
    given: Given
    seen: int | None = None

    @property
    def key(self) -> tuple[int, str, object, object]:
        """What a reading is current for."""
        return self.residence, self.indicator, self.given.starts_on, self.given.ends_on


def value_of(indicator: Indicator, given: Given) -> Decimal | None:
    """The value of an indicator from what was given, to four decimals; None when it cannot be said.

    What was counted wins over a value: the value is then its consequence.
    """
    if given.numerator is None or indicator.kind not in {Kind.SHARE, Kind.RATE}:
        return _exact(given.value)
    if not given.denominator:
        return None
    value = given.numerator * 100 / given.denominator
    if indicator.kind is Kind.RATE:
        value = value * _YEAR_DAYS / given.days
    return _exact(value)


def _exact(value: Decimal | None) -> Decimal | None:
    return None if value is None or value.is_nan() or abs(value) >= MOST else value.quantize(PRECISION, ROUND_HALF_UP)


def may_stand(indicator: Indicator, given: Given, *, today: date) -> Verdict:
    """Whether a reading may be kept: period, counts and value that hold together; every reason otherwise."""
    reasons = [*_period(given, today), *_counts(indicator, given)]
    if not reasons:
        value = value_of(indicator, given)
        if value is None:
            reasons.append(Reason("sources.no_value", _missing(indicator)))
        elif not indicator.least <= value <= indicator.most:
            reasons.append(
                Reason(
                    "sources.out_of_bounds",
                    f"{indicator.label} : la valeur sort des bornes, de {shown(indicator.least)} à {shown(indicator.most)}.",
                )
            )
    return Verdict(tuple(reasons))


def _period(given: Given, today: date) -> list[Reason]:
    if given.ends_on < given.starts_on:
        return [Reason("sources.period", "La période finit avant de commencer. Vérifiez les deux dates.")]
    if given.ends_on > today:
        return [Reason("sources.future", "La période finit dans le futur. Indiquez une période écoulée.")]
    if given.starts_on < _OLDEST:
        return [Reason("sources.too_old", f"La période commence avant {_OLDEST.year}. Vérifiez l’année.")]
    if given.days > _LONGEST_DAYS:
        return [Reason("sources.too_long", "La période dépasse trois ans. Découpez-la par année.")]
    return []


def _counts(indicator: Indicator, given: Given) -> list[Reason]:
    reasons = []
    numbers = [n for n in (given.numerator, given.denominator, given.value) if n is not None]
    if not numbers:
        return [Reason("sources.no_value", _missing(indicator))]
    if any(n.is_nan() or n.is_infinite() or abs(n) >= MOST for n in numbers):
        return [Reason("sources.not_a_number", f"{indicator.label} : ce nombre n’est pas possible.")]
    if any(n < 0 for n in numbers):
        reasons.append(Reason("sources.negative", f"{indicator.label} : un nombre négatif n’est pas possible."))
    of = indicator.denominator.label
    if indicator.kind is Kind.SHARE and _more(given.numerator, given.denominator):
        reasons.append(Reason("sources.share", f"{indicator.label} : le compte dépasse le nombre de {of}."))
    if given.denominator is not None and given.denominator < indicator.smallest:
        reasons.append(_too_few(indicator) if indicator.smallest > 1 else _none_of(indicator))
    if indicator.smallest > 1 and given.denominator is None:
        reasons.append(
            Reason(
                "sources.group_unknown", f"{indicator.label} : indiquez le nombre de {of}, pour le secret des petits groupes."
            )
        )
    if indicator.kind is Kind.LEVEL and given.value is not None and given.value != given.value.to_integral_value():
        reasons.append(Reason("sources.step", f"{indicator.label} : c’est un nombre entier, {indicator.unit}."))
    return reasons


def _more(numerator: Decimal | None, denominator: Decimal | None) -> bool:
    return numerator is not None and denominator is not None and numerator > denominator


def _too_few(indicator: Indicator) -> Reason:
    return Reason(
        "sources.too_few",
        f"{indicator.label} : sous {indicator.smallest} {indicator.denominator.label}, le chiffre parlerait de personnes. "
        "Laissez la case vide.",
    )


def _none_of(indicator: Indicator) -> Reason:
    return Reason("sources.none", f"{indicator.label} : il faut au moins un pour le nombre de {indicator.denominator.label}.")


def _missing(indicator: Indicator) -> str:
    if indicator.kind in {Kind.SHARE, Kind.RATE}:
        return f"{indicator.label} : indiquez le compte et le nombre de {indicator.denominator.label}, ou la valeur."
    return f"{indicator.label} : indiquez la valeur."


def with_homes(entries: Sequence[Entry], homes: Mapping[int, int]) -> list[Entry]:
    """The same figures, counted of the homes of their residence where an indicator asks for it and nobody said."""

    def completed(entry: Entry) -> Entry:
        indicator = BROUGHT.get(entry.indicator)
        given = entry.given
        if indicator is None or not indicator.from_stock or given.denominator is not None or given.numerator is None:
            return entry
        count = homes.get(entry.residence)
        return replace(entry, given=replace(given, denominator=Decimal(count))) if count else entry

    return [completed(entry) for entry in entries]


def is_stale(indicator: Indicator, ends_on: date, on: date) -> bool:
    """Whether a reading that ends on a day is too old to speak for the residence on another."""
    return add_months(ends_on, indicator.freshness_months) < on


def shown(value: Decimal) -> str:
    """A value as people write it: « 12,5 »."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
