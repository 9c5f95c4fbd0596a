"""Incidents are noted, voided when they were a mistake, and lose their words after a time. They are never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.models import Incident, Intake
from palier.sources.operations.readings import hold
from palier.sources.queries.homes import words_of
from palier.sources.rules.incidents import (
    TEXT_MOST,
    Told,
    may_have_happened,
    text_until,
)
from palier.sources.rules.intake import Origin
from palier.sources.rules.moderation import moderated
from palier.stock.models import Residence
from palier.stock.queries import all_residences
from palier.verdict import Reason, Refusal, Verdict, no, require

_BATCH = 2_000
_SHOWN = 50


def acceptable(told: Told, residence: Residence | None, today: date) -> Verdict:
    """Whether an incident may be kept: a residence of the landlord, a day gone by, a text that names nobody."""
    if residence is None:
        return no("sources.residence", "Cette résidence n’est pas dans le patrimoine de l’organisme.")
    found = may_have_happened(told.on, today) & moderated(told.text, known=words_of(residence))
    if len(told.text) > TEXT_MOST:
        found &= no("sources.text_too_long", f"Les précisions comptent {TEXT_MOST} caractères au plus.")
    return found


@transaction.atomic
def record_incident(*, landlord: Landlord, told: Told, origin: Origin, by: Person | None, at: datetime) -> Incident:
    """Note an incident. The ledger says that one was noted, not which: it is read by more people than incidents are.

    Raises:
        Refusal: when it may not be kept (``acceptable``), or its reference is already known.
    """
    (found,) = _record(landlord=landlord, told=[told], origin=origin, by=by, at=at, intake=None)
    _line(found, "sources.incident_recorded", "a signalé un incident.", by, at)
    return found


@transaction.atomic
def record_incidents(
    *, landlord: Landlord, told: Sequence[Told], by: Person | None, at: datetime, intake: Intake
) -> list[Incident]:
    """Note the incidents of a file, all or none; the file's own ledger line says it.

    Raises:
        Refusal: with every incident that may not be kept.
    """
    return _record(landlord=landlord, told=told, origin=Origin.FILE, by=by, at=at, intake=intake)


def _record(
    *, landlord: Landlord, told: Sequence[Told], origin: Origin, by: Person | None, at: datetime, intake: Intake | None
) -> list[Incident]:
    hold(landlord)
    cleaned = [replace(one, text=" ".join(one.text.split()), reference=" ".join(one.reference.split())[:60]) for one in told]
    homes = all_residences(landlord=landlord).in_bulk({one.residence for one in cleaned})
    today = paris_day(at)
    reasons: list[Reason] = []
    for one in cleaned:
        reasons.extend(acceptable(one, homes.get(one.residence), today).reasons)
    reasons.extend(_known_already(landlord, [one.reference for one in cleaned if one.reference]))
    require(Verdict(tuple(reasons[:_SHOWN])))
    return Incident.objects.bulk_create(
        [
            Incident(
                landlord=landlord,
                residence_id=one.residence,
                on=one.on,
                kind=one.kind,
                place=one.place,
                victim=one.victim,
                recurrence=one.recurrence,
                complaint=one.complaint,
                text=one.text,
                text_until=text_until(one.on),
                reference=one.reference,
                origin=origin,
                intake=intake,
                at=at,
                by=by,
            )
            for one in cleaned
        ],
        batch_size=_BATCH,
    )


def _known_already(landlord: Landlord, references: list[str]) -> list[Reason]:
    twice = {reference for reference in references if references.count(reference) > 1} if len(references) < _SHOWN else set()
    known = known_references(landlord, references)
    return [
        Reason("sources.reference_known", f"L’incident « {reference} » est déjà enregistré.")
        for reference in sorted(known | twice)
    ]


def known_references(landlord: Landlord, references: Sequence[str]) -> set[str]:
    """Which of these references an incident that holds already bears."""
    found = Incident.objects.filter(landlord=landlord, reference__in=references, voided_at__isnull=True)
    return set(found.values_list("reference", flat=True)) if references else set()


@transaction.atomic
def void_incident(*, incident: Incident, reason: str, by: Person | None, at: datetime) -> None:
    """Say that an incident was a mistake: it no longer counts, and stays with the reason.

    Raises:
        Refusal: without a reason, when the reason names somebody, or when it is voided already.
    """
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise Refusal(no("sources.void_reason", "Dites en quelques mots pourquoi cet incident est annulé."))
    require(moderated(reason, known=words_of(incident.residence)))
    updated = Incident.objects.filter(pk=incident.pk, voided_at__isnull=True).update(
        voided_at=at, voided_by=by, void_reason=reason
    )
    if not updated:
        raise Refusal(no("sources.voided", "Cet incident est déjà annulé."))
    _line(incident, "sources.incident_voided", "a annulé un incident saisi par erreur.", by, at)


@transaction.atomic
def erase_texts(*, on: date, at: datetime) -> int:
    """Erase the words of incidents kept long enough, voided ones too; what is counted stays. How many."""
    count = Incident.objects.filter(text_until__lt=on).exclude(text="").update(text="")
    if count:
        record(
            act="sources.texts_erased",
            by=None,
            at=at,
            on=("sources.incident", 0),
            landlord=None,
            summary=f"a effacé les précisions de {count} incident{'s' if count > 1 else ''}, au terme de leur conservation.",
            facts={"count": count},
            audience=Audience.SCHEME,
        )
    return count


def _line(incident: Incident, act: str, summary: str, by: Person | None, at: datetime) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("sources.incident", incident.pk),
        landlord=incident.landlord_id,
        summary=summary,
        audience=Audience.LANDLORD,
    )
