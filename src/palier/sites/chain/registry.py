"""The plan that the registry of indicators gives on a day."""

from __future__ import annotations

from datetime import date

from palier.sites.chain.plan import Plan
from palier.sources.rules.incidents import COUNTED_IN
from palier.sources.rules.indicators import INDICATORS, of_source
from palier.sources.rules.vocabulary import Source


def registry_plan(on: date) -> Plan:
    """Every indicator of the registry on a day. Each may be brought; incidents and open data give the others."""
    return Plan(
        on=on,
        events=tuple((one.key, tuple(sorted(COUNTED_IN[one.key]))) for one in of_source(Source.INCIDENTS)),
        readings=tuple((key, one.freshness_months) for key, one in INDICATORS.items()),
        of_commune=tuple((one.key, one.freshness_months) for one in of_source(Source.OFFENCES)),
        of_iris=tuple((one.key, one.freshness_months) for one in of_source(Source.INCOMES)),
    )
