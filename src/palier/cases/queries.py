"""What one may ask of call-backs; ``landlord`` is always said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from palier.calendar import PARIS, start_of_day
from palier.cases.models import Case, CaseOwner, CaseStep, CaseTerms
from palier.cases.rules import CLOSED, FEWEST, LEVELS, OPEN, TEAM, State, Step, Terms, Urgency
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role, digest_of, plain
from palier.estimates.proportions import wilson
from palier.surveys.queries import Kept
from palier.surveys.rules.retention import RULES, Held


def terms_of(*, landlord: Landlord | int) -> Terms:
    """What a landlord set of its call-backs, or what Palier proposes."""
    row = CaseTerms.objects.filter(landlord=landlord).first()
    if row is None:
        return Terms()
    return Terms(row.low_score, tuple(row.words), row.danger_days, row.ordinary_days, row.silence_days)


def owners(*, landlord: Landlord | int) -> dict[str, int]:
    """Who calls back, by agency; the empty name is for all others."""
    return dict(CaseOwner.objects.filter(landlord=landlord).values_list("agency", "person_id"))


def owner_for(*, landlord: int, agency: str, on: date) -> Person | None:
    """Who calls back the tenants of an agency: who was named, if still of the team, otherwise a quality lead."""
    team = people_of(landlord=landlord, roles=TEAM, on=on)
    named = owners(landlord=landlord)
    for who in (named.get(agency), named.get("")):
        if who and (found := team.filter(pk=who).first()):
            return found
    return people_of(landlord=landlord, roles=frozenset({Role.QUALITY_LEAD}), on=on).order_by("pk").first()


def cases(*, landlord: Landlord | int) -> QuerySet[Case]:
    """The cases of a landlord: those to call first, dangers before, the longest due before; then the latest closed.

    ``noted_by`` is who of the team noted that it is settled; nobody when the tenant said so by their link.
    """
    found = Case.objects.filter(landlord=landlord).select_related("residence", "owner", "landlord")
    settled = CaseStep.objects.filter(case=OuterRef("pk"), step=Step.SETTLED).order_by("-at", "-pk")
    to_call = ExpressionWrapper(Q(state=State.TO_CALL), BooleanField())
    return found.annotate(noted_by=Subquery(settled.values("by")[:1])).order_by(
        to_call.desc(), F("closed_at").desc(nulls_first=True), "urgency", "due_on", "pk"
    )


def narrowed(
    found: QuerySet[Case], *, text: str = "", state: str = "", urgency: str = "", owner: int | None = None, on: date
) -> QuerySet[Case]:
    """Cases by residence, supplier or agency, by state (or « open », « late »), urgency, and who owns them."""
    for word in plain(text).split():
        found = found.filter(Q(residence__plain_name__contains=word) | Q(supplier__icontains=word) | Q(agency__icontains=word))
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state == "late":
        found = found.filter(state=State.TO_CALL, due_on__lt=on)
    elif state:
        found = found.filter(state=state)
    if urgency:
        found = found.filter(urgency=urgency)
    return found.filter(owner=owner) if owner else found


def awaiting(*, landlord: Landlord, person: Person, roles: frozenset[Role], on: date) -> Standing:
    """The tenants whom a person is to call back: those entrusted to them, and the late calls that climbed to their roles."""
    climbed = Q(level__gte=min((level for level, role in LEVELS.items() if role in roles), default=len(LEVELS) + 1))
    return standing(cases(landlord=landlord).filter(Q(owner=person) | climbed, state=State.TO_CALL), on=on)


def entrusted_to_others(*, landlord: Landlord, person: Person) -> list[tuple[str, int]]:
    """How many tenants others are to call back, by who has them: what a person who sees their own alone is told."""
    others = Case.objects.filter(landlord=landlord, state=State.TO_CALL, owner__isnull=False).exclude(owner=person)
    return list(others.values_list("owner__name").annotate(Count("pk")).order_by("owner__name", "owner"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the call-backs of a landlord stand on a day; silence is counted apart. ``noted`` of the settled are so by the team."""

    to_call: int
    late: int
    dangers: int
    waiting: int
    settled: int
    noted: int
    silent: int
    unreached: int


