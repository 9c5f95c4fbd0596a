"""Call-backs for the landlord's people: the list, one case with its clock and its history, suppliers, what is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.calendar import add_months
from palier.cases import operations, queries
from palier.cases.models import Case
from palier.cases.rules import CLOSED, TEAM, Clock, State, Step, Urgency, may
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Right, Thing
from palier.verdict import Refusal
from palier.web.cases.forms import MINE, AnswerForm, CallForm, FilterForm, HandForm, OwnerForm, TermsForm, TextForm
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet

OWN = (Thing.CALL_BACKS, Right.WRITE_OWN)
WRITE = (Thing.HOUSEHOLDS, Right.WRITE)
PER_PAGE = 25
MONTHS = 12
_MARKS = {
    State.TO_CALL: "todo",
    State.CALLED: "doing",
    State.ASKED: "doing",
    State.SETTLED: "done",
    State.SILENT: "hidden",
    State.UNREACHED: "refused",
}


def _all(request: Request) -> bool:
    """Whether the person sees every case, and not theirs alone."""
    return bool(request.may(Right.READ, Thing.HOUSEHOLDS))


def seen(request: Request, landlord: Landlord) -> QuerySet[Case]:
    """The cases that the person may open: all by right, theirs and nobody's otherwise."""
    found = queries.cases(landlord=landlord)
    return found if _all(request) else found.filter(Q(owner=request.user) | Q(owner__isnull=True))


def team(request: Request, landlord: Landlord) -> dict[int, Person]:
    """Who may be given a case, by name."""
    return {person.pk: person for person in people_of(landlord=landlord.pk, roles=TEAM, on=request.on).order_by("name", "pk")}


def _asked(request: Request, landlord: Landlord) -> tuple[FilterForm, QuerySet[Case], bool]:
    filters = FilterForm(request.GET or None, team=team(request, landlord) if _all(request) else {})
    asked = filters.cleaned_data if filters.is_valid() else {}
    who = asked.get("qui", "")
    found = queries.narrowed(
        seen(request, landlord),
        text=asked.get("q", ""),
        state=asked.get("etat", ""),
        urgency=asked.get("urgence", ""),
        owner=request.user.pk if who == MINE else int(who or 0) or None,
        on=request.on,
    )
    return filters, found, any(asked.values())


def _label(case: Case) -> str:
    """Where a case of ``queries.cases`` stands; what the team noted for the tenant is said so."""
    settled = case.state == State.SETTLED and case.noted_by  # type: ignore[attr-defined]  # annotated
    return "Réglé, selon le locataire, noté par l’équipe" if settled else State(case.state).label


def line(request: Request, case: Case) -> dict[str, Any]:
    """A case as a line of the list."""
    state = State(case.state)
    clock = Clock.of(case.due_on, request.on) if state is State.TO_CALL else None
    return {
        "case": case,
        "state": state,
        "label": _label(case),
        "mark": _MARKS[state],
        "clock": clock,
        "late": clock is not None and clock.left < 0,
        "urgent": case.urgency == Urgency.DANGER,
    }


@door(GET=OWN)
def cases(request: Request, landlord: Landlord) -> HttpResponse:
    """The cases: those to call first, the most pressing before."""
    filters, found, narrowed = _asked(request, landlord)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "filters": filters,
        "narrowed": narrowed,
        "page": page,
        "rows": [line(request, case) for case in page],
        "standing": queries.standing(seen(request, landlord), on=request.on),
        "others": [] if _all(request) else queries.entrusted_to_others(landlord=landlord, person=request.user),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "query": request.GET.urlencode(),
    }
    return render(request, "cases/cases.html", context)


