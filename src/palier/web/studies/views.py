"""The association's pages: its editions, and one of them live. They say who answered, never what."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Organisation
from palier.directory.rules import Kind, LandlordType, Right, Role, Thing
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.rules.form import Audience
from palier.studies import operations, queries
from palier.studies.models import Study, StudyAnswer
from palier.studies.rules.editions import Size, State, coverage, may_remind, size_of, state_of, still_open
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.studies.forms import OpenForm

READ, WRITE = (Thing.STUDIES, Right.READ), (Thing.STUDIES, Right.WRITE)
PER_PAGE = 40
MARKS = {State.INVITED: "todo", State.STARTED: "doing", State.HANDED: "doing", State.VALIDATED: "done"}


def houses(request: Request) -> list[Organisation]:
    """The regional associations that somebody works for."""
    held = [m.organisation for m in request.held if m.role == Role.RELAY]
    return [one for one in held if one.kind == Kind.REGIONAL_ASSOCIATION]


def study_of(request: Request, study_id: int) -> Study:
    """An edition of one's own association, or a 404."""
    return get_object_or_404(queries.studies_of(associations=[one.pk for one in houses(request)]), pk=study_id)


@door(GET=READ)
def studies(request: Request) -> HttpResponse:
    """The editions of one's association, each with its coverage."""
    found = queries.studies_of(associations=[one.pk for one in houses(request)])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"study": one, "coverage": queries.coverage_of(one)} for one in page]
    context = {
        "page": page,
        "rows": rows,
        "houses": houses(request),
        "may_write": bool(request.may(Right.WRITE, Thing.STUDIES)),
    }
    return render(request, "studies/studies.html", context)


@door(GET=WRITE, POST=WRITE)
def open_one(request: Request) -> HttpResponse:
    """Open an edition: which questionnaire, until when. Members are invited at once."""
    own = houses(request)
    if not own:
        return redirect("studies")
    versions = questionnaires.versions(organisations=[one.pk for one in own])
    versions = versions.filter(questionnaire__audience=Audience.LANDLORDS)
    initial = {"year": request.on.year}
    form = OpenForm(request.POST or None, initial=initial, associations=own, versions=versions)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            study = operations.open_study(
                association=next(one for one in own if str(one.pk) == said["association"]),
                questionnaire=next(one for one in versions if str(one.pk) == said["questionnaire"]),
                name=said["name"],
                year=said["year"],
                closes_on=said["closes_on"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            codes = {"studies.past": "closes_on", "studies.twice": "year"}
            form.add_error(codes.get(refusal.verdict.reasons[0].code), refusal.verdict.sentence)
        else:
            messages.success(request, f"L’étude est ouverte : {study.answers.count()} organismes sont invités.")
            return redirect("study", study_id=study.pk)
    return render(request, "studies/open.html", {"form": form}, status=422 if form.errors else 200)


@door(GET=READ)
def study(request: Request, study_id: int) -> HttpResponse:
    """One edition live: how much of the region is counted, who answered, whom to write to."""
    one = study_of(request, study_id)
    invited = list(queries.invited(study=one))
    page = Paginator(invited, PER_PAGE).get_page(request.GET.get("page"))
    undecided = sum(answer.validated_at is None for answer in invited)
    handed = sum(_state(answer) is State.HANDED for answer in invited)
    context = {
        "study": one,
        "coverage": queries.coverage_of(one),
        "families": _covered(invited),
        "page": page,
        "rows": [{"answer": a, "state": (s := _state(a)), "mark": MARKS[s]} for a in page],
        "undecided": undecided,
        "handed": handed,
        "to_leads": undecided - handed,
        "open": not one.closed_at,
        "newcomers": queries.newcomers(study=one).count() if still_open(one.closed_at, one.closes_on, request.at) else 0,
        "remind": still_open(one.closed_at, one.closes_on, request.at)
        & may_remind(one.reminded_at or one.opened_at, undecided, request.at),
        "may_write": bool(request.may(Right.WRITE, Thing.STUDIES)),
    }
    return render(request, "studies/study.html", context)


def _state(answer: StudyAnswer) -> State:
    return state_of(started=bool(answer.saved_at), handed_at=answer.handed_at, validated_at=answer.validated_at)


def _covered(invited: list[StudyAnswer]) -> list[tuple[str, object]]:
    """The coverage of each family and of each size."""
    rows = [(a.landlord_type, size_of(a.homes), a.homes, bool(a.validated_at)) for a in invited]
    groups = [(f.label, [r[2:] for r in rows if r[0] == f]) for f in LandlordType]
    groups += [(s.label.capitalize(), [r[2:] for r in rows if r[1] is s]) for s in Size]
    return [(label, coverage(there)) for label, there in groups if there]


@door(POST=WRITE)
def invite(request: Request, study_id: int) -> HttpResponse:
    """Invite the members that joined since the edition opened."""
    many = operations.invite_newcomers(study=study_of(request, study_id), by=request.user, at=request.at)
    messages.success(request, f"{many} organisme{'s' if many > 1 else ''} invité{'s' if many > 1 else ''}.")
    return redirect("study", study_id=study_id)


@door(POST=WRITE)
def remind(request: Request, study_id: int) -> HttpResponse:
    """Write to the undecided."""
    many = operations.remind(study=study_of(request, study_id), by=request.user, at=request.at)
    messages.success(request, f"{many} organisme{'s' if many > 1 else ''} relancé{'s' if many > 1 else ''}.")
    return redirect("study", study_id=study_id)


@door(POST=WRITE)
def close(request: Request, study_id: int) -> HttpResponse:
    """Close the edition and count it."""
    operations.close(study=study_of(request, study_id), by=request.user, at=request.at)
    messages.success(request, "L’étude est close et comptée. Relisez les messages, puis publiez.")
    return redirect("study_results", study_id=study_id)
