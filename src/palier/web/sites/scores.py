"""What the sources say: alerts and their answers, and the sensitivity of a rank, computed when asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing, plain
from palier.sites import operations, queries
from palier.sites.models import ScoreRun, SiteAlert
from palier.sites.rules import AlertState
from palier.sites.scoring import doubt
from palier.sites.scoring.method import versions
from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.vocabulary import Family
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.sites.forms import AlertFilterForm, AnswerForm, ConcludeForm
from palier.web.sites.shown import AlertShown, Shown, factor_label
from palier.web.sites.views import WRITE as RATED
from palier.web.sites.views import current, holds, residence_of

READ = (Thing.SITE_SCORE, Right.READ)
WRITE = (Thing.SITE_SCORE, Right.WRITE)
PER_PAGE = 25
OVER = "terminees"
SORTS = {"nom": "residence__plain_name", "indicateur": "indicator", "depuis": "since", "surete": "q", "reponse": "state"}
# Months of counts without which no alert is raised.
ENOUGH = 18


class _Listing:
    """The alerts of the page, as filtered."""

    def __init__(self, request: Request, landlord: Landlord) -> None:
        everything = queries.alerts(landlord=landlord.pk, ended=True)
        kinds = sorted(set(everything.order_by().values_list("indicator", flat=True)))
        self.filters = AlertFilterForm(
            request.GET or None, indicators=[(key, INDICATORS[key].label) for key in kinds if key in INDICATORS]
        )
        asked = self.filters.cleaned_data if self.filters.is_valid() else {}
        self.narrowed = any(asked.values())
        found = everything.filter(ended_at__isnull=asked.get("etat") != OVER)
        if asked.get("etat") not in {None, "", OVER}:
            found = found.filter(state=asked["etat"])
        if asked.get("indicateur"):
            found = found.filter(indicator=asked["indicateur"])
        if asked.get("q", "").strip():
            found = found.filter(residence__plain_name__contains=plain(asked["q"]))
        self.sort = request.GET.get("sort", "")
        key = SORTS.get(self.sort.removeprefix("-"))
        if key is not None:
            found = found.order_by(f"-{key}" if self.sort.startswith("-") else key, "residence__plain_name", "pk")
        self.found = found


@door(GET=READ)
def alerts(request: Request, landlord: Landlord) -> HttpResponse:
    """The residences that tip over, the unanswered first."""
    listing = _Listing(request, landlord)
    page = Paginator(listing.found, PER_PAGE).get_page(request.GET.get("page"))
    up = queries.alerts(landlord=landlord.pk).order_by().values_list("state", flat=True)
    states = list(up)
    run = queries.latest_run(landlord=landlord.pk)
    context = {
        "landlord": landlord,
        "listing": listing,
        "page": page,
        "rows": [AlertShown(alert) for alert in page],
        "up": len(states),
        "waiting": states.count(AlertState.OPEN),
        "run": run,
        "enough": run is not None and run.watched >= ENOUGH,
        "scoring": queries.scoring(landlord=landlord.pk),
        "query": request.GET.urlencode(),
    }
    return render(request, "sites/alerts.html", context)


@door(GET=READ, POST=WRITE)
def alert(request: Request, landlord: Landlord, alert_id: int) -> HttpResponse:
    """One alert: what moved, since when, how sure, what was answered; a POST answers it."""
    found = get_object_or_404(queries.alert_of(landlord=landlord.pk, pk=alert_id))
    answering = bool(request.may(Right.WRITE, Thing.SITE_SCORE)) and found.ended_at is None
    state = AlertState(found.state)
    concluding = holds(request, RATED) and queries.is_diagnosed(found)
    form: ConcludeForm | AnswerForm | None = None
    if concluding:
        form = ConcludeForm(request.POST or None)
    elif answering:
        form = AnswerForm(request.POST or None, state=state, reason=found.reason)
    if request.method == "POST" and form is not None and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if isinstance(form, ConcludeForm):
                done = operations.conclude_alert(alert=found, level=form.level, reason=reason, by=request.user, at=request.at)
            else:
                answer = AlertState(form.cleaned_data["answer"])
                done = operations.answer_alert(alert=found, answer=answer, reason=reason, by=request.user, at=request.at)
        except Refusal as refusal:
            on_reason = any(one.code == "sites.alert_reason" for one in refusal.verdict.reasons)
            form.add_error("reason" if on_reason else None, refusal.verdict.sentence)
        else:
            return _answered(request, landlord, done)
    context = {
        "landlord": landlord,
        "alert": found,
        "shown": AlertShown(found),
        "state": state,
        "form": form,
        "concluding": concluding,
        "history": entries_of(request, "sites.site_alert", found.pk),
    }
    return render(request, "sites/alert.html", context, status=422 if form and form.errors else 200)


def _answered(request: Request, landlord: Landlord, done: SiteAlert) -> HttpResponse:
    if done.diagnosis_id and done.state == AlertState.DIAGNOSIS:
        messages.success(request, "Le diagnostic est ouvert : la grille commune vous attend. Une personne conclura.")
        return redirect("assessment", landlord_id=landlord.pk, assessment_id=done.diagnosis_id)
    messages.success(request, f"{done.residence.name} : {AlertShown(done).answer.lower()}.")
    return redirect("site_alerts", landlord_id=landlord.pk)


@door(GET=READ)
def export_alerts(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The alerts as filtered, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    header = ["Résidence", "Indicateur", "Depuis", "Avant, par mois", "Après, par mois", "Fausses alertes", "Réponse", "Raison"]
    header += ["Répondu le", "Par", "Vue la première fois", "Retombée le"]
    lines = (
        [
            one.residence.name,
            AlertShown(one).label,
            one.since,
            round(one.before, 2),
            round(one.after, 2),
            round(one.q, 4),
            AlertShown(one).answer,
            one.reason,
            one.answered_at,
            one.answered_by.name if one.answered_by else "",
            one.first_seen_at,
            one.ended_at,
        ]
        for one in _Listing(request, landlord).found
    )
    return spreadsheet(form, f"alertes-{landlord.pk}-{request.on:%Y-%m-%d}", header, lines)


@door(GET=READ)
def sensitivity(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Which choices of method move the rank of a residence, and by how much: computed now, from what made its score."""
    campaign, _ = current(landlord)
    residence = residence_of(landlord, campaign, residence_id, request)
    run = queries.latest_run(landlord=landlord.pk)
    score = queries.score_of(run=run, residence=residence.pk)
    ranked = run is not None and score is not None and score.rank is not None
    context = {
        "landlord": landlord,
        "residence": residence,
        "shown": Shown(score, run) if score and run else None,
        "ranked": ranked,
        "run": run,
        "influences": _influences(run, residence.pk) if run and ranked else [],
    }
    return render(request, "sites/sensitivity.html", context)


def _influences(run: ScoreRun, residence: int) -> list[dict[str, Any]]:
    method = versions()[run.method]
    residences, values = queries.matrix_of(run, keys=method.keys)
    found = doubt.sensitivity(values, method.criteria, method.method, unit=residences.index(residence), size=64)
    families = {family.value: family.label for family in Family}
    largest = max(one.total for one in found) or 1.0
    return [
        {
            "name": factor_label(one.factor, families),
            "note": f"seul : {round(one.first * 100)} %" if one.first >= 0.005 else "seul : presque rien",
            "value": f"{round(one.total * 100)} %",
            "share": round(100 * one.total / largest, 1),
        }
        for one in found
        if one.total >= 0.005
    ]
