"""The plan of a mission: its moments, the documents asked, the direction's agreement, and what is held on site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import F

from palier.audits import queries
from palier.audits.models import DocumentRequest, Mission, PlanItem
from palier.audits.operations.moving import (
    lock,
    move,
    own,
    reasoned,
    remember,
    tell_auditor,
    tell_landlord,
)
from palier.audits.rules.missions import (
    AT_WORK,
    WRITING,
    ItemKind,
    State,
    follows,
    on_site_now,
    plan_ready,
)
from palier.calendar import in_words, paris_day
from palier.directory.models import Person
from palier.documents.models import Document
from palier.frameworks import operations as frameworks
from palier.frameworks import queries as grids
from palier.label import queries as label
from palier.label.operations import reach
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.rules import Audience
from palier.outbox.operations import unsay
from palier.stock.models import Residence
from palier.verdict import Conflict, Refusal, Verdict, no, require


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the plan as the auditor writes it."""

    kind: ItemKind
    day: date
    title: str
    starts_at: time | None = None
    ends_at: time | None = None
    people: str = ""
    residence: Residence | None = None


@transaction.atomic
def write_item(*, mission: Mission, moment: Moment, by: Person, at: datetime, item: PlanItem | None = None) -> PlanItem:
    """Add a moment to the plan, or change one. A plan that was proposed is then to be proposed again.

    Raises:
        Refusal: once the plan is agreed, or when the moment does not hold (title, hours, site of a visit).
    """
    mission = lock(mission)
    own(mission, by)
    _still_planning(mission)
    require(_sound(moment, mission))
    values = {
        "kind": moment.kind,
        "day": moment.day,
        "title": moment.title.strip(),
        "starts_at": moment.starts_at,
        "ends_at": moment.ends_at,
        "people": moment.people.strip(),
        "residence": moment.residence if moment.kind is ItemKind.VISIT else None,
    }
    if item is None:
        item = PlanItem.objects.create(mission=mission, **values)
    else:
        PlanItem.objects.filter(pk=item.pk, mission=mission).update(**values)
        item.refresh_from_db()
    _plan_changed(mission)
    summary = f"a inscrit au plan : {moment.kind.label.lower()}, {in_words(moment.day)}."
    remember(mission, "plan_item_written", by=by, at=at, summary=summary, facts={"item": item.pk, "title": moment.title})
    return item


@transaction.atomic
def remove_item(*, mission: Mission, item: PlanItem, by: Person, at: datetime) -> None:
    """Take a moment off the plan.

    Raises:
        Refusal: once the plan is agreed.
    """
    mission = lock(mission)
    own(mission, by)
    _still_planning(mission)
    PlanItem.objects.filter(pk=item.pk, mission=mission).delete()
    _plan_changed(mission)
    summary = f"a retiré du plan : {ItemKind(item.kind).label.lower()}, {in_words(item.day)}."
    remember(mission, "plan_item_removed", by=by, at=at, summary=summary, facts={"title": item.title})


def _sound(moment: Moment, mission: Mission) -> Verdict:
    wrong = []
    if not moment.title.strip():
        wrong.append(no("audits.item_title", "Donnez un objet à ce moment du plan."))
    if moment.starts_at and moment.ends_at and moment.ends_at <= moment.starts_at:
        wrong.append(no("audits.item_hours", "L’heure de fin vient avant l’heure de début : corrigez l’une des deux."))
    if moment.kind is ItemKind.VISIT and moment.residence is None:
        wrong.append(no("audits.item_site", "Choisissez la résidence visitée."))
    if moment.residence is not None and moment.residence.landlord_id != mission.landlord_id:
        wrong.append(no("audits.item_site", "Cette résidence n’est pas dans le patrimoine de l’organisme."))
    return Verdict.all(wrong)


def _still_planning(mission: Mission) -> None:
    if mission.state != State.ACCEPTED:
        raise Refusal(no("audits.plan_settled", "Le plan ne se change plus : il est arrêté, ou la mission est terminée."))


