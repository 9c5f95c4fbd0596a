"""The register of auditors: who is accredited for what, and until when; granting, suspending, withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import operations, queries
from palier.audits.models import Accreditation
from palier.audits.rules.accreditation import LASTS_MONTHS, Standing
from palier.audits.rules.findings import FEEDBACK_CRITERIA
from palier.calendar import add_months
from palier.committee import queries as committee
from palier.directory.models import Membership, dated
from palier.directory.rules import Kind, Right, Role, Thing
from palier.french import elided
from palier.label.rules.rulesets import Audit
from palier.minutes import queries as minutes
from palier.verdict import Verdict, require
from palier.web.audits.forms import GrantForm, RegisterForm, TermsForm
from palier.web.audits.shown import said_in
from palier.web.doors import Request, door

READ = (Thing.AUDITOR_APPROVAL, Right.READ)
WRITE = (Thing.AUDITOR_APPROVAL, Right.WRITE)
PER_PAGE = 25
SORTS = {"nom": "person__name", "cabinet": "firm__plain_name", "fin": "ends_on"}
# These read what was said of auditors, and all their missions.
_SCHEME = frozenset({Role.REFERENT, Role.ADMINISTRATOR})


def _of_person(request: Request, found: QuerySet[Any]) -> QuerySet[Any]:
    """An auditor reads their own accreditations; the others read the register."""
    return found.filter(person=request.user) if request.roles <= {Role.AUDITOR} else found


@door(GET=READ)
def auditors(request: Request) -> HttpResponse:
    """The register."""
    form = RegisterForm(request.GET or None, standings=Standing)
    asked = form.cleaned_data if form.is_valid() else {}
    audit = Audit(asked["audit"]) if asked.get("audit") else None
    found = _of_person(request, queries.register(on=request.on, search=asked.get("q", ""), audit=audit))
    if asked.get("etat"):
        found = found.filter(standing=asked["etat"])
    sort = request.GET.get("sort", "nom")
    if sort.removeprefix("-") not in SORTS:
        sort = "nom"
    key = SORTS[sort.removeprefix("-")]
    page = Paginator(found.order_by(f"-{key}" if sort.startswith("-") else key, "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    managing = bool(request.may(Right.WRITE, Thing.AUDITOR_APPROVAL))
    context = {
        "form": form,
        "page": page,
        "rows": [{"row": one, "standing": Standing(one.standing), "scope": _scope(one)} for one in page],
        "granted": queries.register(on=request.on).filter(standing=Standing.GRANTED).count(),
        "filtered": any(asked.values()),
        "sort": sort,
        "managing": managing,
        "counting": bool(request.roles & _SCHEME),
        "decided": minutes.concerning(person=request.user, on=request.on),
        "years": queries.independence_years(on=request.on),
        "terms": TermsForm(
            initial={"independence_years": queries.independence_years(on=request.on), "effective_from": request.on}
        )
        if managing
        else None,
    }
    return render(request, "audits/auditors.html", context)


def _scope(one: Accreditation) -> str:
    return ", ".join(audit.label for audit in Audit if audit.value in one.scope)


@door(GET=WRITE, POST=WRITE)
def grant(request: Request) -> HttpResponse:
    """Accredit an auditor."""
    members = (
        Membership.objects.filter(dated(request.on), role=Role.AUDITOR, organisation__kind=Kind.AUDIT_FIRM)
        .select_related("person", "organisation")
        .order_by("organisation__plain_name", "person__name")
    )
    proposed = {"starts_on": request.on, "ends_on": add_months(request.on, LASTS_MONTHS), "scope": [a.value for a in Audit]}
    form = GrantForm(request.POST or None, members=members, initial=proposed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with said_in(form):
            accreditation = operations.grant(
                person=given["member"].person,
                firm=given["member"].organisation,
                starts_on=given["starts_on"],
                ends_on=given["ends_on"],
                scope=[Audit(audit) for audit in given["scope"]],
                trained_on=given["trained_on"],
                by=request.user,
                at=request.at,
            )
            messages.success(request, f"L’agrément {elided('de', accreditation.person.name)} est enregistré.")
            return redirect("auditor", accreditation_id=accreditation.pk)
    return render(request, "audits/grant.html", {"form": form, "members": members}, status=422 if form.errors else 200)


@door(GET=READ)
def auditor(request: Request, accreditation_id: int) -> HttpResponse:
    """One auditor: the accreditation, those before, and for the label's team the missions and what was said."""
    found = get_object_or_404(_of_person(request, queries.accreditations()), pk=accreditation_id)
    scheme, managing = bool(request.roles & _SCHEME), bool(request.may(Right.WRITE, Thing.AUDITOR_APPROVAL))
    said = queries.feedback_on(people=[found.person_id]).get(found.person_id, []) if scheme else []
    context = {
        "row": found,
        "standing": queries.as_rule(found).standing(request.on),
        "scope": _scope(found),
        "suspensions": sorted(found.suspensions.all(), key=lambda s: s.starts_on, reverse=True),
        "others": [
            {"row": one, "standing": queries.as_rule(one).standing(request.on), "scope": _scope(one)}
            for one in queries.accreditations(person=found.person)
            if one.pk != found.pk
        ],
        "matters": committee.matters_of(accreditation=found.pk, person=request.user, roles=request.roles, on=request.on)
        if request.may(Right.READ, Thing.BALLOT)
        else [],
        "scheme": scheme,
        "missions": queries.past_missions(person=found.person) if scheme else [],
        "feedback": [{"row": one, "marks": [(FEEDBACK_CRITERIA[c], one.marks[c]) for c in FEEDBACK_CRITERIA]} for one in said],
        "managing": managing,
        "apart": _may_decide_apart(accreditation_id) if managing else None,
        "decided": minutes.on_accreditations_of(auditor=found.person)
        & minutes.extracts_for(person=request.user, roles=request.roles, on=request.on),
    }
    return render(request, "audits/auditor.html", context)


