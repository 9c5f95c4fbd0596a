"""A committee's terms: what they say, what changes, trying them on an imagined vote, publishing the next ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import operations, queries
from palier.committee.models import Committee, TermsVersion
from palier.committee.rules.tally import quorum, tally
from palier.committee.rules.terms import differences, lines, parse
from palier.directory.rules import Right, Thing
from palier.verdict import Conflict, Refusal
from palier.web.committee.composing import READ, WRITE
from palier.web.committee.forms import CommitteeTermsForm, TrialForm
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.ui.forms import SAME


def _version(request: Request, committee_id: int, number: int) -> TermsVersion:
    return get_object_or_404(queries.terms_versions(committee=committee_id, roles=request.roles), number=number)


@door(GET=READ)
def versions(request: Request, committee_id: int) -> HttpResponse:
    """Every version, the one in force marked."""
    found = get_object_or_404(Committee, pk=committee_id)
    listed = list(queries.terms_versions(committee=found.pk, roles=request.roles))
    context = {
        "committee": found,
        "versions": listed,
        "in_force": queries.terms_on(committee=found, on=request.on),
        "draft": next((one for one in listed if one.published_at is None), None),
        "may_write": bool(request.may(Right.WRITE, Thing.COMMITTEE)),
    }
    return render(request, "committee/terms_versions.html", context)


@door(GET=READ)
def version(request: Request, committee_id: int, number: int) -> HttpResponse:
    """One version: what it says, what changes from the one before, and what it makes of an imagined vote."""
    found = _version(request, committee_id, number)
    said = queries.terms_of(found)
    before = found.committee.terms.filter(number=number - 1).first()
    seats = queries.composition(committee=found.committee, on=request.on).voices
    first = {"seats": seats or 13, "present": seats or 13, "recused": 0, "yes": 0, "against": 0, "president": ""}
    trial = TrialForm(request.GET if "matter" in request.GET else None, initial=first)
    result: dict[str, Any] = {}
    if trial.is_valid():
        matter, roll, ballots = trial.scene()
        result = {"quorum": quorum(said, roll), "tally": tally(said, matter, roll, ballots)}
    context = {
        "committee": found.committee,
        "version": found,
        "lines": lines(said),
        "before": before,
        "differences": differences(queries.terms_of(before), said) if before else [],
        "trial": trial,
        "result": result,
        "in_force": queries.terms_on(committee=found.committee, on=request.on) == found,
        "may_write": bool(request.may(Right.WRITE, Thing.COMMITTEE)),
        "history": entries_of(request, "committee.terms", found.pk),
    }
    return render(request, "committee/terms.html", context)


@door(GET=WRITE, POST=WRITE)
def prepare(request: Request, committee_id: int) -> HttpResponse:
    """Draft the next version, or change the one that waits; after somebody else has written it meanwhile, with what differs."""
    found = get_object_or_404(Committee, pk=committee_id)
    last = queries.terms_versions(committee=found.pk, roles=request.roles)[0]
    draft = last if last.published_at is None else None
    day = draft.effective_from if draft else request.on + timedelta(days=30)
    over = draft.drafted_at.isoformat() if draft else ""
    initial = CommitteeTermsForm.initial_of(queries.terms_of(last)) | {"effective_from": day, "over": over}
    form = CommitteeTermsForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"committee": found, "form": form, "last": last, "draft": draft}
    if form.is_valid():
        try:
            kept = _save(request, found, draft, form)
        except Conflict as conflict:
            context |= _both(form, conflict)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                dated = reason.code in {"committee.terms_past", "committee.terms_order"}
                form.add_error("effective_from" if dated else None, reason.sentence)
        else:
            messages.success(request, "Le brouillon est enregistré : relisez ce qui change avant de publier.")
            return redirect("committee_terms_version", committee_id=committee_id, number=kept.number)
    status = 409 if "theirs" in context else 422 if form.errors else 200
    return render(request, "committee/terms_form.html", context, status=status)


def _save(request: Request, committee: Committee, draft: TermsVersion | None, form: CommitteeTermsForm) -> TermsVersion:
    day, over = form.cleaned_data["effective_from"], form.cleaned_data["over"]
    given: dict[str, Any] = {"data": form.plain(), "effective_from": day, "by": request.user, "at": request.at}
    if draft is None:
        return operations.draft_terms(committee=committee, **given)
    return operations.change_terms(draft=draft, over=over, **given)


def _both(form: CommitteeTermsForm, conflict: Conflict) -> dict[str, Any]:
    """What the two drafts say differently, each in its own words."""
    theirs = cast(TermsVersion, conflict.theirs)
    form.stand_on(theirs.drafted_at)
    before, after = queries.terms_of(theirs), parse(form.plain())
    found = differences(before, after)
    if before.title != after.title:
        found.insert(0, ("Titre", before.title, after.title))
    if (day := form.cleaned_data["effective_from"]) != theirs.effective_from:
        found.append(("En vigueur à partir du", f"{theirs.effective_from:%d/%m/%Y}", f"{day:%d/%m/%Y}"))
    return {
        "theirs": theirs,
        "sentence": conflict.verdict.sentence,
        "mine": "\n".join(f"{name} : {value}" for name, _, value in found) or SAME,
        "kept": "\n".join(f"{name} : {value}" for name, value, _ in found) or SAME,
    }


@door(fresh=True, POST=WRITE)
def publish(request: Request, committee_id: int, number: int) -> HttpResponse:
    """Put a draft in force from its day."""
    found = operations.publish_terms(draft=_version(request, committee_id, number), by=request.user, at=request.at)
    messages.success(request, f"La version {found.number} est publiée. Ce qui est déjà décidé garde ses règles.")
    return redirect("committee_terms_version", committee_id=committee_id, number=number)