def _plan_changed(mission: Mission) -> None:
    Mission.objects.filter(pk=mission.pk).update(plan_revision=F("plan_revision") + 1, plan_proposed_at=None)


def proposable(*, mission: Mission, on: date) -> Verdict:
    """Whether a plan may be proposed to the direction: its moments, and the accreditation on each of its days."""
    found = queries.planned(mission, on=on)
    return plan_ready(found, mission.pk, mission.landlord_id) & queries.accreditation_on(
        mission=mission, days={item.day for item in found}
    )


@transaction.atomic
def propose_plan(*, mission: Mission, by: Person, at: datetime) -> None:
    """Send the plan to the landlord's direction for its agreement.

    Raises:
        Refusal: when the plan misses a moment, or the accreditation does not hold on one of its days.
    """
    mission = lock(mission)
    own(mission, by)
    _still_planning(mission)
    require(proposable(mission=mission, on=paris_day(at)))
    Mission.objects.filter(pk=mission.pk).update(plan_proposed_at=at)
    remember(
        mission,
        "plan_proposed",
        by=by,
        at=at,
        summary="a proposé le plan de la mission.",
        facts={"revision": mission.plan_revision},
        audience=Audience.FILE,
    )
    tell_landlord(
        mission,
        "audits.plan_proposed",
        at=at,
        subject=f"Le plan attend votre accord : {Audit(mission.audit).label}",
        body=f"{mission.auditor.name} propose le plan de la mission. Relisez les dates, les sites, les personnes et les documents demandés.",
    )


@transaction.atomic
def send_back_plan(*, mission: Mission, because: str, by: Person, at: datetime) -> None:
    """Ask the auditor to change the plan that was proposed.

    Raises:
        Refusal: without a reason, or when no plan waits for an agreement.
    """
    reasoned(because)
    mission = lock(mission)
    _require_proposed(mission)
    Mission.objects.filter(pk=mission.pk).update(plan_proposed_at=None)
    remember(
        mission,
        "plan_sent_back",
        by=by,
        at=at,
        summary=f"a demandé de revoir le plan de la mission : {because.strip()}",
        audience=Audience.FILE,
    )
    subject = f"{mission.landlord.name} demande de revoir le plan"
    tell_auditor(
        mission,
        "audits.mission_changed",
        at=at,
        subject=subject,
        body="Ce qui est à revoir se lit dans l’histoire de la mission.",
    )


def agreeable(*, mission: Mission, on: date) -> Verdict:
    """Whether the direction may agree to the plan."""
    if mission.plan_proposed_at is None:
        return no("audits.plan_not_proposed", "L’auditeur n’a pas encore proposé le plan.")
    return follows("agree_plan", State(mission.state)) & proposable(mission=mission, on=on)


@transaction.atomic
def agree_plan(*, mission: Mission, revision: int, by: Person, at: datetime) -> Mission:
    """Agree to the plan as it was read; the diagnosis may then go on site.

    Raises:
        Conflict: when the auditor changed the plan meanwhile.
        Refusal: when no plan waits, or when the accreditation no longer holds on one of its days.
    """
    mission = lock(mission)
    if mission.state == State.ACCEPTED and mission.plan_revision != revision:
        raise Conflict(
            no("audits.plan_changed", "L’auditeur a modifié le plan depuis votre lecture. Relisez-le, puis arrêtez-le.")
        )
    require(agreeable(mission=mission, on=paris_day(at)))
    move(mission, "agree_plan", plan_agreed_at=at, plan_agreed_by=by)
    if mission.audit == Audit.HQS and (journey := label.open_journey(landlord=mission.landlord_id)):
        reach(journey=journey, milestone=Milestone.AUDIT_PLAN, by=by, at=at)
    summary = f"a arrêté le plan : {Audit(mission.audit).label}."
    remember(mission, "plan_agreed", by=by, at=at, summary=summary, facts={"revision": revision}, audience=Audience.FILE)
    body = "La direction a arrêté le plan. Les moments se tiennent aux dates dites."
    tell_auditor(mission, "audits.mission_changed", at=at, subject=f"{mission.landlord.name} a arrêté le plan", body=body)
    return mission