def _one(accreditation_id: int) -> Accreditation:
    return get_object_or_404(queries.accreditations(), pk=accreditation_id)


def _apart(accreditation_id: int) -> Accreditation:
    """An accreditation on which no session is to vote."""
    require(_may_decide_apart(accreditation_id))
    return _one(accreditation_id)


def _may_decide_apart(accreditation_id: int) -> Verdict:
    return committee.may_decide_apart(waiting=committee.awaiting(accreditation=accreditation_id))


@door(fresh=True, POST=WRITE)
def suspend(request: Request, accreditation_id: int) -> HttpResponse:
    """Suspend an accreditation."""
    found, because = _apart(accreditation_id), request.POST.get("because", "")
    operations.suspend(accreditation=found, because=because, by=request.user, at=request.at)
    messages.success(request, f"L’agrément {elided('de', found.person.name)} est suspendu dès aujourd’hui.")
    return redirect("auditor", accreditation_id=accreditation_id)


@door(fresh=True, POST=WRITE)
def lift(request: Request, accreditation_id: int) -> HttpResponse:
    """Lift a suspension."""
    found = _apart(accreditation_id)
    operations.lift(accreditation=found, by=request.user, at=request.at)
    messages.success(request, f"La suspension {elided('de', found.person.name)} est levée.")
    return redirect("auditor", accreditation_id=accreditation_id)


@door(fresh=True, POST=WRITE)
def withdraw(request: Request, accreditation_id: int) -> HttpResponse:
    """Withdraw an accreditation."""
    found, because = _apart(accreditation_id), request.POST.get("because", "")
    operations.withdraw(accreditation=found, because=because, by=request.user, at=request.at)
    messages.success(request, f"L’agrément {elided('de', found.person.name)} est retiré.")
    return redirect("auditor", accreditation_id=accreditation_id)


@door(POST=WRITE)
def terms(request: Request) -> HttpResponse:
    """Set the years between advising a landlord and auditing it."""
    form = TermsForm(request.POST)
    if form.is_valid():
        operations.set_terms(by=request.user, at=request.at, **form.cleaned_data)
        messages.success(request, "La règle est enregistrée.")
    else:
        messages.error(request, "Indiquez un nombre d’années et une date.")
    return redirect("auditors")
