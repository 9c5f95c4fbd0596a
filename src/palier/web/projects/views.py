"""The local projects of a landlord: the list, the same as files, one project on one page, on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.plans.queries import plan_of
from palier.plans.rules.action import is_late
from palier.plans.rules.terms import Status
from palier.projects import queries
from palier.projects.models import Project
from palier.projects.queries import Line, Listed
from palier.projects.rules.project import ProjectFacts, may_pass, warnings
from palier.projects.rules.terms import LIVE, Desk, Kind, Stage
from palier.sites.queries import active_sites
from palier.visits.rules import Responsibility
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.plans.views import state_words
from palier.web.projects.forms import FilterForm
from palier.web.ui.shapes import Landing
from palier.web.visits.scope import visible_walks

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PER_PAGE = 25
READ = (Thing.ACTION_PLAN, Right.READ)
WRITE = (Thing.ACTION_PLAN, Right.WRITE)
SORTS = {"nom": "title", "site": "site__residence__plain_name", "etape": "stage", "avancement": "progress", "fin": "ends_on"}
_LANDINGS = {
    Stage.DIAGNOSIS: "Diagnostic partagé",
    Stage.DEFINITION: "Projet défini",
    Stage.IMPLEMENTATION: "Actions menées",
    Stage.EVALUATION: "Effets évalués",
}
STEPS = 3


def project_of(landlord: Landlord, project_id: int) -> Project:
    """A project of this landlord, or a 404."""
    return get_object_or_404(queries.projects(landlord=landlord.pk), pk=project_id)


def _asked(request: Request, landlord: Landlord) -> tuple[FilterForm, QuerySet[WithAnnotations[Project, Listed]], str]:
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.narrowed(
        queries.projects(landlord=landlord.pk),
        search=asked.get("q", ""),
        kind=asked.get("kind", ""),
        stage=asked.get("stage", ""),
    )
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") in SORTS:
        key = F(SORTS[sort.removeprefix("-")])
        found = found.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True), "pk")
    return form, found, sort


@door(GET=READ)
def projects(request: Request, landlord: Landlord) -> HttpResponse:
    """The local projects: on which site, at which stage, how far; and the priority sites without one."""
    form, found, sort = _asked(request, landlord)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    everything = queries.projects(landlord=landlord.pk)
    running = set(everything.filter(closed_at__isnull=True).values_list("site_id", flat=True))
    context = {
        "landlord": landlord,
        "form": form,
        "page": page,
        "rows": [{"project": project, "stage": Stage(project.stage), "kind": Kind(project.kind)} for project in page],
        "total": everything.count(),
        "running": len(running),
        "without": [site for site in active_sites(landlord=landlord.pk) if site.pk not in running],
        "sort": sort,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
        "may_write": bool(request.may(Right.WRITE, Thing.ACTION_PLAN)),
    }
    return render(request, "projects/projects.html", context)


HEADER = (
    "Projet", "Forme", "Site", "Étape", "Logements", "Début", "Fin", "Actions", "Avancement moyen (%)", "Partenaires",
    "Appui demandé", "Objectifs", "Leviers", "Ce que le projet a changé", "Ce qui suit",
)  # fmt: skip


@door(GET=READ)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The same list as a file."""
    if form not in MEDIA_TYPES:
        raise Http404
    _, found, _ = _asked(request, landlord)
    names = queries.levers()
    rows = [
        [
            row.title, Kind(row.kind).short, row.site.residence.name, Stage(row.stage).label, row.homes, row.starts_on,
            row.ends_on, row.actions, round(row.progress) if row.progress is not None else None, row.partners_now,
            "oui" if row.help_open else "non", row.objectives, ", ".join(names[code] for code in row.levers),
            row.outcome, row.next_steps,
        ]
        for row in found
    ]  # fmt: skip
    return spreadsheet(form, "projets-locaux", HEADER, rows)


