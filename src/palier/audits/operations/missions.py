"""Choosing an auditor: consult, propose, declare one's independence, accept, decline, interrupt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from palier.audits import queries
from palier.audits.models import Accreditation, Mission
from palier.audits.operations.moving import (
    lock,
    move,
    own,
    reasoned,
    remember,
    tell_auditor,
    tell_landlord,
)
from palier.audits.rules.accreditation import valid
from palier.audits.rules.missions import (
    AUDITOR_MILESTONE,
    HELD,
    OFFERED,
    STATEMENT,
    State,
    choosable,
    follows,
)
from palier.calendar import in_words, paris_day
from palier.directory.models import Landlord, Organisation, Person, Relation, dated
from palier.directory.operations import close_file, open_file
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.french import elided
from palier.label import queries as label
from palier.label.operations import forget, reach
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel
from palier.verdict import Refusal, Verdict, no, require

# Messages of a file are read by many: what one side says to the other stays on the mission's page.
_REASON_THERE = "Le motif se lit sur la page de la mission."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an auditor proposes: euros before tax, days of work, between two days."""

    amount: Decimal
    days: Decimal
    starts_on: date
    ends_on: date
    approach: str = ""
    document: Document | None = None


@transaction.atomic
def consult(
    *,
    landlord: Landlord,
    audit: Audit,
    auditors: Sequence[Accreditation],
    request: str,
    by: Person,
    at: datetime,
    answer_by: date | None = None,
) -> list[Mission]:
    """Ask accredited auditors for a proposal. They learn the landlord's name and the request; its file stays closed.

    Raises:
        Refusal: when it is not the moment, nobody or somebody not accredited is consulted, or the audit is given already.
    """
    journey = label.open_journey(landlord=landlord.pk)
    require(choosable(audit, Stage(journey.stage) if journey else None, landlord.pk))
    cycle = journey.cycle if journey else 1
    if not auditors:
        raise Refusal(no("audits.nobody", "Choisissez au moins un auditeur du registre."))
    if not request.strip():
        raise Refusal(no("audits.request_empty", "Écrivez ce que vous attendez : périmètre, dates, contexte."))
    if queries.under_way(landlord=landlord.pk, cycle=cycle, audit=audit):
        raise Refusal(no("audits.given", f"Un auditeur est déjà retenu ({audit.label})."))
    today = paris_day(at)
    if answer_by and answer_by < today:
        raise Refusal(
            no("audits.answer_past", "La réponse est attendue à une date passée : choisissez aujourd’hui ou un jour à venir.")
        )
    held = [queries.held_by(person=one.person_id, firm=one.firm_id) for one in auditors]
    require(Verdict.all(valid(one.person.name, had, audit, [today]) for one, had in zip(auditors, held, strict=True)))
    asked = [_consult_one(landlord, cycle, audit, one.firm, one.person, request, answer_by, by, at) for one in auditors]
    for mission in asked:
        until = f" Réponse attendue le {in_words(answer_by, weekday=True)}." if answer_by else ""
        tell_auditor(
            mission,
            "audits.mission_offered",
            at=at,
            subject=f"{landlord.name} vous consulte : {audit.label}",
            body=f"Lisez sa demande, puis proposez vos dates ou déclinez.{until}",
        )
        remember(
            mission,
            "consulted",
            by=by,
            at=at,
            summary=f"a consulté {mission.auditor.name} ({mission.firm.name}) : {audit.label}.",
        )
    return asked


def _consult_one(
    landlord: Landlord,
    cycle: int,
    audit: Audit,
    firm: Organisation,
    auditor: Person,
    request: str,
    answer_by: date | None,
    by: Person,
    at: datetime,
) -> Mission:
    same = Mission.objects.filter(landlord=landlord, cycle=cycle, audit=audit, auditor=auditor, state__in=OFFERED | HELD)
    if same.exists():
        raise Refusal(no("audits.consulted_already", f"{auditor.name} est déjà consulté pour cet audit."))
    return Mission.objects.create(
        landlord=landlord,
        cycle=cycle,
        audit=audit,
        firm=firm,
        auditor=auditor,
        consulted_at=at,
        consulted_by=by,
        request=request.strip(),
        answer_by=answer_by,
    )


