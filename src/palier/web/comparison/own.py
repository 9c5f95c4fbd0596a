"""A landlord's own pages: where it stands, what it agrees to bring, which sites it shows to its neighbours."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.comparison import operations, queries
from palier.comparison.rules import NEAR_METRES, last_ended
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.sites import queries as sites
from palier.web.comparison.forms import ConsentForm, SiteForm
from palier.web.comparison.shown import charts, own_rows
from palier.web.comparison.views import HEADER, ordered
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet

READ = (Thing.COMPARED_FIGURES, Right.READ)
WRITE = (Thing.COMPARED_FIGURES, Right.WRITE)


@door(GET=READ)
def own(request: Request, landlord: Landlord) -> HttpResponse:
    """One's own figures of the last quarter published, among the others'."""
    periods = queries.periods()
    rows = own_rows(queries.own_figures(landlord=landlord, period=periods[0])) if periods else []
    context = {
        "landlord": landlord,
        "period": periods[0] if periods else None,
        "coming": last_ended(request.on),
        "rows": ordered(rows, request.GET.get("sort", "")),
        "sort": request.GET.get("sort", ""),
        "charts": charts(rows),
        "consents": queries.consents(landlord=landlord).count(),
        "may_write": bool(request.may(Right.WRITE, Thing.COMPARED_FIGURES)),
    }
    return render(request, "comparison/own.html", context)


@door(GET=READ)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """One's own figures among the others', as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    periods = queries.periods()
    rows = own_rows(queries.own_figures(landlord=landlord, period=periods[0])) if periods else []
    lines = [
        [
            periods[0].label,
            row.publication.territory_name,
            row.indicator.label,
            row.indicator.unit,
            row.publication.contributors,
            row.publication.homes,
            *(["masqué"] * 3 if row.hidden else [row.publication.low, row.publication.median, row.publication.high]),
            row.own,
            row.standing.label if row.standing else "",
        ]
        for row in rows
    ]
    return spreadsheet(form, "notre-comparaison", [*HEADER, "Votre chiffre", "Votre place"], lines)


@door(GET=READ, POST=WRITE)
def consents(request: Request, landlord: Landlord) -> HttpResponse:
    """What the landlord agrees to bring, indicator by indicator."""
    held = list(queries.consents(landlord=landlord))
    initial = ConsentForm.initial_of([(c.indicator, c.territory) for c in held])
    form = ConsentForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given, dropped = operations.agree(landlord=landlord, wanted=form.wanted, by=request.user, at=request.at)
        said = (
            f"{given} accord{'s' if given > 1 else ''} de plus, {dropped} de moins." if given or dropped else "Rien n’a changé."
        )
        messages.success(request, f"{said} Cela vaut pour les prochains trimestres publiés.")
        return redirect("own_comparison", landlord_id=landlord.pk)
    context = {
        "landlord": landlord,
        "form": form,
        "since": min((c.given_at for c in held), default=None),
        "count": len(held),
        "may_write": bool(request.may(Right.WRITE, Thing.COMPARED_FIGURES)),
    }
    return render(request, "comparison/consents.html", context, status=422 if form.errors else 200)


@door(GET=READ, POST=WRITE)
def neighbours(request: Request, landlord: Landlord) -> HttpResponse:
    """One's own priority sites: whether each is shown, and which sites of other landlords are next to it."""
    if request.method == "POST":
        form = SiteForm(request.POST)
        if not form.is_valid():
            raise Http404
        site = get_object_or_404(sites.active_sites(landlord=landlord.pk), pk=form.cleaned_data["site"])
        if form.cleaned_data["show"]:
            operations.show_site(site=site, by=request.user, at=request.at)
            messages.success(request, f"{site.residence.name} est montrée aux organismes voisins.")
        else:
            operations.hide_site(site=site, by=request.user, at=request.at)
            messages.success(request, f"{site.residence.name} n’est plus montrée.")
        return redirect("comparison_neighbours", landlord_id=landlord.pk)
    shown = {consent.site_id: consent for consent in queries.shown_sites(landlord=landlord)}
    rows = [
        {"site": site, "near": near, "shown": shown.get(site.pk)}
        for site, near in queries.neighbours(landlord=landlord, on=request.on)
    ]
    context = {
        "landlord": landlord,
        "rows": rows,
        "near": NEAR_METRES,
        "may_write": bool(request.may(Right.WRITE, Thing.COMPARED_FIGURES)),
    }
    return render(request, "comparison/neighbours.html", context)
