"""A landlord's own pages: its answer page by page, what the director validates, the published results and its own place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Escape, Question, Questionnaire, Value
from palier.studies import operations, queries
from palier.studies.models import StudyAnswer
from palier.studies.operations.answering import handing, state
from palier.studies.rules.editions import State, may_take_back, may_validate, size_of, still_open
from palier.studies.rules.telling import places
from palier.verdict import Conflict
from palier.web.doors import Request, door
from palier.web.questionnaires import sheets
from palier.web.questionnaires.words import Around
from palier.web.studies.results import closed, pdf, shown
from palier.web.studies.views import MARKS

READ = (Thing.STUDY_ANSWERS, Right.READ)
WRITE = (Thing.STUDY_ANSWERS, Right.WRITE)
VALIDATE = (Thing.STUDY_ANSWERS, Right.VALIDATE)
PER_PAGE = 30
_FRENCH = Around("fr")


def _answer(landlord: Landlord, study_id: int) -> StudyAnswer:
    return get_object_or_404(queries.answer_of(landlord=landlord, study=study_id))


@door(GET=READ)
def studies(request: Request, landlord: Landlord) -> HttpResponse:
    """The editions to which the landlord was invited."""
    page = Paginator(queries.answers_of_landlord(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"answer": one, "state": (s := state(one)), "mark": MARKS[s]} for one in page]
    return render(request, "studies/own_studies.html", {"landlord": landlord, "page": page, "rows": rows})


@door(GET=READ)
def answer(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """The answer as it stands, page by page: what is said, what is proposed and from where, what remains, who has it."""
    one = _answer(landlord, study_id)
    form = questionnaires.questionnaire(one.study.questionnaire)
    proposals = queries.proposals_for(one, on=request.on)
    open_still = still_open(one.study.closed_at, one.study.closes_on, request.at)
    where = state(one)
    pages = [_page(form, page, one, proposals) for page in engine.sheets(form) if engine.shown(form, page, one.said)]
    context = {
        "landlord": landlord,
        "study": one.study,
        "answer": one,
        "state": where,
        "mark": MARKS[where],
        "form": form,
        "pages": pages,
        "next": next((page for page in pages if not page["saved"]), pages[0]),
        "proposed": len(proposals),
        "open": bool(open_still),
        "over": open_still,
        "handing": open_still & handing(one),
        "validating": open_still & may_validate(where),
        "taking_back": open_still & may_take_back(where),
        "draft": where in {State.INVITED, State.STARTED},
        "may_write": bool(request.may(*WRITE[::-1])),
        "may_validate": bool(request.may(*VALIDATE[::-1])),
    }
    return render(request, "studies/own.html", context)


def _page(form: Questionnaire, page: engine.Sheet, one: StudyAnswer, proposals: dict[str, Any]) -> dict[str, Any]:
    asked = engine.shown(form, page, one.said)
    return {
        "number": page.number,
        "title": page.theme.title[form.reference],
        "part": sum(other.theme is page.theme and other.number <= page.number for other in engine.sheets(form)) - 1,
        "saved": all(question.key in one.seen for question in asked),
        "lines": [
            {
                "text": question.text[form.reference],
                "said": in_words(form, question, one.said.get(question.key)),
                "proposal": (p := proposals.get(question.key)),
                "proposed": in_words(form, question, p.value) if p else "",
            }
            for question in asked
        ],
    }


def in_words(form: Questionnaire, question: Question, value: Value | None) -> str:
    """An answer as people read it; empty when there is none."""
    if value is None:
        return ""
    codes = value if isinstance(value, list) else [value]
    said = [
        choice.label[form.reference]
        if (choice := question.choice(code))
        else Escape(code).label
        if code in question.escapes
        else f"{code:,}".replace(",", "\u202f")
        if isinstance(code, int)
        else code
        for code in codes
    ]
    return " ; ".join(said) + (f" {question.unit}" if isinstance(value, int) and question.unit else "")


@door(GET=WRITE, POST=WRITE)
def sheet(request: Request, landlord: Landlord, study_id: int, number: int) -> HttpResponse:
    """One page of the answer. Saving it confirms what was proposed there."""
    one = _answer(landlord, study_id)
    form = questionnaires.questionnaire(one.study.questionnaire)
    here = next((page for page in engine.sheets(form) if page.number == number), None)
    if here is None or not (asked := engine.shown(form, here, one.said)):
        raise Http404
    if request.method != "POST":
        return _sheet(request, one, here, asked)
    said, errors = sheets.read(asked, request.POST, _FRENCH)
    if errors:
        return _sheet(request, one, here, asked, errors=errors, status=422)
    try:
        saved = operations.save(
            answer=one,
            keys=[question.key for question in asked],
            said=said,
            revision=_read(request),
            by=request.user,
            at=request.at,
        )
    except Conflict as conflict:
        return _sheet(request, one, here, asked, stale=conflict.verdict.sentence, status=409)
    following = engine.after(form, number, saved.said)
    if following is None or "quitter" in request.POST:
        messages.success(request, "Vos réponses sont enregistrées.")
        return redirect("own_study", landlord_id=landlord.pk, study_id=study_id)
    return redirect("study_sheet", landlord_id=landlord.pk, study_id=study_id, number=following.number)


def _read(request: Request) -> int:
    """The revision that one read: -1, which no answer has, for any other text."""
    sent = request.POST.get("revision", "")
    return int(sent) if len(sent) < 10 and sent.isascii() and sent.isdigit() else -1


def _sheet(
    request: Request,
    one: StudyAnswer,
    here: engine.Sheet,
    asked: tuple[Question, ...],
    *,
    errors: dict[str, str] | None = None,
    stale: str = "",
    status: int = 200,
) -> HttpResponse:
    form = questionnaires.questionnaire(one.study.questionnaire)
    proposals = queries.proposals_for(one, on=request.on)
    said = {key: proposal.value for key, proposal in proposals.items()} | one.said
    place, total = engine.progress(form, here.number, one.said)
    sent = request.POST if errors or stale else None
    context = sheets.page(form, language=form.reference, around=_FRENCH) | {
        "landlord": one.landlord,
        "study": one.study,
        "answer": one,
        "sheet": here,
        "title": here.theme.title[form.reference],
        "introduction": here.theme.introduction.get(form.reference, ""),
        "place": place,
        "total": total,
        "fields": sheets.fields(
            form, asked, said, language=form.reference, around=_FRENCH, sent=sent, errors=errors,
            notes={
                key: f"Proposé d’après {proposal.source} : confirmez ou changez."
                for key, proposal in proposals.items()
            },
        ),
        "errors": errors or {},
        "stale": stale,
        "proposed": sum(question.key in proposals for question in asked),
        "former": engine.before(form, here.number, one.said),
        "last": engine.after(form, here.number, one.said) is None,
    }  # fmt: skip
    return render(request, "studies/sheet.html", context, status=status)


@door(POST=WRITE)
def hand(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """Hand the answer to the director."""
    operations.hand(answer=_answer(landlord, study_id), by=request.user, at=request.at)
    messages.success(request, "La réponse est remise à la direction, qui est prévenue.")
    return redirect("own_study", landlord_id=landlord.pk, study_id=study_id)


@door(POST=VALIDATE)
def validate(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """The director validates what was handed, or in one act what is complete at the revision they read."""
    one = _answer(landlord, study_id)
    if "revision" in request.POST:
        operations.validate_at_once(answer=one, revision=_read(request), by=request.user, at=request.at)
    else:
        operations.validate(answer=one, by=request.user, at=request.at)
    messages.success(request, "La réponse est validée : elle compte dans l’étude.")
    return redirect("own_study", landlord_id=landlord.pk, study_id=study_id)


@door(POST=WRITE)
def take_back(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """Take the answer back to change it."""
    operations.take_back(answer=_answer(landlord, study_id), by=request.user, at=request.at)
    messages.success(request, "La réponse est reprise : elle ne compte plus tant qu’elle n’est pas validée de nouveau.")
    return redirect("own_study", landlord_id=landlord.pk, study_id=study_id)


def _published(landlord: Landlord, study_id: int) -> StudyAnswer:
    one = _answer(landlord, study_id)
    if one.study.published_at is None:
        raise Http404
    return one


@door(GET=READ)
def results(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """What the association published, one's own answers marked, and one's place among the others."""
    one = _published(landlord, study_id)
    mine = one.said if one.validated_at else {}
    form = questionnaires.questionnaire(one.study.questionnaire)
    context = shown(one.study, request.GET, mine) | {
        "landlord": landlord,
        "answer": one,
        "counted": bool(one.validated_at),
        "places": places(form, closed(one.study), mine, f"size:{size_of(one.homes)}"),
        "size": size_of(one.homes).label,
    }
    return render(request, "studies/own_results.html", context)


@door(GET=READ)
def report(request: Request, landlord: Landlord, study_id: int) -> HttpResponse:
    """The published report, as a PDF."""
    return pdf(_published(landlord, study_id).study)
