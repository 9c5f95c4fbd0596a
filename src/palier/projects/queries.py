"""What one may ask of local projects, each in a fixed number of SQL queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet

from palier.calendar import paris_day
from palier.consultation.models import Meeting, Round, Voice
from palier.consultation.rules import Opinion
from palier.directory.rules import digest_of, plain
from palier.frameworks.rules.answering import FINISHED
from palier.plans import queries as plans
from palier.plans.models import Action, ActionSite
from palier.plans.rules.terms import Status, Vocabulary
from palier.projects.models import Finding, HelpRequest, Involvement, Partner, PartnerWord, Project, ProjectAction
from palier.projects.rules.project import LinkedAction, ProjectFacts, help_due_on
from palier.projects.rules.terms import LEVERS, Stage, Standing, Trace, round_stage
from palier.visits import queries as visits
from palier.visits.models import Walk
from palier.visits.rules import Public

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

GRID = "site_diagnosis"
SUBJECT = "project"


def levers() -> dict[str, str]:
    """The levers of complex sites, by code, under the names that the label's owner gives them in action plans."""
    names = plans.terms(retired=True)[Vocabulary.LEVER]
    return {code: names[code] for code in LEVERS}


class Listed(TypedDict):
    """What ``projects`` adds to each project."""

    actions: int
    partners_now: int
    progress: float | None
    help_open: bool


def projects(*, landlord: int) -> QuerySet[WithAnnotations[Project, Listed]]:
    """The local projects of a landlord as lists show them, those under way first.

    Each carries ``actions`` (live), ``progress`` (mean of the live actions, in percent), ``partners_now`` and
    ``help_open`` (whether help was asked and is not closed).
    """
    live = ~Q(links__action__status=Status.DROPPED)
    help_ = HelpRequest.objects.filter(project=OuterRef("pk"), closed_at__isnull=True)
    found = (
        Project.objects.filter(landlord=landlord)
        .select_related("site__residence", "landlord", "changed_by", "assessment")
        .annotate(
            actions=Count("links", filter=live & Q(links__isnull=False), distinct=True),
            partners_now=Count("partners", filter=Q(partners__revoked_at__isnull=True), distinct=True),
            progress=Avg("links__action__progress", filter=live),
            help_open=Exists(help_),
        )
        .order_by(F("closed_at").asc(nulls_first=True), "-opened_at", "-pk")
    )
    return cast("QuerySet[WithAnnotations[Project, Listed]]", found)


def narrowed(
    found: QuerySet[WithAnnotations[Project, Listed]], *, search: str = "", kind: str = "", stage: str = ""
) -> QuerySet[WithAnnotations[Project, Listed]]:
    """Among projects, those whose site or name says this, of this kind, at this stage."""
    if search.strip():
        found = found.filter(Q(site__residence__plain_name__contains=plain(search)) | Q(title__icontains=search.strip()))
    if kind:
        found = found.filter(kind=kind)
    return found.filter(stage=stage) if stage else found


def open_on_site(*, site: int) -> Project | None:
    """The project under way on a priority site."""
    return Project.objects.filter(site=site, closed_at__isnull=True).first()


def of_residence(*, landlord: int, residence: int) -> QuerySet[WithAnnotations[Project, Listed]]:
    """Every project of a residence, the latest first."""
    return projects(landlord=landlord).filter(site__residence=residence).order_by("-opened_at", "-pk")


def of_action(*, action: int) -> QuerySet[Project]:
    """The projects that an action serves."""
    return Project.objects.filter(links__action=action).order_by("pk")


def findings(project: Project, *, withdrawn: bool = False) -> QuerySet[Finding]:
    """The findings of a project, family by family."""
    found = Finding.objects.filter(project=project, withdrawn_at__isnull=not withdrawn)
    return found.select_related("added_by").order_by("family", "pk")


@dataclass(frozen=True, slots=True)
class Line:
    """An action of a project: the plan's action as lists show it, who answers for it among partners, whether they see it."""

    link: ProjectAction
    action: Action


def lines(project: Project) -> list[Line]:
    """The actions of a project, by code, read from the plan. Six SQL queries."""
    links = {
        link.action_id: link
        for link in ProjectAction.objects.filter(project=project).select_related("partner", "action").order_by("pk")
    }
    found = plans.actions(landlord=project.landlord_id).filter(pk__in=links).order_by("pk")
    return [Line(links[action.pk], action) for action in found]


