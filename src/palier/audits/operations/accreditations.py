"""Accreditations: granted, refused, suspended, lifted, withdrawn, by a vote in the committee's room or as recorded by the référent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from palier.audits import queries
from palier.audits.models import Accreditation, Suspension, Terms
from palier.audits.rules.accreditation import Standing
from palier.calendar import in_words, paris_day
from palier.directory.models import Organisation, Person, dated
from palier.french import elided
from palier.label.rules.rulesets import Audit
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, no, require


@transaction.atomic
def grant(
    *,
    person: Person,
    firm: Organisation,
    starts_on: date,
    ends_on: date,
    scope: Collection[Audit],
    by: Person | None,
    at: datetime,
    trained_on: date | None = None,
) -> Accreditation:
    """Accredit an auditor of a firm, for some audits, from a day to a day.

    Raises:
        Refusal: when the dates do not hold or overlap another accreditation, or the person is no auditor of this firm.
    """
    require(queries.may_grant(person=person, firm=firm, starts_on=starts_on, ends_on=ends_on, scope=scope, on=paris_day(at)))
    accreditation = Accreditation.objects.create(
        person=person,
        firm=firm,
        starts_on=starts_on,
        ends_on=ends_on,
        scope=sorted(audit.value for audit in scope),
        trained_on=trained_on,
        granted_by=by,
        granted_at=at,
    )
    covered = ", ".join(audit.label for audit in Audit if audit in scope)
    summary = f"a agréé {person.name} ({firm.name}) du {in_words(starts_on)} au {in_words(ends_on)} : {covered}."
    _record(accreditation, "accredited", by=by, at=at, summary=summary, facts={"scope": accreditation.scope})
    _tell(
        accreditation,
        at,
        f"Votre agrément court du {in_words(starts_on)} au {in_words(ends_on)}",
        f"Audits couverts : {covered}.",
        undo_key=f"accreditation:{accreditation.pk}",
    )
    return accreditation


@transaction.atomic
def refuse(*, person: Person, firm: Organisation, because: str, by: Person, at: datetime) -> None:
    """Refuse an accreditation to an auditor of a firm, who is told why; what they hold already stays.

    Raises:
        Refusal: without a reason.
    """
    _require_reason(because)
    record(
        act="audits.accreditation_refused",
        by=by.pk,
        at=at,
        on=("directory.person", person.pk),
        landlord=None,
        summary=f"a refusé l’agrément {elided('de', person.name)} ({firm.name}) : {because.strip()}",
        facts={"person": person.pk, "firm": firm.pk},
        audience=Audience.SCHEME,
    )
    post(
        event="audits.accreditation_changed",
        to=[person.pk],
        at=at,
        subject="L’agrément demandé n’est pas accordé",
        body=because.strip(),
        link="/auditeurs/",
    )


@transaction.atomic
def suspend(*, accreditation: Accreditation, because: str, by: Person, at: datetime) -> Suspension:
    """Suspend an accreditation from today, until it is lifted.

    Raises:
        Refusal: without a reason, or when it is not in force today.
    """
    _require_reason(because)
    locked = _locked(accreditation)
    _require_standing(locked, Standing.GRANTED, at)
    suspension = Suspension.objects.create(accreditation=locked, starts_on=paris_day(at), because=because.strip(), by=by, at=at)
    summary = f"a suspendu l’agrément {elided('de', locked.person.name)} : {because.strip()}"
    _record(locked, "accreditation_suspended", by=by, at=at, summary=summary, facts={})
    _tell(locked, at, "Votre agrément est suspendu", because.strip(), undo_key=f"suspension:{suspension.pk}")
    return suspension


@transaction.atomic
def lift(*, accreditation: Accreditation, by: Person, at: datetime) -> None:
    """End a suspension: the accreditation is worth what it was from today, even when it was suspended today.

    An auditor who was not yet told of the suspension is told nothing.

    Raises:
        Refusal: when it is not suspended today.
    """
    locked = _locked(accreditation)
    _require_standing(locked, Standing.SUSPENDED, at)
    suspension = locked.suspensions.get(dated(paris_day(at)))
    suspension.ends_on = paris_day(at) - timedelta(days=1)
    suspension.save(update_fields=["ends_on"])
    summary = f"a levé la suspension de l’agrément {elided('de', locked.person.name)}."
    _record(locked, "suspension_lifted", by=by, at=at, summary=summary, facts={})
    if not cancel(undo_key=f"suspension:{suspension.pk}", at=at):
        _tell(
            locked, at, "La suspension de votre agrément est levée", "Vous pouvez à nouveau être retenu et mener vos missions."
        )


@transaction.atomic
def withdraw(*, accreditation: Accreditation, because: str, by: Person, at: datetime) -> None:
    """Withdraw an accreditation from today, for good. An auditor who was not yet told of it is told nothing.

    Raises:
        Refusal: without a reason, or when it is withdrawn already.
    """
    _require_reason(because)
    changed = Accreditation.objects.filter(pk=accreditation.pk, withdrawn_on__isnull=True).update(
        withdrawn_on=paris_day(at), withdrawn_because=because.strip(), withdrawn_by=by
    )
    if not changed:
        raise Refusal(no("audits.withdrawn", "Cet agrément est déjà retiré."))
    summary = f"a retiré l’agrément {elided('de', accreditation.person.name)} : {because.strip()}"
    _record(accreditation, "accreditation_withdrawn", by=by, at=at, summary=summary, facts={})
    if not cancel(undo_key=f"accreditation:{accreditation.pk}", at=at):
        _tell(accreditation, at, "Votre agrément est retiré", because.strip())


@transaction.atomic
def set_terms(*, effective_from: date, independence_years: int, by: Person, at: datetime) -> Terms:
    """Set the years between advising a landlord and auditing it, from a day on.

    Raises:
        Refusal: when the day is past.
    """
    if effective_from < paris_day(at):
        raise Refusal(no("audits.terms_past", "Une règle vaut pour la suite : choisissez aujourd’hui ou un jour à venir."))
    terms, _ = Terms.objects.update_or_create(
        effective_from=effective_from, defaults={"independence_years": independence_years, "set_by": by, "set_at": at}
    )
    record(
        act="audits.terms_set",
        by=by.pk,
        at=at,
        on=("audits.terms", terms.pk),
        landlord=None,
        summary=f"a fixé à {independence_years} ans le délai entre conseil et audit, à partir du {in_words(effective_from)}.",
        facts={"independence_years": independence_years, "effective_from": effective_from.isoformat()},
        audience=Audience.SCHEME,
    )
    return terms


def _locked(accreditation: Accreditation) -> Accreditation:
    return Accreditation.objects.select_related("person").select_for_update(of=("self",)).get(pk=accreditation.pk)


def _require_standing(accreditation: Accreditation, wanted: Standing, at: datetime) -> None:
    found = queries.as_rule(accreditation).standing(paris_day(at))
    if found is not wanted:
        raise Refusal(no("audits.standing", f"L’agrément est à l’état « {found.label.lower()} » : cela ne s’applique pas."))


def _require_reason(because: str) -> None:
    if not because.strip():
        raise Refusal(no("audits.reason_missing", "Dites pourquoi, en une phrase : l’auditeur la lira."))


def _tell(accreditation: Accreditation, at: datetime, subject: str, body: str, *, undo_key: str = "") -> None:
    post(
        event="audits.accreditation_changed",
        to=[accreditation.person_id],
        at=at,
        subject=subject,
        body=body,
        link=f"/auditeurs/{accreditation.pk}/",
        undo_key=undo_key,
    )


def _record(
    accreditation: Accreditation, act: str, *, by: Person | None, at: datetime, summary: str, facts: dict[str, Any]
) -> None:
    record(
        act=f"audits.{act}",
        by=by.pk if by else None,
        at=at,
        on=("audits.accreditation", accreditation.pk),
        landlord=None,
        summary=summary,
        facts={"person": accreditation.person_id, "firm": accreditation.firm_id, **facts},
        audience=Audience.SCHEME,
    )