def _require_proposed(mission: Mission) -> None:
    if mission.state != State.ACCEPTED or mission.plan_proposed_at is None:
        raise Refusal(no("audits.plan_not_proposed", "Aucun plan n’attend l’accord de la direction."))


# --- Documents asked -----------------------------------------------------------------------------------------------


@transaction.atomic
def ask_document(*, mission: Mission, title: str, detail: str, by: Person, at: datetime) -> DocumentRequest:
    """Ask the landlord for a document. While the plan is being written, its proposal tells of it.

    Raises:
        Refusal: without a title, or when the mission is not under way.
    """
    mission = lock(mission)
    own(mission, by)
    _at_work(mission)
    if not title.strip():
        raise Refusal(no("audits.request_title", "Nommez le document demandé."))
    request = DocumentRequest.objects.create(mission=mission, title=title.strip(), detail=detail.strip(), asked_at=at)
    remember(
        mission,
        "document_asked",
        by=by,
        at=at,
        summary=f"a demandé le document « {request.title} ».",
        facts={"request": request.pk},
    )
    if mission.state != State.ACCEPTED:
        tell_landlord(
            mission,
            "audits.mission_changed",
            at=at,
            subject=f"L’auditeur demande un document : {Audit(mission.audit).label}",
            body="Remettez-le depuis le plan de la mission, ou dites pourquoi il ne peut pas l’être.",
            undo_key=f"request:{request.pk}",
        )
    return request


@transaction.atomic
def withdraw_request(*, mission: Mission, request: DocumentRequest, because: str, by: Person, at: datetime) -> None:
    """Take back a request that is no longer needed, or was made by mistake; the landlord is told why.

    A landlord whom neither a message nor a plan proposed since told of the request is told nothing. It stays readable on the plan, and leaves the report.

    Raises:
        Refusal: without a reason, when it was handed or withdrawn already, or the mission is not under way.
    """
    reasoned(because)
    mission = lock(mission)
    own(mission, by)
    _at_work(mission)
    open_ones = DocumentRequest.objects.filter(pk=request.pk, mission=mission, document=None, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=at, withdrawn_because=because.strip()[:300]):
        raise Refusal(no("audits.request_settled", "Ce document est déjà remis, ou n’est plus demandé."))
    summary = f"ne demande plus le document « {request.title} » : {because.strip()}"
    remember(mission, "request_withdrawn", by=by, at=at, summary=summary, facts={"request": request.pk})
    if mission.state == State.ACCEPTED and not queries.plan_proposed_since(mission, request.asked_at):
        return
    tell_landlord(
        mission,
        "audits.mission_changed",
        at=at,
        subject=f"L’auditeur ne demande plus un document : {Audit(mission.audit).label}",
        body=f"« {request.title} » n’est plus à remettre. {because.strip()}",
        but=unsay(undo_key=f"request:{request.pk}", at=at),
    )


@transaction.atomic
def hand_document(*, mission: Mission, request: DocumentRequest, document: Document, by: Person, at: datetime) -> None:
    """Give the auditor a document that was asked; a later one replaces it.

    Raises:
        Refusal: when the document is not of this landlord's file, is no longer asked, or the mission is not under way.
    """
    mission = lock(mission)
    _at_work(mission)
    if document.landlord_id != mission.landlord_id:
        raise Refusal(no("audits.not_your_document", "Cette pièce n’est pas dans le dossier de l’organisme."))
    asked = DocumentRequest.objects.filter(pk=request.pk, mission=mission, withdrawn_at=None)
    if not asked.update(document=document, received_at=at, received_by=by, missing_because=""):
        raise Refusal(no("audits.request_withdrawn", f"L’auditeur ne demande plus « {request.title} »."))
    summary = f"a remis « {document.title} » à l’auditeur ({request.title})."
    remember(mission, "document_handed", by=by, at=at, summary=summary, facts={"request": request.pk, "document": document.pk})