def landings(facts: ProjectFacts, project: Project) -> list[Landing]:
    """The stages as a staircase; under way, as many steps as the stage asks for."""
    reached = {passage.source: passage.at for passage in project.passages.order_by("pk") if not passage.because}
    found = []
    for stage in LIVE:
        ahead = list(Stage).index(stage) > list(Stage).index(facts.stage)
        if stage is facts.stage:
            lacking = len({reason.code for reason in may_pass(facts).reasons})
            found.append(Landing(_LANDINGS[stage], "doing", steps=STEPS, passed=STEPS - min(lacking, STEPS)))
        elif ahead or (project.abandoned_because and stage not in reached):
            found.append(Landing(_LANDINGS[stage], "todo", steps=STEPS))
        else:
            found.append(Landing(_LANDINGS[stage], "done", steps=STEPS))
    return found


def shown(request: Request, lines: list[Line]) -> list[dict[str, Any]]:
    """The actions of a project as tables show them."""
    rows = []
    for line in lines:
        late = is_late(Status(line.action.status), line.action.due_on, request.on)
        state, word = state_words(line.action, late=late)
        rows.append({"link": line.link, "action": line.action, "state": state, "word": word})
    return rows


def context_of(request: Request, project: Project) -> dict[str, Any]:
    """Everything that the page of a project shows, on screen and on paper."""
    lines, heard = queries.lines(project), queries.parts(project)
    facts = queries.facts(project, shown=lines, heard=heard)
    found, names = list(queries.findings(project)), queries.levers()
    may_write = bool(request.may(Right.WRITE, Thing.ACTION_PLAN))
    plan = plan_of(landlord=project.landlord_id)
    may_help = bool(request.may(Right.READ, Thing.EVIDENCE))
    readable = visible_walks(request, project.landlord).filter(pk__in=[part.walk for part in heard if part.walk])
    asked = queries.help_requests(landlord=project.landlord_id, project=project.pk) if may_help else ()
    return {
        "landlord": project.landlord,
        "project": project,
        "kind": Kind(project.kind),
        "stage": Stage(project.stage),
        "running": project.closed_at is None,
        "facts": facts,
        "verdict": may_pass(facts),
        "warnings": warnings(Kind(project.kind), homes=project.homes, starts_on=project.starts_on, ends_on=project.ends_on),
        "landings": landings(facts, project),
        "levers": [names[code] for code in project.levers],
        "families": queries.by_family(found),
        "answering": [{"label": r.label, "count": sum(f.responsibility == r for f in found)} for r in Responsibility if found],
        "rows": shown(request, lines),
        "effects": queries.effects(lines),
        "heard": [{"stage": stage, "parts": [p for p in heard if p.stage is stage]} for stage in LIVE],
        "round": queries.current_round(project),
        "readable_walks": set(readable.values_list("pk", flat=True)),
        "partners": list(queries.partners(project)),
        "words": list(queries.words(project)),
        "help": [{"row": row, "standing": queries.standing(row), "due": queries.due_on(row)} for row in asked],
        "may_help": may_help,
        "may_write": may_write,
        "may_read_proofs": may_help,
        "may_diagnose": bool(request.may(Right.WRITE, Thing.SITE_RATING)),
        "plan": plan,
    }


def local_projects(request: Request, landlord: Landlord, residence: int) -> list[dict[str, Any]]:
    """The projects of a residence for the page of the site, with the help asked for; what the person may read."""
    if not request.may(Right.READ, Thing.ACTION_PLAN):
        return []
    asked = queries.help_requests(landlord=landlord.pk) if request.may(Right.READ, Thing.EVIDENCE) else ()
    return [
        {
            "project": found,
            "running": found.closed_at is None,
            "word": "Arrêté" if found.abandoned_because else Stage(found.stage).label,
            "help": [
                {"desk": Desk(one.desk).label, "standing": queries.standing(one).label}
                for one in asked
                if one.project_id == found.pk
            ],
        }
        for found in queries.of_residence(landlord=landlord.pk, residence=residence)
    ]


@door(GET=READ)
def project(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """A project on one page: stages, diagnosis, actions, residents, partners, effects, help, what happened."""
    found = project_of(landlord, project_id)
    history = entries_of(request, "projects.project", found.pk, limit=15)
    return render(request, "projects/project.html", context_of(request, found) | {"history": history})


@door(GET=READ)
def whole(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """A project on paper."""
    return render(request, "projects/whole.html", context_of(request, project_of(landlord, project_id)))
