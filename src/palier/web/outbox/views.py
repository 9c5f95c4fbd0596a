"""Messages: those of a landlord's journey, one's own, how one wants to be told, and those that could not leave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.queries import names
from palier.directory.rules import Right, Thing, audiences
from palier.outbox import operations, queries
from palier.outbox.models import Message, State
from palier.outbox.rules import EVENTS, Pace
from palier.web.doors import Open, Request, door, roles_of
from palier.web.health import pulse

PAGE = 30
# The shape and colour of each state: ``<c-state kind="">``.
_KINDS = {
    State.WAITING: "todo",
    State.SENT: "done",
    State.CANCELLED: "info",
    State.SILENT: "info",
    State.DEAD: "refused",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A message as shown: who it is for, what stands of it, and its link unless it lets somebody in."""

    message: Message
    to: str
    event: str
    kind: str
    state: str
    link: str


def rows(found: Iterable[Message]) -> list[Row]:
    """Messages as shown, the names of their people in one query."""
    shown = list(found)
    people = names(people={m.person_id for m in shown})
    return [
        Row(
            message=m,
            to=people.get(m.person_id, ""),
            event=EVENTS[m.event].label,
            kind=_KINDS[State(m.state)],
            state=State(m.state).label,
            link="" if EVENTS[m.event].secret else m.link,
        )
        for m in shown
    ]


def _page(request: Request, found: Iterable[Message]) -> Page[Message]:
    return Paginator(cast(list[Message], found), PAGE).get_page(request.GET.get("page"))


class FindForm(forms.Form):
    """What one looks for among messages."""

    event = forms.ChoiceField(
        label="Sujet",
        required=False,
        choices=[("", "Tous"), *((code, event.label) for code, event in EVENTS.items() if not event.secret)],
    )
    state = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *State.choices])


@door(GET=(Thing.HISTORY, Right.READ))
def of_landlord(request: Request, landlord: Landlord) -> HttpResponse:
    """Every message about a landlord's journey: to whom, when, and what became of it."""
    found = queries.of_landlord(landlord=landlord.pk, audiences=audiences(request.roles), person=request.user.pk)
    form = FindForm(request.GET)
    if form.is_valid():
        found = found.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    page = _page(request, found)
    return render(
        request,
        "outbox/of_landlord.html",
        {"landlord": landlord, "form": form, "page_obj": page, "rows": rows(page.object_list)},
    )


@door(GET=Open.SIGNED_IN)
def mine(request: Request) -> HttpResponse:
    """Every message to oneself."""
    page = _page(request, queries.of_person(person=request.user.pk))
    return render(request, "outbox/mine.html", {"page_obj": page, "rows": rows(page.object_list)})


class PreferencesForm(forms.Form):
    """One choice an event; what calls for an act cannot be refused."""

    def __init__(self, *args: object, paces: dict[str, Pace], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for code, pace in paces.items():
            offered = [p for p in Pace if EVENTS[code].may_refuse or p is not Pace.NEVER]
            self.fields[code.replace(".", "-")] = forms.ChoiceField(
                label=EVENTS[code].label, choices=[(p.value, p.label) for p in offered], initial=pace.value
            )


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def preferences(request: Request) -> HttpResponse:
    """How one wants to be told of each event."""
    paces = queries.paces(person=request.user.pk, roles=roles_of(request))
    form = PreferencesForm(request.POST or None, paces=paces)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            code = name.replace("-", ".")
            if Pace(value) is not paces[code]:
                operations.choose(person=request.user.pk, event=code, pace=Pace(value))
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("preferences")
    return render(request, "outbox/preferences.html", {"form": form})


@door(GET=(Thing.INSTALLATION, Right.READ))
def dead_letters(request: Request) -> HttpResponse:
    """Messages that could not leave after all tries, and why."""
    page = _page(request, queries.dead())
    context = {"page_obj": page, "rows": rows(page.object_list), "pulse": pulse(at=request.at)}
    return render(request, "outbox/dead_letters.html", context)


@door(POST=(Thing.INSTALLATION, Right.READ))
def resend(request: Request, pk: int) -> HttpResponse:
    """Put a message back in the queue."""
    operations.resend(pk=pk, by=request.user.pk, at=request.at)
    messages.success(request, "Le message repart dans la minute.")
    return redirect("dead_letters")


class DismissForm(forms.Form):
    """Why a message will not be sent."""

    because = forms.CharField(
        label="Raison", max_length=200, help_text="Par exemple « prévenue par téléphone ». Elle reste au journal."
    )


@door(GET=(Thing.INSTALLATION, Right.READ), POST=(Thing.INSTALLATION, Right.READ))
def dismiss(request: Request, pk: int) -> HttpResponse:
    """Give a message up, with the reason."""
    message = get_object_or_404(queries.dead(), pk=pk)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.dismiss(pk=pk, because=form.cleaned_data["because"], by=request.user.pk, at=request.at)
        messages.success(request, "Le message est classé. La raison reste au journal.")
        return redirect("dead_letters")
    return render(request, "outbox/dismiss.html", {"row": rows([message])[0], "form": form})
