"""Missions: whose, where they stand, what their plan holds, what may trouble their auditor's independence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When

from palier.audits.models import DocumentRequest, Mission, PlanItem, Remark
from palier.audits.rules.missions import HELD, OFFERED, Clue, Declaration, ItemKind, PlannedItem, independent
from palier.calendar import add_months, in_words, paris_day
from palier.directory.models import Membership, Person, dated
from palier.directory.rules import LANDLORD_ROLES, Role
from palier.documents.models import Version
from palier.label.rules.rulesets import Audit
from palier.ledger.queries import history_of
from palier.ledger.rules import Audience
from palier.sites import queries as sites
from palier.verdict import Verdict

# These see consultations and their amounts; the others see the missions that were given.
_CHOOSE = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR, Role.REFERENT, Role.ADMINISTRATOR})


def missions(*, landlord: int) -> QuerySet[Mission]:
    """Every mission of a landlord, the latest first, for the rooms above."""
    found = Mission.objects.filter(landlord=landlord).select_related("landlord", "firm", "auditor", "accepted_by", "report")
    return found.order_by("-cycle", "-consulted_at", "-pk")


def visible(*, landlord: int, person: Person, roles: frozenset[Role]) -> QuerySet[Mission]:
    """The missions of a landlord's file that somebody may know of: an auditor only theirs, whatever else others propose."""
    found = missions(landlord=landlord)
    if roles & _CHOOSE:
        return found
    if roles - {Role.AUDITOR}:
        return found.filter(Q(state__in=HELD) | Q(auditor=person))
    return found.filter(auditor=person)


def offers(*, person: Person, on: date) -> QuerySet[Mission]:
    """The missions of an auditor, in every landlord's file, as long as they are of the firm. The latest first."""
    member = Membership.objects.filter(dated(on), person=person, organisation=OuterRef("firm"), role=Role.AUDITOR)
    found = Mission.objects.filter(Exists(member), auditor=person).select_related("landlord", "firm", "auditor", "report")
    return found.order_by("-consulted_at", "-pk")


def unanswered(*, person: Person) -> frozenset[int]:
    """The missions of an auditor in which a remark waits for their answer. One SQL query."""
    found = Remark.objects.filter(mission__auditor=person, answered_at__isnull=True)
    return frozenset(found.values_list("mission_id", flat=True))


def independence(mission: Mission, *, years: int, on: date) -> Verdict:
    """Whether the auditor's declaration lets them audit this landlord, with ``years`` between advice and audit."""
    signed = paris_day(mission.declared_at) if mission.declared_at else None
    declaration = Declaration(signed, mission.advised_until, mission.ties)
    return independent(declaration, years, on)


def under_way(*, landlord: int, cycle: int, audit: Audit) -> Mission | None:
    """The mission that was given for an audit of a cycle, approved or not."""
    return missions(landlord=landlord).filter(cycle=cycle, audit=audit, state__in=HELD).first()


def rivals(mission: Mission) -> QuerySet[Mission]:
    """The other consultations for the same audit that are still open."""
    same = Mission.objects.filter(landlord=mission.landlord_id, cycle=mission.cycle, audit=mission.audit, state__in=OFFERED)
    return same.exclude(pk=mission.pk).select_related("firm", "auditor", "landlord").order_by("pk")


def items(mission: Mission) -> QuerySet[PlanItem]:
    """The moments of a mission's plan, in their order."""
    found = PlanItem.objects.filter(mission=mission).select_related("residence")
    return found.order_by("day", "starts_at", "pk")


def priority_areas(*, landlord: int, residences: Collection[int], on: date) -> frozenset[int]:
    """Among residences, those in a priority district or on the list of priority sites. One SQL query."""
    found = sites.residences(landlord=landlord, campaign=None, on=on).filter(pk__in=residences)
    return frozenset(found.filter(Q(in_qpv=True) | Q(is_priority=True)).values_list("pk", flat=True))


def planned(mission: Mission, *, on: date) -> list[PlannedItem]:
    """A mission's plan as the rules see it. Two SQL queries."""
    found = list(items(mission))
    visited = {item.residence_id for item in found if item.residence_id}
    inside = priority_areas(landlord=mission.landlord_id, residences=visited, on=on) if visited else frozenset()
    return [PlannedItem(ItemKind(item.kind), item.day, item.residence_id in inside) for item in found]


def document_requests(mission: Mission) -> QuerySet[DocumentRequest]:
    """The documents asked for a mission, those still awaited first, those no longer asked last; each with its ``versions``."""
    latest = Prefetch("document__versions", Version.objects.order_by("-number"))
    found = DocumentRequest.objects.filter(mission=mission).select_related("document", "received_by")
    awaited_first = Case(
        When(withdrawn_at__isnull=False, then=3),
        When(document__isnull=False, then=1),
        When(missing_because="", then=0),
        default=2,
    )
    return found.prefetch_related(latest).order_by(awaited_first, "received_at", "pk")


def plan_proposed_since(mission: Mission, at: datetime) -> bool:
    """Whether its auditor has proposed the plan of a mission, with the documents asked, since an instant."""
    lines = history_of(kind="audits.mission", pk=mission.pk, audiences=set(Audience))
    return lines.filter(act="audits.plan_proposed", at__gte=at).exists()


def clues(mission: Mission, *, years: int, on: date) -> list[Clue]:
    """What Palier knows that may be a conflict of interest, to be weighed by people. Three SQL queries."""
    since = add_months(on, -12 * years)
    found = []
    belonged = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=since),
        person=mission.auditor,
        organisation=mission.landlord_id,
        role__in=LANDLORD_ROLES,
    )
    for membership in belonged.order_by("starts_on"):
        until = f"jusqu’au {in_words(membership.ends_on)}" if membership.ends_on else "aujourd’hui encore"
        role = Role(membership.role).label
        found.append(Clue(f"{mission.auditor.name} a fait partie de l’organisme ({role}), {until}."))
    earlier = Mission.objects.filter(landlord=mission.landlord_id, firm=mission.firm_id).exclude(pk=mission.pk)
    for other in earlier.exclude(declared_at__isnull=True).filter(advised_until__gt=since).order_by("pk"):
        if other.advised_until:
            day = in_words(other.advised_until)
            found.append(Clue(f"{mission.firm.name} avait déclaré un conseil à l’organisme jusqu’au {day}."))
    held = earlier.filter(state__in=HELD).select_related("auditor").order_by("accepted_at")
    found += [
        Clue(
            f"{other.auditor.name} ({mission.firm.name}) a déjà mené pour l’organisme : {Audit(other.audit).label}, cycle {other.cycle}."
        )
        for other in held
    ]
    return found
