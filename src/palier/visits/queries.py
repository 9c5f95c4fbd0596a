"""What one may ask of visits and walks; ``landlord`` is always said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, F, Prefetch, Q, QuerySet, Value, When

from palier.directory.models import Landlord, Person
from palier.directory.rules import plain
from palier.documents.models import Version
from palier.frameworks import queries as grids
from palier.frameworks.rules.grid import NOTHING, Framework
from palier.stock.models import Residence
from palier.visits.models import FieldPost, FollowUp, Observation, Photo, Staircase, Stop, Visit, Walk
from palier.visits.rules import Change, Function, Kind, Responsibility, State, Theme, gap, is_fault

_STATE = Case(
    When(cancelled_at__isnull=False, then=Value(State.CANCELLED)),
    When(done_at__isnull=False, then=Value(State.DONE)),
    When(assessment__isnull=False, then=Value(State.UNDER_WAY)),
    default=Value(State.PLANNED),
    output_field=CharField(),
)
_OPEN = Q(done_at__isnull=True, cancelled_at__isnull=True)

# Visits with ``state`` beside their own fields, which types cannot say.
Visits = QuerySet[Any]


def visits(*, landlord: Landlord | int, shared_only: bool = False) -> Visits:
    """The visits of a landlord with their ``state``, the next to do first, then the latest done."""
    found = _told(Visit.objects.filter(landlord=landlord))
    return found.filter(shared_at__isnull=False) if shared_only else found


def shared_visits(*, landlords: QuerySet[Landlord]) -> Visits:
    """What some landlords shared of their visits with the tenants' representatives, the latest done first."""
    return _told(Visit.objects.select_related("landlord").filter(landlord__in=landlords, shared_at__isnull=False))


def _told(found: QuerySet[Visit]) -> Visits:
    return (
        found.select_related("residence", "staircase", "entrusted_to", "assessment__version__framework")
        .defer("assessment__version__body", "assessment__version__source")
        .annotate(state=_STATE)
        .order_by(F("done_at").desc(nulls_first=True), "planned_on", "pk")
    )


def narrowed(
    found: Visits,
    *,
    text: str = "",
    kind: str = "",
    state: str = "",
    person: int | None = None,
    on: date,
) -> Visits:
    """Visits by residence or staircase, kind, state (or « late » on a day), and whom they are entrusted to."""
    for word in plain(text).split():
        found = found.filter(Q(residence__plain_name__contains=word) | Q(staircase__name__icontains=word))
    if kind:
        found = found.filter(kind=kind)
    if state == "late":
        found = found.filter(_OPEN, planned_on__lt=on)
    elif state:
        found = found.filter(state=state)
    return found.filter(entrusted_to=person) if person else found


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where the visits of a landlord stand on a day."""

    planned: int
    under_way: int
    done: int
    late: int


def calendar(*, landlord: Landlord | int, on: date) -> Calendar:
    """The counts of the list's sentence. One query."""
    found = Visit.objects.filter(landlord=landlord).aggregate(
        planned=Count("pk", filter=_OPEN & Q(assessment__isnull=True)),
        under_way=Count("pk", filter=_OPEN & Q(assessment__isnull=False)),
        done=Count("pk", filter=Q(done_at__isnull=False)),
        late=Count("pk", filter=_OPEN & Q(planned_on__lt=on)),
    )
    return Calendar(**found)


def for_person(*, landlord: Landlord | int, person: Person) -> Visits:
    """What somebody finds on their phone: their open visits, and those that nobody has; the most pressing first."""
    found = visits(landlord=landlord).filter(_OPEN).filter(Q(entrusted_to=person) | Q(entrusted_to__isnull=True))
    return found.order_by("planned_on", "pk")


