"""The registry says what it counts; values follow from counts; a figure that cannot stand says why."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.sources.reading.values import day
from palier.sources.rules.coverage import Figure, Presence, coverages
from palier.sources.rules.incidents import COUNTED_IN, IncidentKind, may_have_happened, text_until
from palier.sources.rules.indicators import BROUGHT, INDICATORS, SMALLEST_GROUP
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given, is_stale, may_stand, value_of
from palier.sources.rules.territory import figures_commune
from palier.sources.rules.vocabulary import Denominator, Kind, Source
from palier.stock.reading.values import BadValue

TODAY = date(2026, 3, 10)
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
NUMBERS = st.decimals(-10, 10**6, places=2) | st.decimals() | st.none()


def test_every_source_of_the_field_has_an_indicator() -> None:
    assert {indicator.source for indicator in INDICATORS.values()} == set(Source)


def test_every_indicator_says_of_what_it_is_counted() -> None:
    for indicator in INDICATORS.values():
        assert indicator.label
        assert indicator.definition.endswith(".")
        assert indicator.unit
        assert indicator.freshness_months > 0
        assert (indicator.denominator is Denominator.NONE) == (indicator.kind is Kind.LEVEL)
        assert indicator.least < indicator.most


def test_figures_of_households_are_kept_from_a_group_on_alone() -> None:
    for indicator in BROUGHT.values():
        if indicator.denominator is Denominator.HOUSEHOLDS:
            assert indicator.smallest == SMALLEST_GROUP


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/11/26", date(2026, 11, 3)),
        ("3.1.49", date(2049, 1, 3)),
        ("31/12/50", date(1950, 12, 31)),
        ("15/01/00", date(2000, 1, 15)),
        ("03/11/2026", date(2026, 11, 3)),
    ],
)
def test_a_day_is_read_in_the_french_order_with_a_short_year_or_not(text: str, said: date) -> None:
    assert day(text) == said


@pytest.mark.parametrize(
    "text", ["11/26/03", "26-11-03", "03/11-26", "03/11/6", "03/11/026", "031126", "30/02/26", "00/01/26", "01/01/00"]
)
def test_a_day_that_may_be_another_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        day(text)


def test_every_incident_counts_among_the_incidents() -> None:
    assert COUNTED_IN["incidents"] == frozenset(IncidentKind)
    assert set(COUNTED_IN) == {key for key, found in INDICATORS.items() if found.source is Source.INCIDENTS}


def test_a_share_is_what_was_counted_of_how_many() -> None:
    assert value_of(INDICATORS["vacancy"], Given(*YEAR, Decimal(3), Decimal(40))) == Decimal("7.5")


def test_a_rate_is_brought_to_a_year_whatever_the_period() -> None:
    quarter = Given(date(2025, 1, 1), date(2025, 3, 31), Decimal(6), Decimal(120))
    year = Given(*YEAR, Decimal(24), Decimal(120))
    rates = [value_of(INDICATORS["incidents"], given) for given in (quarter, year)]
    assert rates == [Decimal("20.2917"), Decimal("20.0137")]


@pytest.mark.parametrize(
    ("indicator", "given", "code"),
    [
        ("vacancy", Given(*YEAR, Decimal(41), Decimal(40)), "sources.share"),
        ("vacancy", Given(*YEAR, Decimal(-1), Decimal(40)), "sources.negative"),
        ("vacancy", Given(*YEAR, Decimal(1), Decimal(0)), "sources.none"),
        ("vacancy", Given(*YEAR, Decimal(1)), "sources.no_value"),
        ("vacancy", Given(*YEAR, value=Decimal("100.1")), "sources.out_of_bounds"),
        ("vacancy", Given(*YEAR, value=Decimal("NaN")), "sources.not_a_number"),
        ("vacancy", Given(*YEAR, value=Decimal("Infinity")), "sources.not_a_number"),
        ("vacancy", Given(*YEAR), "sources.no_value"),
        ("arrears", Given(*YEAR, Decimal(1), Decimal(10)), "sources.too_few"),
        ("arrears", Given(*YEAR, value=Decimal(10)), "sources.group_unknown"),
        ("psp_class", Given(*YEAR, value=Decimal("2.5")), "sources.step"),
        ("psp_class", Given(*YEAR, value=Decimal(6)), "sources.out_of_bounds"),
        ("incidents", Given(date(2025, 2, 1), date(2025, 1, 1), Decimal(1), Decimal(40)), "sources.period"),
        ("incidents", Given(date(2026, 3, 1), date(2026, 3, 31), Decimal(1), Decimal(40)), "sources.future"),
        ("incidents", Given(date(1999, 1, 1), date(1999, 12, 31), Decimal(1), Decimal(40)), "sources.too_old"),
        ("incidents", Given(date(2020, 1, 1), date(2025, 12, 31), Decimal(1), Decimal(40)), "sources.too_long"),
    ],
)
def test_a_figure_that_cannot_stand_says_why(indicator: str, given: Given, code: str) -> None:
    assert code in {reason.code for reason in may_stand(INDICATORS[indicator], given, today=TODAY).reasons}


@given(st.sampled_from(sorted(BROUGHT)), NUMBERS, NUMBERS, NUMBERS)
def test_what_may_stand_has_a_value_within_its_bounds(
    key: str, numerator: Decimal | None, denominator: Decimal | None, value: Decimal | None
) -> None:
    indicator, said = BROUGHT[key], Given(*YEAR, numerator, denominator, value)
    if may_stand(indicator, said, today=TODAY):
        found = value_of(indicator, said)
        assert found is not None
        assert indicator.least <= found <= indicator.most


def test_a_figure_is_stale_the_day_after_its_months() -> None:
    assert not is_stale(INDICATORS["incidents"], date(2025, 9, 10), TODAY)
    assert is_stale(INDICATORS["incidents"], date(2025, 9, 9), TODAY)


def test_a_missing_source_is_counted_as_missing_and_never_as_zero() -> None:
    def figure(residence: int, *, stale: bool) -> Figure:
        return Figure(residence, "vacancy", *YEAR, None, None, Decimal(0), Origin.FILE, stale)

    found = {c.source: c for c in coverages([figure(1, stale=False), figure(2, stale=True), figure(9, stale=False)], {1, 2, 3})}
    management = found[Source.MANAGEMENT]
    assert (management.present, management.stale, management.missing) == (1, 1, 1)
    assert found[Source.STAFF].presence is Presence.MISSING
    assert found[Source.STAFF].missing == 3
    assert set(found) == set(Source)


def test_an_incident_of_tomorrow_is_refused() -> None:
    assert may_have_happened(TODAY, TODAY)
    assert not may_have_happened(TODAY + timedelta(days=1), TODAY)
    assert not may_have_happened(date(1999, 12, 31), TODAY)


def test_the_words_of_an_incident_are_kept_a_year() -> None:
    assert text_until(date(2024, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize(("code", "whole"), [("75113", "75056"), ("69385", "69123"), ("13208", "13055"), ("2A004", "2A004")])
def test_figures_of_paris_lyon_and_marseille_are_those_of_the_whole_town(code: str, whole: str) -> None:
    assert figures_commune(code) == whole