@transaction.atomic
def propose(*, mission: Mission, proposal: Proposal, by: Person, at: datetime) -> Mission:
    """Answer a consultation; until a choice is made, a new proposal replaces the former.

    Raises:
        Refusal: when the consultation is over, the dates or the amounts do not hold, or the mission is somebody else's.
    """
    mission = lock(mission)
    own(mission, by)
    require(_sound(proposal))
    move(
        mission,
        "propose",
        proposed_at=at,
        amount=proposal.amount,
        days=proposal.days,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        approach=proposal.approach.strip(),
        proposal=proposal.document,
    )
    remember(
        mission,
        "proposed",
        by=by,
        at=at,
        summary=f"a envoyé sa proposition : {Audit(mission.audit).label}.",
        facts=_figures(proposal),
    )
    tell_landlord(
        mission,
        "audits.mission_answered",
        at=at,
        subject=f"{mission.firm.name} vous répond : {Audit(mission.audit).label}",
        body="La proposition se lit et se compare sur la page des audits.",
    )
    return mission


def _sound(proposal: Proposal) -> Verdict:
    wrong = []
    if proposal.ends_on < proposal.starts_on:
        wrong.append(no("audits.dates", "La fin de la mission vient avant son début : corrigez l’une des deux dates."))
    if proposal.days <= 0:
        wrong.append(no("audits.no_days", "Indiquez le nombre de jours d’intervention."))
    if proposal.amount < 0:
        wrong.append(no("audits.negative", "Le montant ne peut pas être négatif."))
    return Verdict.all(wrong)


def _figures(proposal: Proposal) -> dict[str, str]:
    return {
        "amount": str(proposal.amount),
        "days": str(proposal.days),
        "starts_on": proposal.starts_on.isoformat(),
        "ends_on": proposal.ends_on.isoformat(),
    }


@transaction.atomic
def declare_independence(*, mission: Mission, advised_until: date | None, ties: str, by: Person, at: datetime) -> Mission:
    """Sign the declaration of independence: the last day on which the person or the firm advised the landlord, other ties.

    Raises:
        Refusal: once the mission is given or over, or when it is somebody else's.
    """
    mission = lock(mission)
    own(mission, by)
    if mission.state not in OFFERED:
        raise Refusal(no("audits.declared_already", "La déclaration se signe avant le choix : elle ne change plus ensuite."))
    if advised_until and advised_until > paris_day(at):
        raise Refusal(no("audits.advice_to_come", "Le dernier jour de conseil est passé ou aujourd’hui : corrigez la date."))
    mission.declared_at, mission.statement = at, STATEMENT
    mission.advised_until, mission.ties = advised_until, ties.strip()
    mission.save(update_fields=["declared_at", "statement", "advised_until", "ties"])
    said = f"conseil jusqu’au {in_words(advised_until)}" if advised_until else "aucun conseil à l’organisme"
    summary = f"a signé sa déclaration d’indépendance ({said})."
    facts = {"advised_until": advised_until.isoformat() if advised_until else None, "ties": ties.strip()}
    remember(mission, "independence_declared", by=by, at=at, summary=summary, facts=facts)
    return mission


def acceptable(*, mission: Mission, on: date) -> Verdict:
    """Whether a proposal may be accepted on a day: the moment, the independence, the accreditation today and on the days."""
    journey = label.open_journey(landlord=mission.landlord_id)
    days = [day for day in (on, mission.starts_on, mission.ends_on) if day]
    given = queries.under_way(landlord=mission.landlord_id, cycle=mission.cycle, audit=Audit(mission.audit))
    return Verdict.all(
        [
            follows("accept", State(mission.state)),
            choosable(Audit(mission.audit), Stage(journey.stage) if journey else None, mission.landlord_id),
            queries.independence(mission, years=queries.independence_years(on=on), on=on),
            queries.accreditation_on(mission=mission, days=days),
            no("audits.given", "Un auditeur est déjà retenu pour cet audit.") if given else Verdict(),
        ]
    )