def previous(visit: Visit) -> Any:
    """The visit of the same kind and place that was done before this one; None for a first."""
    found = visits(landlord=visit.landlord_id).filter(
        residence=visit.residence_id, kind=visit.kind, staircase=visit.staircase_id, done_at__isnull=False
    )
    if visit.done_at:
        found = found.filter(done_at__lt=visit.done_at)
    return found.exclude(pk=visit.pk).order_by("-done_at", "-pk").first()


def grid(visit: Visit) -> Framework:
    """The grid that a visit taken in charge is held against."""
    assert visit.assessment is not None
    return grids.framework(visit.assessment.version)


def changes(before: Visit, after: Visit) -> list[Change]:
    """Point by point, what moved between two done visits. Two queries."""
    assert before.assessment is not None
    assert after.assessment is not None
    said = grids.given_in([before.assessment.pk, after.assessment.pk])
    return gap(grid(before), said.get(before.assessment.pk, {}), grid(after), said.get(after.assessment.pk, {}))


def photos(visits: Iterable[Visit]) -> dict[tuple[int, str], list[Photo]]:
    """The photos of some visits by visit and point, in the order they came."""
    found: dict[tuple[int, str], list[Photo]] = {}
    for row in Photo.objects.filter(visit__in=list(visits), removed_at__isnull=True).order_by("at", "pk"):
        found.setdefault((row.visit_id, row.criterion), []).append(row)
    return found


def file_of(document: int) -> Version:
    """The last version of a photo's document. Raises Version.DoesNotExist."""
    return Version.objects.filter(document=document, document__withdrawn_at__isnull=True).latest("number")


def priorities(visit: Visit) -> list[str]:
    """The points that a sheet puts first, in order."""
    return list(visit.priorities.order_by("rank").values_list("criterion", flat=True))


# --- Staircases -----------------------------------------------------------------------------------------------------


def staircases(*, landlord: Landlord | int, residence: Residence | None = None) -> QuerySet[Staircase]:
    """The staircases checked at a landlord's, or in one residence, by residence and name."""
    found = Staircase.objects.filter(landlord=landlord, closed_at__isnull=True).select_related("residence", "cleaner")
    found = found.filter(residence=residence) if residence else found
    return found.order_by("residence__plain_name", "residence_id", "name", "pk")


def staircases_in_stock(residence: Residence) -> list[str]:
    """The names of the staircases that the last vintage of the stock tells of in a residence."""
    here = residence.dwellings.filter(source=residence.last_source_id).exclude(staircase="", building="")
    pairs = here.order_by("building", "staircase").values_list("building", "staircase").distinct()
    words = (" ".join(filter(None, (b and f"Bâtiment {b}", s and f"Escalier {s}"))) for b, s in pairs)
    return list(dict.fromkeys(words))


def posts(*, landlord: Landlord | int) -> dict[int, Function]:
    """What each person of a landlord's team is on the spot, by person."""
    found = FieldPost.objects.filter(landlord=landlord).values_list("person_id", "function")
    return {person: Function(function) for person, function in found}


@dataclass(frozen=True, slots=True)
class Cleanliness:
    """What the rounds done in a period say: of one staircase, or of whoever cleans some."""

    name: str
    rounds: int
    points: int
    faults: int
    residence: str = ""

    @property
    def share(self) -> float:
        """Faults among the points that were seen, from 0 to 100."""
        return 100 * self.faults / self.points if self.points else 0.0


