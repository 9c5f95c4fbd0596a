"""Who is accredited, on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from palier.audits.models import Accreditation, AuditorFeedback, Mission, Suspension, Terms
from palier.audits.rules.accreditation import Accredited, Span, Standing, grantable, valid
from palier.audits.rules.missions import AT_WORK, INDEPENDENCE_YEARS, State
from palier.directory.models import Membership, Organisation, Person, dated
from palier.directory.rules import Role, plain
from palier.label.rules.rulesets import Audit
from palier.verdict import Verdict, no

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class OfRegister(TypedDict):
    """What the register says of each accreditation, on a day."""

    standing: str
    missions_under_way: int
    missions_approved: int


def terms(*, on: date) -> Terms | None:
    """What the label's owner had set for audits by a day, if anything."""
    return Terms.objects.filter(effective_from__lte=on).select_related("set_by").order_by("-effective_from").first()


def independence_years(*, on: date) -> int:
    """Years between advising a landlord and auditing it."""
    found = terms(on=on)
    return found.independence_years if found else INDEPENDENCE_YEARS


def accreditations(*, person: Person | None = None) -> QuerySet[Accreditation]:
    """Accreditations with their person, firm and suspensions, the latest first."""
    found = Accreditation.objects.select_related("person", "firm", "granted_by", "withdrawn_by")
    found = found.prefetch_related("suspensions").order_by("-starts_on", "-pk")
    return found.filter(person=person) if person else found


def register(*, on: date, search: str = "", audit: Audit | None = None) -> QuerySet[WithAnnotations[Accreditation, OfRegister]]:
    """One accreditation of each auditor, with what it is worth on a day and the missions behind it.

    The last one that began by then; a renewal that is granted ahead waits for its first day.
    """
    begun = Case(When(starts_on__lte=on, then=F("starts_on"))).desc(nulls_last=True)
    latest = Accreditation.objects.filter(person=OuterRef("person")).order_by(begun, "starts_on", "-pk").values("pk")[:1]
    suspended = Suspension.objects.filter(dated(on), accreditation=OuterRef("pk"))
    found = (
        accreditations()
        .filter(pk=Subquery(latest))
        .annotate(
            standing=Case(
                When(withdrawn_on__lte=on, then=Value(Standing.WITHDRAWN.value)),
                When(starts_on__gt=on, then=Value(Standing.TO_COME.value)),
                When(ends_on__lt=on, then=Value(Standing.EXPIRED.value)),
                When(Exists(suspended), then=Value(Standing.SUSPENDED.value)),
                default=Value(Standing.GRANTED.value),
                output_field=CharField(),
            ),
            missions_under_way=Count("person__missions", filter=Q(person__missions__state__in=AT_WORK), distinct=True),
            missions_approved=Count("person__missions", filter=Q(person__missions__state=State.APPROVED), distinct=True),
        )
    )
    if search.strip():
        found = found.filter(Q(person__name__icontains=search.strip()) | Q(firm__plain_name__contains=plain(search)))
    if audit:
        found = found.filter(scope__contains=[audit.value])
    return cast("QuerySet[WithAnnotations[Accreditation, OfRegister]]", found)


def as_rule(accreditation: Accreditation) -> Accredited:
    """An accreditation as the rules see it; its suspensions are prefetched by ``accreditations``."""
    return Accredited(
        starts_on=accreditation.starts_on,
        ends_on=accreditation.ends_on,
        scope=frozenset(Audit(audit) for audit in accreditation.scope),
        withdrawn_on=accreditation.withdrawn_on,
        suspensions=tuple(Span(s.starts_on, s.ends_on) for s in accreditation.suspensions.all()),
    )


def may_grant(
    *, person: Person, firm: Organisation, starts_on: date, ends_on: date, scope: Collection[Audit], on: date
) -> Verdict:
    """Whether an auditor of a firm may be accredited on these dates, as things stand on a day. Three SQL queries."""
    if not Membership.objects.filter(dated(on), person=person, organisation=firm, role=Role.AUDITOR).exists():
        return no("audits.not_of_firm", f"{person.name} n’exerce pas l’audit chez {firm.name}.")
    return grantable(starts_on, ends_on, scope, [as_rule(one) for one in accreditations(person=person)])


def held_by(*, person: int, firm: int) -> list[Accredited]:
    """What lets a person audit for a firm, in two SQL queries."""
    return [as_rule(one) for one in accreditations().filter(person=person, firm=firm)]


def accreditation_on(*, mission: Mission, days: Collection[date]) -> Verdict:
    """Whether the auditor's accreditation holds, for a mission's audit, on every one of these days."""
    held = held_by(person=mission.auditor_id, firm=mission.firm_id)
    return valid(mission.auditor.name, held, Audit(mission.audit), days)


def auditors_for(*, audit: Audit, on: date) -> QuerySet[WithAnnotations[Accreditation, OfRegister]]:
    """The auditors whom a landlord may consult for an audit on a day, by firm."""
    found = register(on=on, audit=audit).filter(standing=Standing.GRANTED)
    return found.order_by("firm__plain_name", "person__name", "pk")


def feedback_on(*, people: Iterable[int]) -> dict[int, list[AuditorFeedback]]:
    """What was said of auditors, by person, latest first. One SQL query."""
    found: dict[int, list[AuditorFeedback]] = {}
    rows = AuditorFeedback.objects.filter(mission__auditor__in=list(people)).annotate(auditor=F("mission__auditor_id"))
    for row in rows.select_related("mission__landlord", "by").order_by("-at"):
        found.setdefault(row.auditor, []).append(row)
    return found


def past_missions(*, person: Person) -> QuerySet[Mission]:
    """Every mission of an auditor, for the label's team: latest first."""
    return Mission.objects.filter(auditor=person).select_related("landlord", "firm").order_by("-consulted_at", "-pk")