def linkable(project: Project) -> QuerySet[Action]:
    """The actions of the landlord's plans that bear on the site of a project and do not serve it yet."""
    on_site = ActionSite.objects.filter(action=OuterRef("pk"), residence=project.site.residence_id)
    taken = ProjectAction.objects.filter(project=project, action=OuterRef("pk"))
    found = Action.objects.filter(Exists(on_site), plan__landlord=project.landlord_id).exclude(Exists(taken))
    return found.exclude(status=Status.DROPPED).select_related("plan").order_by("-plan__cycle", "pk")


@dataclass(frozen=True, slots=True)
class Part:
    """Residents who took part in a stage: what took place, when, how many, what was said, where it is kept."""

    stage: Stage
    trace: Trace
    on: date
    words: str
    detail: str
    pk: int | None = None
    """Of the trace recorded here; None when it is consultation's."""
    round: int | None = None
    document: int | None = None
    walk: int | None = None
    seen: str = ""
    """What the cited walk noted, in a line."""
    withdrawn: str = ""


def parts(project: Project) -> list[Part]:
    """The part that residents took, stage by stage, withdrawn traces included, in the order of their days. Five SQL queries."""
    rows = list(Involvement.objects.filter(project=project).order_by("held_on", "pk"))
    walks = {walk.pk: walk for walk in visits.walks(landlord=project.landlord_id).filter(pk__in=[row.walk_id for row in rows])}
    found = [_recorded(row, walks.get(row.walk_id)) for row in rows]
    stages = {round_stage(project.pk, stage): stage for stage in Stage}
    rounds = {r.pk: stages[r.stage] for r in Round.objects.filter(landlord=project.landlord_id, stage__in=stages)}
    for meeting in Meeting.objects.filter(round__in=rounds).prefetch_related("present"):
        came = ", ".join(association.name for association in meeting.present.all()) or meeting.get_body_display()
        said = f"{came}. {meeting.note}" if meeting.note else came
        found.append(
            Part(
                rounds[meeting.round_id], Trace.MEETING, meeting.held_on, _people(meeting.tenants), said,
                round=meeting.round_id, withdrawn=meeting.withdrawn_because,
            )
        )  # fmt: skip
    for voice in Voice.objects.filter(round__in=rounds, answered_at__isnull=False).select_related("association"):
        assert voice.answered_at is not None
        found.append(
            Part(
                rounds[voice.round_id], Trace.OPINION, paris_day(voice.answered_at), voice.association.name,
                f"{Opinion(voice.opinion).label}. {voice.text}".strip(), round=voice.round_id,
            )
        )  # fmt: skip
    return sorted(found, key=lambda part: part.on)


def _recorded(row: Involvement, walk: Any) -> Part:
    return Part(
        Stage(row.stage), Trace(row.trace), row.held_on, _people(row.residents), row.note, pk=row.pk,
        document=row.document_id, walk=row.walk_id, seen=_along(walk) if walk else "", withdrawn=row.withdrawn_because,
    )  # fmt: skip


def _along(walk: Any) -> str:
    """What was noted along a walk, in a line."""
    strong, weak = walk.strengths, walk.weaknesses
    strong = f"{strong} points forts" if strong > 1 else f"{strong} point fort"
    weak = f"{weak} points faibles" if weak > 1 else f"{weak} point faible"
    return f"« {walk.title} » : {strong}, {weak}."


def walks_to_cite(project: Project) -> QuerySet[Any]:
    """The restituted walks of the site that a project does not cite yet, the latest first."""
    cited = Involvement.objects.filter(project=project, walk=OuterRef("pk"), withdrawn_at__isnull=True)
    found = visits.walks(landlord=project.landlord_id).filter(residence=project.site.residence_id, closed_at__isnull=False)
    return found.filter(~Exists(cited), held_on__gte=paris_day(project.opened_at))


def residents_of(walk: Walk) -> int:
    """How many of those who live there took part in a walk, their representatives included."""
    counts = visits.participants(walk)
    return sum(counts.get(public, 0) for public in (Public.RESIDENTS, Public.REPRESENTATIVES))


def _people(count: int | None) -> str:
    if not count:
        return ""
    return f"{count} habitants" if count > 1 else "1 habitant"


def current_round(project: Project) -> Round | None:
    """The round under way with the associations for the present stage of a project."""
    stage = round_stage(project.pk, Stage(project.stage))
    return Round.objects.filter(landlord=project.landlord_id, stage=stage, closed_at__isnull=True).first()


