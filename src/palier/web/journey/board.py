"""The board of all journeys: who is where, who holds the ball, what is late; reminders by batch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from palier.directory.queries import organisations
from palier.directory.rules import Kind, Right, Thing
from palier.journey import queries
from palier.journey.rules import Pace, capital
from palier.label import operations
from palier.label.rules.stages import Holder, Landing, Stage
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet

PAGE = 25


class FilterForm(forms.Form):
    """What the list shows."""

    bailleur = forms.CharField(label="Bailleur", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    palier = forms.ChoiceField(
        label="Palier visé", required=False, choices=[("", "Tous"), *((x.value, capital(x.towards)) for x in Landing)]
    )
    main = forms.ChoiceField(
        label="Qui a la main",
        required=False,
        choices=[
            ("", "Tout le monde"),
            *((h.value, capital(h.label)) for h in Holder if h not in (Holder.NOBODY, Holder.REPRESENTATIVES)),
        ],
    )
    echeance = forms.ChoiceField(
        label="Échéance", required=False, choices=[("", "Toutes"), *((p.value, p.label) for p in Pace)]
    )
    federation = forms.ModelChoiceField(
        label="Fédération", required=False, queryset=organisations(kind=Kind.FEDERATION), empty_label="Toutes"
    )

    def filters(self) -> queries.Filters:
        """The filters, without those that are malformed."""
        self.is_valid()
        given = self.cleaned_data
        return queries.Filters(
            search=given.get("bailleur") or "",
            landing=Landing(given["palier"]) if given.get("palier") else None,
            holder=Holder(given["main"]) if given.get("main") else None,
            pace=Pace(given["echeance"]) if given.get("echeance") else None,
            federation=given["federation"].pk if given.get("federation") else None,
        )


@door(GET=(Thing.BOARD, Right.READ))
def board(request: Request) -> HttpResponse:
    """All open journeys, the most urgent first."""
    form = FilterForm(request.GET)
    found = queries.board(person=request.user, on=request.on, filters=form.filters())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = queries.rows(journeys=list(page.object_list), roles=request.roles, on=request.on)
    groups = [{"pace": pace, "rows": [row for row in rows if row.pace is pace]} for pace in Pace]
    counts = queries.counts(person=request.user, on=request.on)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "groups": [group for group in groups if group["rows"]],
        "total": counts.total,
        "late": counts.late,
        "landings": [
            {
                "count": line.count,
                "late": line.late,
                "name": line.landing.towards,
                "url": f"{reverse('board')}?palier={line.landing}#list",
                "steps": 1,
                "marks": ("",),
                "state": "",
            }
            for line in counts.landings
        ],
        "filtered": bool(request.GET.keys() - {"page"}),
        "weeks": queries.coming_weeks(person=request.user, on=request.on),
        "may_remind": bool(request.may(Right.WRITE, Thing.BOARD)),
        "query": request.GET.urlencode(),
    }
    return render(request, "journey/board.html", context)


@door(GET=(Thing.BOARD, Right.READ))
def export(request: Request, form: str) -> HttpResponse:
    """The filtered list as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    found = list(queries.board(person=request.user, on=request.on, filters=FilterForm(request.GET).filters()))
    rows = queries.rows(journeys=found, roles=request.roles, on=request.on)
    header = [
        "Bailleur",
        "SIREN",
        "Famille",
        "Logements",
        "Où il en est",
        "Étape",
        "Qui a la main",
        "Il manque",
        "Échéance",
        "Label jusqu’au",
    ]
    lines = (
        [
            row.journey.landlord.name,
            row.journey.landlord.siren,
            row.journey.landlord.get_landlord_type_display(),
            row.journey.landlord.declared_dwellings,
            row.towards,
            row.step,
            row.holder.label,
            row.missing.sentence,
            row.journey.due_on,
            row.journey.label_until,
        ]
        for row in rows
    )
    return spreadsheet(form, f"parcours-{request.on:%Y-%m-%d}", header, lines)


class ReminderForm(forms.Form):
    """The message of a batch of reminders, read before it leaves."""

    message = forms.CharField(
        label="Votre message",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Laissez vide pour le message habituel : l’étape, ce qu’il reste à faire et l’échéance.",
    )


@door(GET=(Thing.BOARD, Right.WRITE), POST=(Thing.BOARD, Right.WRITE))
def reminders(request: Request) -> HttpResponse:
    """Remind those who hold the chosen journeys: who receives what is read first, then it leaves."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = [int(pk) for pk in given.getlist("row") if pk.isdigit()]
    found = list(queries.board(person=request.user, on=request.on, filters=queries.Filters()).filter(pk__in=chosen))
    form = ReminderForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and found:
        sent = sum(
            operations.remind(journey=journey, by=request.user, at=request.at, message=form.cleaned_data["message"])
            for journey in found
        )
        messages.success(request, f"{len(found)} parcours relancés : {sent} messages partent dans quelques minutes.")
        return redirect("board")
    lines = [{"journey": journey, "stage": Stage(journey.stage)} for journey in found]
    return render(request, "journey/reminders.html", {"form": form, "lines": lines})