@transaction.atomic
def give_up_document(*, mission: Mission, request: DocumentRequest, because: str, by: Person, at: datetime) -> None:
    """Say that a document that was asked does not exist, or cannot be given.

    Raises:
        Refusal: without a reason, when it was handed or withdrawn already, or the mission is not under way.
    """
    reasoned(because)
    mission = lock(mission)
    _at_work(mission)
    found = DocumentRequest.objects.filter(pk=request.pk, mission=mission, document=None, withdrawn_at=None)
    if not found.update(missing_because=because.strip()[:300]):
        raise Refusal(no("audits.request_settled", "Ce document est déjà remis, ou n’est plus demandé."))
    summary = f"a indiqué que « {request.title} » ne peut pas être remis : {because.strip()}"
    remember(mission, "document_given_up", by=by, at=at, summary=summary, facts={"request": request.pk})


def _at_work(mission: Mission) -> None:
    if mission.state not in AT_WORK:
        raise Refusal(no("audits.not_under_way", "La mission n’est pas en cours."))


# --- On site -------------------------------------------------------------------------------------------------------


def openable(*, mission: Mission, on: date) -> Verdict:
    """Whether the mission may open on site: the plan agreed, the journey there, the accreditation valid on the day."""
    journey = label.open_journey(landlord=mission.landlord_id)
    stage = Stage(journey.stage) if journey else None
    return Verdict.all(
        [
            follows("open_on_site", State(mission.state)),
            on_site_now(Audit(mission.audit), stage, mission.landlord_id),
            queries.accreditation_on(mission=mission, days=[on]),
        ]
    )


@transaction.atomic
def open_on_site(*, mission: Mission, by: Person, at: datetime) -> Mission:
    """Open the mission on site; a diagnosis starts its grid, in the version in force on the day.

    Raises:
        Refusal: with all that stands against it.
    """
    mission = lock(mission)
    own(mission, by)
    require(openable(mission=mission, on=paris_day(at)))
    move(mission, "open_on_site", on_site_at=at)
    if mission.audit == Audit.HQS and queries.assessment(mission) is None:
        frameworks.start(
            version=grids.current_version(code=queries.GRID, on=paris_day(at)),
            landlord=mission.landlord,
            subject=(queries.SUBJECT, mission.pk, Audit.HQS.label),
            title=queries.titled(mission),
            by=by,
            at=at,
        )
    summary = f"a ouvert la mission sur place : {Audit(mission.audit).label}."
    remember(mission, "opened_on_site", by=by, at=at, summary=summary, audience=Audience.FILE)
    return mission


@transaction.atomic
def note_item(
    *, mission: Mission, item: PlanItem, held: bool | None, day: date, notes: str, by: Person, at: datetime
) -> PlanItem:
    """Say that a moment of the plan was held (or not), on which day, with what was noted.

    Raises:
        Refusal: when the mission is not on site, the day is to come, or the accreditation did not hold on it.
    """
    mission = lock(mission)
    own(mission, by)
    if mission.state not in WRITING - {State.PLANNED}:
        raise Refusal(no("audits.not_on_site", "Les moments du plan se notent pendant la mission, jusqu’au rapport."))
    if held:
        if day > paris_day(at):
            raise Refusal(no("audits.item_to_come", f"Ce moment est prévu le {in_words(day)} : il se note une fois tenu."))
        require(queries.accreditation_on(mission=mission, days=[day]))
    if held is False:
        reasoned(notes)
    PlanItem.objects.filter(pk=item.pk, mission=mission).update(held=held, day=day, notes=notes.strip())
    item.refresh_from_db()
    done = {True: "tenu", False: "non tenu", None: "à tenir"}[held]
    remember(
        mission,
        "item_noted",
        by=by,
        at=at,
        summary=f"a noté comme {done} un moment du plan : {ItemKind(item.kind).label.lower()}, {in_words(day)}.",
        facts={"item": item.pk, "held": held},
        audience=Audience.AUDIT,
    )
    return item