def facts(project: Project, *, shown: Sequence[Line] | None = None, heard: Sequence[Part] | None = None) -> ProjectFacts:
    """Everything that decides whether a project may pass its stage; lines and parts already read are not read again."""
    shown = lines(project) if shown is None else shown
    heard = parts(project) if heard is None else heard
    stage = Stage(project.stage)
    return ProjectFacts(
        landlord=project.landlord_id,
        project=project.pk,
        stage=stage,
        diagnosed=project.assessment is not None and project.assessment.status == FINISHED,
        findings=Finding.objects.filter(project=project, withdrawn_at__isnull=True).count(),
        objectives=project.objectives,
        steering=project.steering,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        actions=tuple(_linked(line.action) for line in shown),
        traces=sum(part.stage is stage and not part.withdrawn for part in heard),
        outcome=project.outcome,
        next_steps=project.next_steps,
    )


def _linked(action: Action) -> LinkedAction:
    content = plans.content_of(action, residences=frozenset(site.pk for site in action.residences.all()))
    last_on: date | None = getattr(action, "last_on", None)
    measured = last_on is not None and (content.baseline_on is None or last_on > content.baseline_on)
    return LinkedAction(action.pk, action.code, action.title, content, action.status == Status.DROPPED, measured)


@dataclass(frozen=True, slots=True)
class Effect:
    """An action before and after: its starting value, the target, the latest measure, and whether it got there."""

    line: Line
    better: bool | None
    reached: bool | None


def effects(shown: Sequence[Line]) -> list[Effect]:
    """Before and after, for each action of a project that was not dropped. No more SQL query than the lines'."""
    return [_effect(line) for line in shown if line.action.status != Status.DROPPED]


def _effect(line: Line) -> Effect:
    action, last = line.action, getattr(line.action, "last_value", None)
    if last is None or action.baseline is None or action.target is None:
        return Effect(line, None, None)
    up = action.target > action.baseline
    better = last > action.baseline if up else last < action.baseline
    return Effect(line, better, last >= action.target if up else last <= action.target)


def partners(project: Project) -> QuerySet[Partner]:
    """The partners of a project, those whose access holds first."""
    return Partner.objects.filter(project=project).select_related("person").order_by("-revoked_at", "name", "pk")


def words(project: Project) -> QuerySet[PartnerWord]:
    """What partners said of a project, the latest first."""
    found = PartnerWord.objects.filter(partner__project=project)
    return found.select_related("partner__person", "link__action", "taken_by").order_by("-at", "-pk")


def partner_by(*, token: str, on: date) -> Partner | None:
    """The partner whom a link lets in on a day; None once it is over or revoked."""
    found = Partner.objects.filter(token_digest=digest_of(token), revoked_at__isnull=True, expires_on__gte=on)
    return found.select_related("project__landlord", "project__site__residence", "person").first()


def standing(request: HelpRequest) -> Standing:
    """How far a request for help is."""
    if request.closed_at:
        return Standing.CLOSED
    if request.answered_at:
        return Standing.ANSWERED
    return Standing.ACKNOWLEDGED if request.acknowledged_at else Standing.ASKED


def due_on(request: HelpRequest) -> date | None:
    """The day by which the label's team has to move it."""
    return help_due_on(standing(request), paris_day(request.asked_at))


def help_requests(*, landlord: int, project: int | None = None) -> QuerySet[HelpRequest]:
    """What a landlord asked help for, the latest first."""
    found = HelpRequest.objects.filter(landlord=landlord)
    if project is not None:
        found = found.filter(project=project)
    return (
        found.select_related("landlord", "project__site__residence", "asked_by", "acknowledged_by", "answered_by", "closed_by")
        .prefetch_related("documents")
        .order_by("-asked_at", "-pk")
    )


def help_to_remind(*, on: date) -> list[HelpRequest]:
    """The requests that the label's team should have moved by now, and of which it was not reminded today."""
    waiting = HelpRequest.objects.filter(answered_at__isnull=True, closed_at__isnull=True)
    waiting = waiting.filter(Q(reminded_on__isnull=True) | Q(reminded_on__lt=on)).select_related("landlord", "project")
    return [one for one in waiting.order_by("pk") if (due := due_on(one)) is not None and due < on]


def by_family(found: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings gathered by family, in the order of the list."""
    gathered: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        gathered[finding.get_family_display()].append(finding)
    return dict(gathered)
