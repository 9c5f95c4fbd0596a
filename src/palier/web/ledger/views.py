"""The readable history of a landlord's file."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render

from palier.calendar import start_of_day
from palier.directory.models import Landlord
from palier.directory.queries import names
from palier.directory.rules import Right, Thing, audiences
from palier.ledger import queries
from palier.ledger.models import Entry
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.ledger.history import PALIER, in_words
from palier.web.ui.forms import DayInput

PAGE = 50
SUBJECTS = {
    "label": "Parcours",
    "committee": "Comité",
    "audits": "Audits",
    "plans": "Plan d’actions",
    "consultation": "Association des locataires",
    "sites": "Sites",
    "stock": "Patrimoine",
    "frameworks": "Évaluations",
    "documents": "Pièces",
    "directory": "Organisme et personnes",
}


class FindForm(forms.Form):
    """What one looks for in the history."""

    text = forms.CharField(label="Contient", required=False, max_length=100)
    person = forms.ChoiceField(label="Personne", required=False)
    subject = forms.ChoiceField(label="Sujet", required=False, choices=[("", "Tous"), *SUBJECTS.items()])
    first = forms.DateField(label="Du", required=False, widget=DayInput())
    last = forms.DateField(label="Au", required=False, widget=DayInput())

    def __init__(self, *args: object, people: dict[int, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        known = sorted(((str(pk), name) for pk, name in people.items()), key=lambda pair: pair[1])
        self.fields["person"].choices = [("", "Toutes"), ("0", PALIER), *known]  # type: ignore[attr-defined]

    def among(self, found: QuerySet[Entry]) -> QuerySet[Entry]:
        """Those of these acts that are looked for; all of them when the form is not understood."""
        if not self.is_valid():
            return found
        asked = self.cleaned_data
        if asked["text"]:
            found = found.filter(content__summary__icontains=asked["text"])
        if asked["person"]:
            found = found.filter(actor_id=int(asked["person"]) or None)  # 0 is Palier itself
        if asked["subject"]:
            found = found.filter(act__startswith=f"{asked['subject']}.")
        if asked["first"]:
            found = found.filter(at__gte=start_of_day(asked["first"]))
        if asked["last"]:
            found = found.filter(at__lt=start_of_day(asked["last"] + timedelta(days=1)))
        return found


def _asked(request: Request, landlord: Landlord) -> tuple[FindForm, QuerySet[Entry]]:
    readable = queries.history(landlord=landlord.pk, audiences=audiences(request.roles))
    people = names(people=set(readable.order_by().values_list("actor_id", flat=True).distinct()))
    form = FindForm(request.GET or None, people=people)
    return form, form.among(readable)


@door(GET=(Thing.HISTORY, Right.READ))
def history(request: Request, landlord: Landlord) -> HttpResponse:
    """Who did what, when: every act that this person may read, latest first."""
    form, found = _asked(request, landlord)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "ledger/history.html",
        {
            "landlord": landlord,
            "form": form,
            "page_obj": page,
            "entries": in_words(page.object_list),
            "query": request.GET.urlencode(),
        },
    )


@door(GET=(Thing.HISTORY, Right.READ))
def export(request: Request, landlord: Landlord, form: str) -> HttpResponse:
    """The same acts as a spreadsheet, with their fingerprints, oldest first."""
    if form not in MEDIA_TYPES:
        raise Http404
    _, found = _asked(request, landlord)
    header = ("N°", "Date et heure (Paris)", "Qui", "A fait", "Code", "Empreinte")
    rows = ((e.number, e.when, e.who, e.summary, e.act, e.digest) for e in in_words(found.order_by("number")))
    return spreadsheet(form, f"journal-{landlord.pk}", header, rows)
