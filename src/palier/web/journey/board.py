"""The board of all journeys: who is where, who holds the ball, what is late; reminders by batch."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.directory.queries import organisations, visible_landlords
from palier.directory.rules import Kind, Right, Thing
from palier.journey import queries
from palier.journey.rules import Order, Pace, State, capital
from palier.label import operations
from palier.label import queries as label
from palier.label.rules.stages import Holder, Landing, Stage
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet

PAGE = 25
WHOLE = 500


class FilterForm(forms.Form):
    """What the list shows."""

    bailleur = forms.CharField(label="Bailleur ou SIREN", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    palier = forms.ChoiceField(
        label="Palier visé", required=False, choices=[("", "Tous"), *((x.value, capital(x.towards)) for x in Landing)]
    )
    main = forms.ChoiceField(
        label="Qui a la main",
        required=False,
        choices=[
            ("", "Tout le monde"),
            *((h.value, capital(h.label)) for h in Holder if h is not Holder.NOBODY),
        ],
    )
    echeance = forms.ChoiceField(
        label="Échéance", required=False, choices=[("", "Toutes"), *((p.value, p.label) for p in Pace)]
    )
    federation = forms.ModelChoiceField(
        label="Fédération", required=False, queryset=organisations(kind=Kind.FEDERATION), empty_label="Toutes"
    )

    etat = forms.ChoiceField(label="État", required=False, choices=[(s.value, s.label) for s in State], initial=State.OPEN)
    sort = forms.ChoiceField(required=False, choices=[(o.value, "") for o in Order], widget=forms.HiddenInput)

    def filters(self) -> queries.Filters:
        """The filters, without those that are malformed."""
        self.is_valid()
        given = self.cleaned_data
        return queries.Filters(
            search=given.get("bailleur") or "",
            state=State(given.get("etat") or State.OPEN),
            order=Order(given.get("sort") or Order.URGENCY),
            landing=Landing(given["palier"]) if given.get("palier") else None,
            holder=Holder(given["main"]) if given.get("main") else None,
            pace=Pace(given["echeance"]) if given.get("echeance") else None,
            federation=given["federation"].pk if given.get("federation") else None,
        )


@door(GET=(Thing.BOARD, Right.READ))
def board(request: Request) -> HttpResponse:
    """All journeys, the open ones and the most urgent first; searched, filtered, sorted, on one page if asked."""
    form = FilterForm(request.GET)
    filters = form.filters()
    found = queries.board(person=request.user, on=request.on, filters=filters)
    page = Paginator(found, WHOLE if "tout" in request.GET else PAGE).get_page(request.GET.get("page"))
    journeys = queries.open_journeys(person=request.user, on=request.on)
    counts = queries.counts(journeys, request.on)
    rows, waited = queries.rows_and_waited_for(
        journeys=list(page.object_list), late=queries.late_ones(journeys, request.on), roles=request.roles, on=request.on
    )
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "groups": _groups(rows, filters),
        "sort": "" if filters.order is Order.URGENCY else filters.order.value,
        "order": _ORDERS[filters.order.removeprefix("-")]
        if filters.state is not State.OVER or filters.order is not Order.URGENCY
        else "du dernier terminé au plus ancien",
        "counts": counts,
        "late": waited,
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
        "filtered": any(value for key, value in request.GET.items() if key not in _NOT_FILTERS),
        "weeks": queries.coming_weeks(journeys, person=request.user, roles=request.roles, on=request.on),
        "may_open": bool(request.may(Right.WRITE, Thing.BOARD)),
        "may_remind": filters.state is not State.OVER and bool(request.may(Right.WRITE, Thing.BOARD)),
        "query": request.GET.urlencode(),
    }
    return render(request, "journey/board.html", context)


_NOT_FILTERS = frozenset({"page", "sort", "tout"})
_ORDERS = {
    "urgency": "du plus urgent au moins urgent",
    "name": "par nom",
    "stage": "par étape",
    "due": "par échéance",
}


def _groups(rows: list[queries.Row], filters: queries.Filters) -> list[dict[str, Any]]:
    """The rows by how near their deadline is, where the list is sorted so; otherwise all together."""
    if filters.order is not Order.URGENCY or filters.state is State.OVER:
        return [{"pace": None, "rows": rows}]
    groups = [{"pace": pace, "rows": [row for row in rows if row.pace is pace]} for pace in Pace]
    return [group for group in groups if group["rows"]]


@door(GET=(Thing.BOARD, Right.READ))
def export(request: Request, form: str) -> HttpResponse:
    """The filtered list as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    wanted = queries.board(person=request.user, on=request.on, filters=FilterForm(request.GET).filters())
    found = list(wanted.select_related("landlord__federation"))
    rows = queries.rows(journeys=found, roles=request.roles, on=request.on)
    header = [
        "Bailleur",
        "SIREN",
        "Famille",
        "Fédération",
        "Logements",
        "Origine du nombre",
        "Cycle",
        "Où il en est",
        "Étape",
        "Qui a la main",
        "Il manque",
        "Représentants de locataires",
        "Échéance",
        "Jours restants",
        "Label jusqu’au",
        "Label suspendu depuis le",
    ]
    lines = (
        [
            row.journey.landlord.name,
            row.journey.landlord.siren,
            row.journey.landlord.get_landlord_type_display(),
            row.journey.landlord.federation.name if row.journey.landlord.federation else "",
            row.dwellings.count,
            "déclarés" if row.dwellings.declared else "patrimoine importé",
            row.journey.cycle,
            row.towards,
            row.step,
            capital(row.holder.label),
            " ".join(reason.sentence for reason in row.missing.reasons),
            row.tenants,
            row.journey.due_on,
            row.days_left,
            row.journey.label_until,
            row.journey.suspended_on,
        ]
        for row in rows
    )
    return spreadsheet(form, f"parcours-{request.on:%Y-%m-%d}", header, lines)