@door(GET=WRITE)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The list as filtered, as a spreadsheet: neither names nor words of tenants."""
    if form not in MEDIA_TYPES:
        raise Http404
    _, found, _ = _asked(request, landlord)
    header = ["Résidence", "Agence", "Prestataire", "Thème", "Urgence", "Raisons", "Ouvert le", "À rappeler le", "Rappelé le",
              "Où il en est", "Confié à", "Rouvertures"]  # fmt: skip
    rows = (
        [
            case.residence.name, case.agency, case.supplier, case.theme, Urgency(case.urgency).label, ". ".join(case.reasons),
            case.opened_at, case.due_on, case.called_at, _label(case), case.owner.name if case.owner else "",
            case.round,
        ]
        for case in found
    )  # fmt: skip
    return spreadsheet(form, f"rappels-{landlord.pk}-{request.on:%Y-%m-%d}", header, rows)


def case_of(request: Request, landlord: Landlord, case_id: int) -> Case:
    """A case that the person may open, or 404."""
    return get_object_or_404(seen(request, landlord), pk=case_id)


def _page(request: Request, found: Case, status: int = 200, **filled: forms.Form) -> HttpResponse:
    state = State(found.state)
    people = team(request, found.landlord)
    acts: dict[str, Callable[[], forms.Form]] = {}
    if may(Step.CALLED, state):
        acts["call"] = CallForm
    if may(Step.HANDLED, state):
        acts["handled"] = TextForm
    if state in {State.ASKED, State.SILENT}:
        acts["answered"] = AnswerForm
    if may(Step.HANDED, state):
        acts["hand"] = lambda: HandForm(team=people, initial={"to": found.owner_id})
    context = line(request, found) | {
        "landlord": found.landlord,
        "steps": list(queries.steps(found)),
        "forms": {name: filled.get(name) or make() for name, make in acts.items()},
        "closing": may(Step.UNREACHED, state, attempts=found.attempts),
        "may_close": state is State.TO_CALL and found.attempts > 0,
        "closed": state in CLOSED,
    }
    return render(request, "cases/case.html", context, status=status)


@door(GET=OWN)
def case(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """One case: who to call, why, by when, what happened, what comes next."""
    return _page(request, case_of(request, landlord, case_id))


def _act(
    request: Request, found: Case, name: str, form: forms.Form, does: Callable[[dict[str, Any]], None], done: str
) -> HttpResponse:
    if form.is_valid():
        try:
            does(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, done)
            return redirect("case", landlord_id=found.landlord_id, case_id=found.pk)
    return _page(request, found, 422, **{name: form})


@door(POST=OWN)
def call(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """Note a call."""
    found = case_of(request, landlord, case_id)

    def does(given: dict[str, Any]) -> None:
        reached = given["reached"] == "yes"
        operations.note_call(case=found, reached=reached, text=given["text"], by=request.user, at=request.at)

    return _act(request, found, "call", CallForm(request.POST), does, "L’appel est noté.")


@door(POST=OWN)
def handled(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """Say what was done; the tenant is then asked whether it is settled."""
    found = case_of(request, landlord, case_id)

    def does(given: dict[str, Any]) -> None:
        operations.handle(case=found, text=given["text"], by=request.user, at=request.at)

    done = (
        "C’est noté. Le locataire dira si c’est réglé." if found.email else "C’est noté. Demandez au locataire si c’est réglé."
    )
    return _act(request, found, "handled", TextForm(request.POST), does, done)


@door(POST=OWN)
def answered(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """Note what the tenant says on the phone."""
    found = case_of(request, landlord, case_id)

    def does(given: dict[str, Any]) -> None:
        settled = given["settled"] == "yes"
        operations.note_answer(case=found, settled=settled, text=given["text"], by=request.user, at=request.at)

    return _act(request, found, "answered", AnswerForm(request.POST), does, "La réponse du locataire est notée.")


@door(POST=OWN)
def hand(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """Give the case to somebody of the team."""
    found, people = case_of(request, landlord, case_id), team(request, landlord)

    def does(given: dict[str, Any]) -> None:
        operations.hand_over(case=found, to=people[int(given["to"])], by=request.user, at=request.at)

    form = HandForm(request.POST, team=people)
    answer = _act(request, found, "hand", form, does, "Le rappel est confié.")
    return (
        answer
        if form.errors or seen(request, landlord).filter(pk=found.pk).exists()
        else redirect("cases", landlord_id=landlord.pk)
    )


@door(POST=OWN)
def close(request: Request, landlord: Landlord, case_id: int) -> HttpResponse:
    """Close a case whose tenant never answered."""
    found = case_of(request, landlord, case_id)
    operations.close_unreached(case=found, by=request.user, at=request.at)
    messages.success(request, "Le cas est clos, compté à part.")
    return redirect("case", landlord_id=landlord.pk, case_id=found.pk)


@door(GET=WRITE)
def suppliers(request: Request, landlord: Landlord) -> HttpResponse:
    """What the cases of a year say of each supplier, with intervals."""
    since = add_months(request.on, -MONTHS)
    context = {"landlord": landlord, "since": since, "lines": queries.suppliers(landlord=landlord, since=since)}
    return render(request, "cases/suppliers.html", context)


def _terms(request: Request, landlord: Landlord, status: int = 200, **filled: forms.Form) -> HttpResponse:
    people = team(request, landlord)
    named = [(agency, people.get(pk)) for agency, pk in sorted(queries.owners(landlord=landlord).items())]
    context = {
        "landlord": landlord,
        "form": filled.get("form") or TermsForm.of(queries.terms_of(landlord=landlord), None),
        "owner_form": filled.get("owner_form") or OwnerForm(team=people),
        "owners": [(agency or "Toutes les autres agences", person) for agency, person in named if person],
    }
    return render(request, "cases/terms.html", context, status=status)


@door(GET=WRITE, POST=WRITE)
def terms(request: Request, landlord: Landlord) -> HttpResponse:
    """What opens a case, and how long one has."""
    if request.method != "POST":
        return _terms(request, landlord)
    form = TermsForm.of(queries.terms_of(landlord=landlord), request.POST)
    if not form.is_valid():
        return _terms(request, landlord, 422, form=form)
    operations.set_terms(landlord=landlord, terms=form.terms, by=request.user, at=request.at)
    messages.success(request, "Les réglages valent pour les prochains rappels.")
    return redirect("cases_terms", landlord_id=landlord.pk)


@door(POST=WRITE)
def owner(request: Request, landlord: Landlord) -> HttpResponse:
    """Who calls for an agency."""
    people = team(request, landlord)
    form = OwnerForm(request.POST, team=people)
    if not form.is_valid():
        return _terms(request, landlord, 422, owner_form=form)
    person = people.get(int(form.cleaned_data["person"] or 0))
    operations.set_owner(landlord=landlord, agency=form.cleaned_data["agency"], person=person, by=request.user, at=request.at)
    messages.success(request, "C’est enregistré.")
    return redirect("cases_terms", landlord_id=landlord.pk)