def cleanliness(*, landlord: Landlord | int, since: date) -> tuple[list[Cleanliness], list[Cleanliness]]:
    """The rounds done since a day: by staircase, then by whoever cleaned, the most faults first. Four queries at most."""
    done = list(visits(landlord=landlord).filter(kind=Kind.ROUND, done_at__isnull=False, done_at__date__gte=since))
    said = grids.given_in([visit.assessment_id for visit in done])
    by_staircase: dict[int, Counter[str]] = {}
    by_cleaner: dict[str, Counter[str]] = {}
    named: dict[int, Visit] = {}
    for visit in done:
        criteria = grid(visit).criteria
        given = said.get(visit.assessment_id, {})
        seen = [given.get(code, NOTHING) for code in criteria]
        counted = Counter(
            rounds=1,
            points=sum(one.value is not None for one in seen),
            faults=sum(is_fault(criterion, given.get(code, NOTHING)) for code, criterion in criteria.items()),
        )
        named[visit.staircase_id] = visit
        by_staircase.setdefault(visit.staircase_id, Counter()).update(counted)
        who = visit.provider or visit.get_cleaned_by_display()
        by_cleaner.setdefault(who, Counter()).update(counted)
    stairs = [
        Cleanliness(str(named[pk].staircase), c["rounds"], c["points"], c["faults"], named[pk].residence.name)
        for pk, c in by_staircase.items()
    ]
    cleaners = [Cleanliness(name, c["rounds"], c["points"], c["faults"]) for name, c in by_cleaner.items()]
    return sorted(stairs, key=_worst), sorted(cleaners, key=_worst)


def _worst(line: Cleanliness) -> tuple[float, str, str]:
    return -line.share, line.residence, line.name


# --- Walks ----------------------------------------------------------------------------------------------------------


def walks(*, landlord: Landlord | int, shared_only: bool = False) -> QuerySet[Any]:
    """The walks of a landlord, latest first, with how many ``strengths`` and ``weaknesses`` were noted."""
    found = _balanced(Walk.objects.filter(landlord=landlord))
    return found.filter(shared_at__isnull=False) if shared_only else found


def shared_walks(*, landlords: QuerySet[Landlord]) -> QuerySet[Any]:
    """The walks that some landlords opened to the tenants' representatives, those that still take observations first."""
    found = _balanced(Walk.objects.select_related("landlord").filter(landlord__in=landlords, shared_at__isnull=False))
    return found.order_by(F("closed_at").desc(nulls_first=True), "-pk")


def _balanced(found: QuerySet[Walk]) -> QuerySet[Any]:
    kept = Q(stops__observations__withdrawn_at__isnull=True)
    return (
        found.select_related("residence", "led_by")
        .annotate(
            strengths=Count("stops__observations", filter=kept & Q(stops__observations__positive=True)),
            weaknesses=Count("stops__observations", filter=kept & Q(stops__observations__positive=False)),
        )
        .order_by("-held_on", "-pk")
    )


def walks_to_note(*, landlord: Landlord | int) -> QuerySet[Any]:
    """The walks that still take observations, the next one first."""
    return walks(landlord=landlord).filter(closed_at__isnull=True).order_by("held_on", "pk")


def stops(walk: Walk) -> list[Stop]:
    """The stops of a walk in order, each with its ``observations`` that stand and their ``follow_ups``. Three queries."""
    follow_ups = Prefetch("follow_ups", FollowUp.objects.order_by("due_on", "pk"))
    noted = Observation.objects.filter(withdrawn_at__isnull=True).select_related("by").prefetch_related(follow_ups)
    return list(walk.stops.order_by("number").prefetch_related(Prefetch("observations", noted.order_by("at", "pk"))))


def participants(walk: Walk) -> dict[str, int]:
    """How many people of each kind took part."""
    return dict(walk.participants.order_by("pk").values_list("public", "count"))


@dataclass(frozen=True, slots=True)
class Balance:
    """What was noted of one theme."""

    theme: Theme
    strengths: int
    weaknesses: int
    answers: dict[Responsibility, int]


def balance(stops: Iterable[Stop]) -> list[Balance]:
    """Strengths and weaknesses by theme, and who answers for the weaknesses; themes of which nothing was said left out."""
    noted = [one for stop in stops for one in stop.observations.all()]
    found = []
    for theme in Theme:
        here = [one for one in noted if one.theme == theme]
        weak = [one for one in here if not one.positive]
        if here:
            answers = {r: sum(one.responsible == r for one in weak) for r in Responsibility}
            found.append(Balance(theme, len(here) - len(weak), len(weak), answers))
    return found