class WhichForm(forms.Form):
    """The landlord whose journey is to be opened: one that has none under way."""

    landlord = forms.ModelChoiceField(
        label="Organisme",
        queryset=Landlord.objects.none(),
        empty_label="Choisir un organisme",
        help_text="Ceux dont aucun parcours n’est ouvert. Un organisme absent de la liste s’inscrit d’abord dans l’annuaire.",
    )

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["landlord"]
        assert isinstance(field, forms.ModelChoiceField)
        found = visible_landlords(person=request.user, on=request.on).filter(closed_on__isnull=True, merged_into__isnull=True)
        under_way = queries.open_journeys(person=request.user, on=request.on)
        field.queryset = found.exclude(pk__in=[one.landlord_id for one in under_way]).order_by("plain_name", "pk")


@door(GET=(Thing.BOARD, Right.WRITE), POST=(Thing.BOARD, Right.WRITE))
def which(request: Request) -> HttpResponse:
    """Choose the landlord whose journey is to be opened."""
    form = WhichForm(request.POST or None, request=request)
    if form.is_valid():
        return redirect("journey_open", landlord_id=form.cleaned_data["landlord"].pk)
    return render(request, "journey/which.html", {"form": form}, status=422 if form.errors else 200)


class ReminderForm(forms.Form):
    """The message of a batch of reminders, read before it leaves."""

    message = forms.CharField(
        label="Votre message",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Laissez vide pour envoyer à chacun le message habituel, écrit ci-dessus. "
        "Les représentants de locataires reçoivent toujours celui de leur consultation.",
    )


@door(GET=(Thing.BOARD, Right.WRITE), POST=(Thing.BOARD, Right.WRITE))
def reminders(request: Request) -> HttpResponse:
    """Remind those who hold the chosen journeys: who receives what is read first, then it leaves."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = [int(pk) for pk in given.getlist("row") if pk.isdecimal() and len(pk) < 19]
    filters = FilterForm(request.GET).filters() if "tous" in given else queries.Filters()
    found = queries.board(person=request.user, on=request.on, filters=filters)
    journeys = list(found if "tous" in given else found.filter(pk__in=chosen))
    form = ReminderForm(request.POST or None)
    plans = label.remindings(journeys=journeys, by=request.user, on=request.on)
    ready = [plan for plan in plans if plan.verdict]
    if request.method == "POST" and form.is_valid() and ready:
        message = form.cleaned_data["message"]
        sent = sum(operations.remind(journey=plan.journey, by=request.user, at=request.at, message=message) for plan in ready)
        one = len(ready) == 1
        messages.success(
            request,
            f"{len(ready)} parcours {'relancé' if one else 'relancés'} : "
            f"{sent} {'message part' if sent == 1 else 'messages partent'} dans quelques minutes.",
        )
        return redirect("board")
    lines = [{"plan": plan, "stage": Stage(plan.journey.stage)} for plan in plans]
    return render(request, "journey/reminders.html", {"form": form, "lines": lines, "ready": ready})