@transaction.atomic
def accept(*, mission: Mission, by: Person, at: datetime) -> Mission:
    """Choose an auditor: the file opens to them alone, the other consultations end, the journey learns it.

    Raises:
        Refusal: with all that stands against it: state, independence, accreditation on the day or on the mission's days.
    """
    mission = lock(mission)
    require(acceptable(mission=mission, on=paris_day(at)))
    try:
        with transaction.atomic():
            move(mission, "accept", accepted_at=at, accepted_by=by)
    except IntegrityError as problem:
        raise Refusal(no("audits.given", "Un auditeur est déjà retenu pour cet audit.")) from problem
    open_file(
        landlord=mission.landlord,
        holder=mission.firm,
        person=mission.auditor,
        role=Role.AUDITOR,
        source=f"mission:{mission.pk}",
        by=by,
        at=at,
    )
    audit = Audit(mission.audit)
    if journey := label.open_journey(landlord=mission.landlord_id):
        reach(
            journey=journey,
            milestone=AUDITOR_MILESTONE[audit],
            by=by,
            at=at,
            detail=f"{mission.auditor.name}, {mission.firm.name}",
        )
    remember(
        mission,
        "accepted",
        by=by,
        at=at,
        summary=f"a retenu {mission.auditor.name} ({mission.firm.name}) : {audit.label}.",
        audience=Audience.FILE,
    )
    tell_auditor(
        mission,
        "audits.mission_changed",
        at=at,
        subject=f"{mission.landlord.name} vous retient : {audit.label}",
        body="Le dossier de l’organisme vous est ouvert. Proposez maintenant le plan de la mission.",
    )
    for other in queries.rivals(mission):
        end(mission=other, act="set_aside", because="Un autre auditeur est retenu.", by=by, at=at)
    return mission


@transaction.atomic
def end(*, mission: Mission, act: str, because: str, by: Person, at: datetime) -> Mission:
    """End a consultation: ``decline`` by the auditor, ``set_aside`` by the landlord.

    An auditor who was not yet told that they are consulted, and did not answer, is told nothing.

    Raises:
        Refusal: without a reason, or when a choice was made already.
    """
    reasoned(because)
    mission = lock(mission)
    if act == "decline":
        own(mission, by)
    move(mission, act, ended_at=at, ended_because=because.strip())
    audit = Audit(mission.audit)
    if act == "decline":
        summary = f"a décliné la consultation ({audit.label}) : {because.strip()}"
        subject = f"{mission.firm.name} décline : {audit.label}"
        cancel(undo_key=f"audits.mission_answered:{mission.pk}", at=at)
        tell_landlord(mission, "audits.mission_answered", at=at, subject=subject, body=_REASON_THERE)
    else:
        summary = f"n’a pas retenu {mission.auditor.name} ({mission.firm.name}) : {because.strip()}"
        subject = f"{mission.landlord.name} ne retient pas votre proposition"
        if not cancel(undo_key=f"audits.mission_offered:{mission.pk}", at=at) or mission.proposed_at:
            tell_auditor(mission, "audits.mission_changed", at=at, subject=subject, body=_REASON_THERE)
    remember(mission, "declined" if act == "decline" else "set_aside", by=by, at=at, summary=summary)
    return mission


@transaction.atomic
def interrupt(*, mission: Mission, because: str, by: Person, at: datetime) -> Mission:
    """Stop a mission under way, from either side: the file closes, and the journey forgets what the mission brought.

    Raises:
        Refusal: without a reason, or when the mission is not under way.
    """
    reasoned(because)
    mission = move(lock(mission), "interrupt", ended_at=at, ended_because=because.strip())
    leave_file(mission, by=by, at=at)
    audit = Audit(mission.audit)
    if journey := label.open_journey(landlord=mission.landlord_id):
        brought = {AUDITOR_MILESTONE[audit]}
        if audit is Audit.HQS:
            brought |= {Milestone.AUDIT_PLAN, Milestone.HQS_REPORT}
        for milestone in sorted(brought):
            forget(journey=journey, milestone=milestone, at=at)
    summary = f"a interrompu la mission {elided('de', mission.auditor.name)} ({audit.label}) : {because.strip()}"
    remember(mission, "interrupted", by=by, at=at, summary=summary, audience=Audience.FILE)
    subject = f"{mission.landlord.name}, {audit.label} : la mission s’arrête"
    cancel(undo_key=f"audits.mission_changed:{mission.pk}", at=at)
    if by.pk == mission.auditor_id:
        tell_landlord(mission, "audits.mission_changed", at=at, subject=subject, body=_REASON_THERE)
    else:
        tell_auditor(mission, "audits.mission_changed", at=at, subject=subject, body=_REASON_THERE)
    return mission


def leave_file(mission: Mission, *, by: Person | None, at: datetime, on: date | None = None) -> None:
    """Close the landlord's file to the auditor of a mission, at the end of a day (today by default)."""
    source = f"mission:{mission.pk}"
    for relation in Relation.objects.filter(dated(paris_day(at)), landlord=mission.landlord_id, source=source):
        close_file(relation=relation, by=by, at=at, on=on)