def standing(found: QuerySet[Case], *, on: date) -> Standing:
    """The counts of the list's sentence. One SQL query."""
    to_call = Q(state=State.TO_CALL)
    counts = found.order_by().aggregate(
        to_call=Count("pk", filter=to_call),
        late=Count("pk", filter=to_call & Q(due_on__lt=on)),
        dangers=Count("pk", filter=to_call & Q(urgency=Urgency.DANGER)),
        waiting=Count("pk", filter=Q(state__in=[State.CALLED, State.ASKED])),
        settled=Count("pk", filter=Q(state=State.SETTLED)),
        noted=Count("pk", filter=Q(state=State.SETTLED, noted_by__isnull=False)),
        silent=Count("pk", filter=Q(state=State.SILENT)),
        unreached=Count("pk", filter=Q(state=State.UNREACHED)),
    )
    return Standing(**counts)


def steps(case: Case) -> QuerySet[CaseStep]:
    """The history of a case, the latest first."""
    return CaseStep.objects.filter(case=case).select_related("by").order_by("-at", "-pk")


def by_link(*, token: str) -> Case | None:
    """The case whose tenant holds this link; None when it was erased, or never was."""
    found = Case.objects.filter(link_digest=digest_of(token), erased_at__isnull=True)
    return found.select_related("residence", "landlord").first()


def to_climb(*, on: date) -> QuerySet[Case]:
    """The cases that nobody called in time."""
    return Case.objects.filter(state=State.TO_CALL, due_on__lt=on).select_related("residence", "owner", "landlord")


def past_silence(*, on: date) -> QuerySet[Case]:
    """The cases whose tenant was asked and did not say in time."""
    return Case.objects.filter(state=State.ASKED, answer_by__lt=on).select_related("residence", "owner", "landlord")


def links_to_send() -> QuerySet[Case]:
    """The cases whose tenant is to be asked by e-mail, and was not yet."""
    found = Case.objects.filter(state=State.ASKED, link_sent_at__isnull=True, erased_at__isnull=True).exclude(email="")
    return found.select_related("residence", "landlord").order_by("asked_at", "pk")


def past_cases(*, on: date) -> QuerySet[Case]:
    """The cases closed so long ago that their tenant's contact and words go."""
    before = start_of_day(RULES[Held.CASE].before(on, 0))
    return Case.objects.filter(state__in=CLOSED, closed_at__lt=before, erased_at__isnull=True)


def kept(*, landlord: Landlord, on: date) -> dict[Held, Kept]:
    """How many tenants' contacts cases keep. Two SQL queries."""
    now = Case.objects.filter(landlord=landlord, erased_at__isnull=True)
    return {Held.CASE: Kept(now.count(), past_cases(on=on).filter(landlord=landlord).count())}


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with what it is counted of and its bounds at 95 %, in percent."""

    count: int
    of: int
    value: float
    low: float
    high: float

    @classmethod
    def of_counts(cls, count: int, of: int) -> Rate | None:
        """The share; None when it would speak of people."""
        if of < FEWEST:
            return None
        low, high = wilson(count, of)
        return cls(count, of, 100 * count / of, 100 * low, 100 * high)


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """What the cases of one supplier say: called in time, settled at once among those who said so, and the silent apart."""

    supplier: str
    cases: int
    silent: int
    in_time: Rate | None
    settled: Rate | None


def suppliers(*, landlord: Landlord | int, since: date) -> list[SupplierLine]:
    """The cases opened since a day by supplier, the most first; a supplier with too few is counted and not rated. One SQL query."""
    found = Case.objects.filter(landlord=landlord, opened_at__date__gte=since).exclude(supplier="")
    called = Q(called_at__isnull=False)
    said = Q(state=State.SETTLED) | Q(round__gt=0)
    rows: Any = (
        found.annotate(called_on=TruncDate("called_at", tzinfo=PARIS))
        .values("supplier")
        .annotate(
            n=Count("pk"),
            silent=Count("pk", filter=Q(state=State.SILENT)),
            called=Count("pk", filter=called),
            in_time=Count("pk", filter=called & Q(called_on__lte=F("due_on")) & (Q(level=0) | Q(round__gt=0))),
            said=Count("pk", filter=said),
            settled=Count("pk", filter=Q(state=State.SETTLED, round=0)),
        )
        .order_by("-n", "supplier")
    )
    return [
        SupplierLine(
            row["supplier"],
            row["n"],
            row["silent"],
            Rate.of_counts(row["in_time"], row["called"]),
            Rate.of_counts(row["settled"], row["said"]),
        )
        for row in rows
    ]
