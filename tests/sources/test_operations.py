"""Figures come in all or none and stay; incidents are noted without anybody's name and stay; latest figures are honest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from palier.ledger.models import Entry as Line
from palier.sources import operations, queries
from palier.sources.models import Incident, Reading
from palier.sources.operations import Entry, Told
from palier.sources.rules.coverage import Presence, by_residence
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given
from palier.sources.rules.vocabulary import Source
from palier.verdict import Conflict, Refusal

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.stock.models import Residence

ON = date(2026, 3, 10)
YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.fixture
def keep(landlord: Landlord, at: datetime) -> Callable[..., operations.Kept]:
    def keep(*entries: Entry, when: datetime = at) -> operations.Kept:
        return operations.record_readings(landlord=landlord, entries=entries, origin=Origin.FORM, by=None, at=when)

    return keep


def entry(residence: Residence, indicator: str, numerator: int, denominator: int | None = None, **how: object) -> Entry:
    of = None if denominator is None else Decimal(denominator)
    return Entry(residence.pk, indicator, Given(*YEAR, Decimal(numerator), of), **how)  # type: ignore[arg-type]


def told(residence: Residence, **facts: object) -> Told:
    return Told(
        **{"residence": residence.pk, "on": ON, "kind": IncidentKind.GRAFFITI, "place": Place.HALL} | facts  # type: ignore[arg-type]
    )


def test_one_figure_that_cannot_stand_keeps_all_of_them_out(residences: list[Residence], keep: Callable[..., object]) -> None:
    with pytest.raises(Refusal) as refused:
        keep(entry(residences[0], "vacancy", 3), entry(residences[1], "vacancy", 41), entry(residences[2], "arrears", 1, 5))
    assert {reason.code for reason in refused.value.verdict.reasons} == {"sources.share", "sources.too_few"}
    assert "Résidence B" in refused.value.verdict.sentence
    assert not Reading.objects.exists()
    assert not Line.objects.filter(act="sources.readings_recorded").exists()


def test_no_figure_enters_another_landlords_residence(
    residences: list[Residence],
    keep: Callable[..., object],
    make_landlord: Callable[..., Landlord],
    make_stock: Callable[..., list[Residence]],
) -> None:
    (theirs,) = make_stock(make_landlord("ESH d’à côté"), 1)
    with pytest.raises(Refusal, match="n’est pas dans le patrimoine"):
        keep(entry(theirs, "vacancy", 3))
    assert not Reading.objects.exists()


def test_the_homes_of_the_stock_are_counted_of_when_nobody_says(
    residences: list[Residence], keep: Callable[..., object]
) -> None:
    keep(entry(residences[0], "vacancy", 3))
    reading = Reading.objects.get()
    assert (reading.denominator, reading.value) == (Decimal(40), Decimal("7.5"))


def test_a_newer_figure_supersedes_and_the_older_stays(
    residences: list[Residence], keep: Callable[..., operations.Kept], at: datetime
) -> None:
    keep(entry(residences[0], "vacancy", 3))
    assert keep(entry(residences[0], "vacancy", 3)) == operations.Kept(0, 0, 1)
    later = at + timedelta(days=1)
    assert keep(entry(residences[0], "vacancy", 5), when=later) == operations.Kept(1, 1, 0)
    history = list(queries.readings_of(residence=residences[0], superseded=True))
    assert [(r.numerator, r.superseded_at) for r in history] == [(3, later), (5, None)]
    assert [r.numerator for r in queries.readings_of(residence=residences[0])] == [5]
    assert Line.objects.filter(act="sources.readings_recorded").count() == 2


def test_a_figure_changed_under_somebodys_eyes_is_not_overwritten(
    residences: list[Residence], keep: Callable[..., operations.Kept]
) -> None:
    keep(entry(residences[0], "vacancy", 3))
    seen = Reading.objects.get().pk
    keep(entry(residences[0], "vacancy", 4, seen=seen))
    with pytest.raises(Conflict) as conflict:
        keep(entry(residences[0], "vacancy", 9, seen=seen))
    assert [r.numerator for r in conflict.value.theirs] == [4]  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        keep(entry(residences[0], "vacancy", 9, seen=0))
    assert keep(entry(residences[1], "vacancy", 9, seen=0)).new == 1


@pytest.mark.parametrize("change", [{"value": 1}, {"ends_on": ON}, {"indicator": "turnover"}, {"denominator": 10}])
def test_the_database_itself_refuses_to_change_a_reading(
    residences: list[Residence], keep: Callable[..., object], change: dict[str, object]
) -> None:
    keep(entry(residences[0], "vacancy", 3))
    with pytest.raises(IntegrityError, match="stay as they came"), transaction.atomic():
        Reading.objects.update(**change)
    with pytest.raises(IntegrityError, match="stay as they came"), transaction.atomic():
        Reading.objects.all().delete()


def test_the_latest_figures_say_what_is_stale_and_leave_out_what_is_not_known(
    landlord: Landlord, residences: list[Residence], keep: Callable[..., object]
) -> None:
    old = Given(date(2023, 1, 1), date(2023, 12, 31), Decimal(2), Decimal(40))
    keep(
        Entry(residences[0].pk, "vacancy", old),
        entry(residences[0], "vacancy", 4),
        Entry(residences[1].pk, "vacancy", old),
    )
    found = by_residence(queries.latest_readings(landlord=landlord, on=ON))
    assert found[residences[0].pk]["vacancy"].value == Decimal(10)
    assert not found[residences[0].pk]["vacancy"].stale
    assert found[residences[1].pk]["vacancy"].stale
    assert residences[2].pk not in found
    before = by_residence(queries.latest_readings(landlord=landlord, on=date(2024, 6, 1)))
    assert before[residences[0].pk]["vacancy"].value == Decimal(5)


def test_coverage_names_every_source_and_counts_the_missing_ones(
    landlord: Landlord, residences: list[Residence], keep: Callable[..., object]
) -> None:
    keep(entry(residences[0], "vacancy", 4))
    found = {c.source: c for c in queries.coverage(landlord=landlord, on=ON)}
    assert (found[Source.MANAGEMENT].present, found[Source.MANAGEMENT].missing) == (1, 3)
    assert found[Source.OCCUPANCY].presence is Presence.MISSING
    mine = queries.presence_by_residence(landlord=landlord, on=ON)
    assert mine[residences[0].pk][Source.MANAGEMENT] is Presence.PRESENT
    assert mine[residences[1].pk][Source.MANAGEMENT] is Presence.MISSING


def test_incidents_noted_count_for_every_residence_once_the_log_is_kept(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    def note(on: date, **facts: object) -> None:
        operations.record_incident(
            landlord=landlord, told=told(residences[0], on=on, **facts), origin=Origin.FORM, by=None, at=at
        )

    note(date(2026, 2, 20))
    assert not [f for f in queries.latest_readings(landlord=landlord, on=ON) if f.source is Source.INCIDENTS]
    note(date(2025, 6, 2), kind=IncidentKind.THREAT)
    found = by_residence(queries.latest_readings(landlord=landlord, on=ON))
    assert found[residences[0].pk]["incidents"].numerator == 2
    assert found[residences[0].pk]["assaults"].numerator == 1
    assert found[residences[3].pk]["incidents"].value == 0
    assert found[residences[3].pk]["incidents"].starts_on == date(2025, 6, 1)
    assert not [f for f in queries.latest_readings(landlord=landlord, on=date(2027, 6, 1)) if f.source is Source.INCIDENTS], (
        "a log left for a year says nothing, not zero"
    )


def test_a_month_noted_on_its_first_day_counts_whole(landlord: Landlord, residences: list[Residence], at: datetime) -> None:
    months = [date(2025 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(3, 15)]
    for on in months:
        operations.record_incident(landlord=landlord, told=told(residences[0], on=on), origin=Origin.FORM, by=None, at=at)
    found = by_residence(queries.latest_readings(landlord=landlord, on=ON))[residences[0].pk]["incidents"]
    assert (found.numerator, found.starts_on, found.ends_on) == (12, date(2025, 3, 1), ON)


def test_incidents_are_counted_by_residence_and_month(landlord: Landlord, residences: list[Residence], at: datetime) -> None:
    for day in (date(2026, 1, 3), date(2026, 1, 30), date(2026, 3, 1)):
        operations.record_incident(landlord=landlord, told=told(residences[0], on=day), origin=Origin.API, by=None, at=at)
    found = queries.monthly_incidents(landlord=landlord, since=date(2026, 1, 15))
    assert [(m.residence, m.month, m.count) for m in found] == [
        (residences[0].pk, date(2026, 1, 1), 2),
        (residences[0].pk, date(2026, 3, 1), 1),
    ]


def test_an_incident_that_names_somebody_is_not_kept(landlord: Landlord, residences: list[Residence], at: datetime) -> None:
    with pytest.raises(Refusal, match="sans permettre de reconnaître"):
        operations.record_incident(
            landlord=landlord, told=told(residences[0], text="vu Karim casser la porte"), origin=Origin.FORM, by=None, at=at
        )
    assert not Incident.objects.exists()


def test_the_ledger_says_that_an_incident_was_noted_and_not_which(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    operations.record_incident(
        landlord=landlord, told=told(residences[0], text="Vitre brisée."), origin=Origin.FORM, by=None, at=at
    )
    content = str(Line.objects.get(act="sources.incident_recorded").content)
    assert not any(word in content for word in ("Vitre", "Résidence A", "graffiti", "Tag", "hall"))


def test_a_voided_incident_stays_with_its_reason_and_no_longer_counts(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    noted = operations.record_incident(landlord=landlord, told=told(residences[0]), origin=Origin.FORM, by=None, at=at)
    with pytest.raises(Refusal, match="pourquoi"):
        operations.void_incident(incident=noted, reason=" ", by=None, at=at)
    operations.void_incident(incident=noted, reason="Saisi deux fois.", by=None, at=at)
    with pytest.raises(Refusal, match="déjà annulé"):
        operations.void_incident(incident=noted, reason="Saisi deux fois.", by=None, at=at)
    assert not queries.incidents(landlord=landlord).exists()
    assert queries.incidents(landlord=landlord, voided=True).get().void_reason == "Saisi deux fois."
    assert not queries.monthly_incidents(landlord=landlord, since=date(2026, 1, 1))


def test_the_words_of_an_incident_go_after_their_time_and_the_count_stays(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    operations.record_incident(
        landlord=landlord, told=told(residences[0], text="Vitre brisée."), origin=Origin.FORM, by=None, at=at
    )
    assert operations.erase_texts(on=date(2027, 3, 10), at=at) == 0
    assert operations.erase_texts(on=date(2027, 3, 11), at=at) == 1
    assert operations.erase_texts(on=date(2027, 3, 12), at=at) == 0
    assert queries.incidents(landlord=landlord).get().text == ""


@pytest.mark.parametrize("change", [{"kind": "fire"}, {"text": "autre"}, {"on": ON - timedelta(days=1)}])
def test_the_database_itself_refuses_to_change_or_delete_an_incident(
    landlord: Landlord, residences: list[Residence], at: datetime, change: dict[str, object]
) -> None:
    operations.record_incident(
        landlord=landlord, told=told(residences[0], text="Vitre brisée."), origin=Origin.FORM, by=None, at=at
    )
    with pytest.raises(IntegrityError, match="stay as they came"), transaction.atomic():
        Incident.objects.update(**change)
    with pytest.raises(IntegrityError, match="stay as they came"), transaction.atomic():
        Incident.objects.all().delete()
