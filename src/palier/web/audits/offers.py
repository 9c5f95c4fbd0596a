"""An auditor's own pages: their missions, and a consultation to answer before any file opens to them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import operations, queries
from palier.audits.models import Mission
from palier.audits.operations import Proposal
from palier.audits.rules.missions import AT_WORK, HELD, OFFERED, STATEMENT, State, follows, holder
from palier.directory import queries as directory
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.documents.operations import Received, keep
from palier.french import linked
from palier.label.rules.rulesets import Audit
from palier.ledger.rules import Audience
from palier.stock import queries as stock
from palier.verdict import Verdict
from palier.web.audits.forms import BecauseForm, IndependenceForm, ProposalForm
from palier.web.audits.shown import said_in
from palier.web.documents.files import receives
from palier.web.doors import Open, Request, door, refused

PER_PAGE = 25


@door(GET=Open.SIGNED_IN)
def missions(request: Request) -> HttpResponse:
    """The missions of the person: to answer, under way, past."""
    found = queries.offers(person=request.user, on=request.on)
    over = Paginator(found.exclude(state__in=OFFERED | AT_WORK), PER_PAGE).get_page(request.GET.get("page"))
    waiting = queries.unanswered(person=request.user)
    context = {
        "offered": found.filter(state__in=OFFERED),
        "at_work": [_line(m, unanswered=m.pk in waiting) for m in found.filter(state__in=AT_WORK)],
        "over": over,
        "accreditations": [
            {"row": one, "standing": queries.as_rule(one).standing(request.on)}
            for one in queries.register(on=request.on).filter(person=request.user)
        ],
        "auditor": Role.AUDITOR in request.roles,
    }
    return render(request, "audits/my_missions.html", context)


def _line(mission: Mission, *, unanswered: bool) -> dict[str, object]:
    side = holder(State(mission.state), plan_proposed=mission.plan_proposed_at is not None, unanswered=unanswered)
    return {"mission": mission, "state": State(mission.state), "side": side}


def _mine(request: Request, mission_id: int) -> Mission:
    return get_object_or_404(queries.offers(person=request.user, on=request.on), pk=mission_id)


def _receive(request: Request, mission_id: int) -> Received | None:
    _mine(request, mission_id)  # nobody else lays a file here
    return receives("file")(request)


def _among(request: Request, missions: set[int]) -> set[int]:
    return set(queries.offers(person=request.user, on=request.on).filter(pk__in=missions).values_list("pk", flat=True))


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN, before=_receive, among=_among)
def offer(request: Request, mission_id: int) -> HttpResponse:
    """A consultation: what is asked, the proposal, the declaration. A mission has its own page while the file is open."""
    mission = _mine(request, mission_id)
    file_open = directory.opened(held=request.held, landlord=mission.landlord_id, on=request.on) is not None
    if mission.state in HELD and file_open and request.method == "GET":
        return redirect("mission", landlord_id=mission.landlord_id, mission_id=mission.pk)
    shown = {name: getattr(mission, name) for name in ("amount", "days", "starts_on", "ends_on", "approach")}
    form = ProposalForm(request.POST or None, request.FILES or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        with said_in(form):
            _propose(request, mission, form)
            messages.success(request, "Votre proposition est envoyée. Vous pouvez la modifier jusqu’au choix de l’organisme.")
            return redirect("offer", mission_id=mission.pk)
    return _page(request, mission, form=form)


def _propose(request: Request, mission: Mission, form: ProposalForm) -> None:
    given = form.cleaned_data
    received = request.ready()
    document = _deposit(request, mission, received) if received else mission.proposal
    proposal = Proposal(given["amount"], given["days"], given["starts_on"], given["ends_on"], given["approach"], document)
    operations.propose(mission=mission, proposal=proposal, by=request.user, at=request.at)


def _deposit(request: Request, mission: Mission, received: Received) -> Document:
    """The detailed proposal, for the landlord and the label's team: other auditors never read it."""
    version = keep(
        landlord=mission.landlord,
        received=received,
        title=f"Proposition {linked('de', mission.firm.name)}",
        kind="proposal",
        audience=Audience.LANDLORD,
        by=request.user,
        at=request.at,
    )
    return version.document


def _page(
    request: Request, mission: Mission, *, form: ProposalForm | None = None, independence: IndependenceForm | None = None
) -> HttpResponse:
    days = {request.on, *(day for day in (mission.starts_on, mission.ends_on) if day)}
    verdict: Verdict = queries.accreditation_on(mission=mission, days=days)
    years = queries.independence_years(on=request.on)
    advised = {"advised": "yes" if mission.advised_until else "no"} if mission.declared_at else {}
    context = {
        "mission": mission,
        "audit": Audit(mission.audit),
        "state": State(mission.state),
        "answering": mission.state in OFFERED,
        "summary": stock.stock_summary(landlord=mission.landlord_id, on=request.on),
        "form": form
        or ProposalForm(initial={n: getattr(mission, n) for n in ("amount", "days", "starts_on", "ends_on", "approach")}),
        "independence": independence
        or IndependenceForm(initial={**advised, "advised_until": mission.advised_until, "ties": mission.ties}),
        "statement": STATEMENT,
        "clues": queries.clues(mission, years=years, on=request.on),
        "years": years,
        "accreditation": verdict,
        "independent": queries.independence(mission, years=years, on=request.on) if mission.declared_at else Verdict(),
    }
    failed = any(one is not None and one.errors for one in (form, independence))
    return render(request, "audits/offer.html", context, status=422 if failed else 200)


@door(fresh=True, POST=Open.SIGNED_IN)
def declare(request: Request, mission_id: int) -> HttpResponse:
    """Sign the declaration of independence."""
    mission = _mine(request, mission_id)
    form = IndependenceForm(request.POST)
    if form.is_valid():
        with said_in(form):
            operations.declare_independence(
                mission=mission,
                advised_until=form.cleaned_data["advised_until"],
                ties=form.cleaned_data["ties"],
                by=request.user,
                at=request.at,
            )
            messages.success(request, "Votre déclaration est signée. L’organisme et l’équipe du label la lisent.")
            return redirect("offer", mission_id=mission.pk)
    return _page(request, mission, independence=form)


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def decline(request: Request, mission_id: int) -> HttpResponse:
    """Decline a consultation, with the reason."""
    mission = _mine(request, mission_id)
    if mission.state not in OFFERED:
        return refused(request, follows("decline", State(mission.state)), status=422)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.end(mission=mission, act="decline", because=form.cleaned_data["because"], by=request.user, at=request.at)
        messages.success(request, "La consultation est déclinée. L’organisme en est informé.")
        return redirect("my_missions")
    return render(request, "audits/decline.html", {"mission": mission, "form": form}, status=422 if form.errors else 200)
