"""The report on screen and on paper; the landlord's remarks, the auditor's answers, the approval."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import operations, printing, queries
from palier.audits.models import Remark, Report
from palier.audits.rules.missions import State, follows, unfixed
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents.models import Document
from palier.documents.operations import Received
from palier.documents.queries import current
from palier.verdict import Refusal, require
from palier.web.audits.forms import AnswerForm, RemarkForm, ReportForm
from palier.web.audits.shown import READ_FINDINGS, WRITE_FINDINGS, Shown, frame, said_in, show
from palier.web.documents.files import attachment
from palier.web.doors import Request, door

SPEAK = (Thing.FINDINGS, Right.SPEAK)
_DAYS = frozenset({"day", "on", "declared_on", "delivered_on", "approved_on", "advised_until", "reopened_on"})


def _report(one: Shown) -> Report | None:
    return getattr(one.mission, "report", None)


def _content(one: Shown, report: Report) -> dict[str, Any]:
    """What the report says, as frozen or as it stands, its days made days."""
    content = report.content if report.content is not None else queries.content(one.mission)
    return {name: _dated(name, value) for name, value in content.items()}


def _dated(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_dated(name, one) for one in value]
    if isinstance(value, dict):
        return {inner: _dated(inner, one) for inner, one in value.items()}
    return date.fromisoformat(value) if name in _DAYS and value else value


@door(GET=READ_FINDINGS, POST=WRITE_FINDINGS)
def report(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """The report as a page; a POST keeps the auditor's text."""
    one = show(request, landlord, mission_id)
    found = _report(one)
    form, theirs = None, None
    if one.own and found is not None and one.state is State.REPORT_DRAFTED:
        shown = {"summary": found.summary, "conclusion": found.conclusion, "revision": found.revision}
        form = ReportForm(request.POST or None, initial=shown)
    if request.method == "POST" and form is None:
        require(unfixed(one.state, landlord=landlord.pk, mission=mission_id))
        raise Refusal(follows("deliver", one.state))
    if request.method == "POST" and form is not None and form.is_valid():
        with said_in(form) as outcome:
            operations.save_report(mission=one.mission, by=request.user, at=request.at, **form.cleaned_data)
            messages.success(request, f"Enregistré à {request.at.astimezone():%H:%M}.")
            return redirect("mission_report", landlord_id=landlord.pk, mission_id=mission_id)
        theirs = outcome.theirs
    context = frame(request, one, "mission_report") | {
        "report": found,
        "content": _content(one, found) if one.reads and found is not None else None,
        "form": form,
        "theirs": theirs,
        "versions": _dated("versions", queries.versions(one.mission)) if found is not None else [],
        "may_reopen": one.own and one.state is State.REPORT_DELIVERED,
        "may_draft": one.own and one.state is State.ON_SITE,
        "deliverable": operations.may_deliver(mission=one.mission, at=request.at)
        if one.own and one.state is State.REPORT_DRAFTED
        else None,
        "approvable": operations.may_approve(mission=one.mission, at=request.at)
        if one.state is State.REPORT_DELIVERED and request.may(Right.VALIDATE, Thing.FINDINGS)
        else None,
    }
    return render(request, "audits/report.html", context, status=422 if theirs or (form and form.errors) else 200)


@door(POST=WRITE_FINDINGS)
def draft(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Begin the report."""
    one = show(request, landlord, mission_id)
    operations.draft_report(mission=one.mission, by=request.user, at=request.at)
    messages.success(request, "Le rapport reprend ce que la mission contient déjà. Ajoutez la synthèse.")
    return redirect("mission_report", landlord_id=landlord.pk, mission_id=mission_id)


@door(fresh=True, POST=WRITE_FINDINGS)
def deliver(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Deliver the report to the landlord."""
    one = show(request, landlord, mission_id)
    operations.deliver(mission=one.mission, by=request.user, at=request.at)
    messages.success(request, "Le rapport est rendu. L’organisme le lit et peut y répondre.")
    return redirect("mission_report", landlord_id=landlord.pk, mission_id=mission_id)


def _print_delivered(request: Request, landlord: Landlord, mission_id: int) -> Received:
    return operations.print_delivered(mission=show(request, landlord, mission_id).mission, at=request.at)


@door(POST=WRITE_FINDINGS, before=_print_delivered)
def reopen(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Take a delivered report back, with a reason."""
    one = show(request, landlord, mission_id)
    because = request.POST.get("because", "")
    operations.reopen(mission=one.mission, delivered=request.ready(), because=because, by=request.user, at=request.at)
    messages.success(
        request, "Le rapport est repris. L’organisme et le référent l’apprennent ; rendez-en une nouvelle version."
    )
    return redirect("mission_report", landlord_id=landlord.pk, mission_id=mission_id)


def _print(request: Request, landlord: Landlord, mission_id: int) -> operations.Prepared:
    one = show(request, landlord, mission_id)
    revision = request.POST.get("revision", "")
    read = int(revision) if revision.isdigit() else -1
    return operations.prepare(mission=one.mission, revision=read, by=request.user, at=request.at)


@door(fresh=True, POST=(Thing.FINDINGS, Right.VALIDATE), before=_print)
def approve(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Approve the report as it was read, and freeze it."""
    one = show(request, landlord, mission_id)
    operations.freeze(mission=one.mission, prepared=request.ready(), by=request.user, at=request.at)
    messages.success(request, "Le rapport est approuvé et figé. Ses préconisations rejoignent le plan d’actions.")
    return redirect("mission_report", landlord_id=landlord.pk, mission_id=mission_id)


@door(GET=READ_FINDINGS)
def pdf(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse | FileResponse:
    """The report as PDF: the frozen file, or the draft as it stands; with ``?version=2``, the second that was delivered."""
    one = show(request, landlord, mission_id)
    found, number = _report(one), request.GET.get("version")
    former = [v for v in queries.versions(one.mission) if one.reads_delivered and str(v["number"]) == number]
    if former and former[0]["reopened_on"]:
        return attachment(current(get_object_or_404(Document, landlord=landlord, pk=former[0]["document"])))
    if found is None or not (former if number else one.reads):
        raise Http404
    if found.document is not None:
        return attachment(current(found.document))
    response = HttpResponse(
        printing.report(queries.content(one.mission), fonts=settings.PRINT_FONTS, at=request.at),
        content_type="application/pdf",
    )
    draft = "" if number or one.state is State.REPORT_DELIVERED else "projet-"
    response["Content-Disposition"] = f'attachment; filename="{draft}rapport-{one.mission.audit}-{one.mission.pk}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- Remarks -------------------------------------------------------------------------------------------------------


@door(GET=READ_FINDINGS, POST=SPEAK)
def remarks(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """The landlord's remarks and the answers; a POST adds a remark."""
    one = show(request, landlord, mission_id)
    speaking = bool(request.may(Right.SPEAK, Thing.FINDINGS)) and one.state is State.REPORT_DELIVERED
    form = RemarkForm(request.POST or None, findings=queries.findings(one.mission)) if speaking else None
    if request.method == "POST" and (form is None or form.is_valid()):
        given = form.cleaned_data if form else {"text": request.POST.get("text", ""), "finding": None}
        operations.say(mission=one.mission, by=request.user, at=request.at, **given)
        messages.success(request, "Votre remarque est envoyée à l’auditeur. Elle reste dans le rapport.")
        return redirect("mission_remarks", landlord_id=landlord.pk, mission_id=mission_id)
    return _remarks_page(request, one, form=form)


def _remarks_page(
    request: Request, one: Shown, *, form: RemarkForm | None = None, answered: AnswerForm | None = None
) -> HttpResponse:
    """The remarks, each with the form of its answer for the auditor; ``answered`` is the one that was sent."""
    answering = one.own and one.state is State.REPORT_DELIVERED
    found = list(queries.remarks(one.mission)) if one.reads else []

    def answer_form(remark: Remark) -> AnswerForm | None:
        if answered is not None and answered.prefix == str(remark.pk):
            return answered
        return AnswerForm(initial={"text": remark.answer}, prefix=str(remark.pk)) if answering else None

    context = frame(request, one, "mission_remarks") | {
        "remarks": [{"row": r, "form": answer_form(r)} for r in found],
        "unanswered": sum(r.answered_at is None for r in found),
        "form": form,
    }
    failed = answered is not None or bool(form and form.errors)
    return render(request, "audits/remarks.html", context, status=422 if failed else 200)


@door(POST=WRITE_FINDINGS)
def answer(request: Request, landlord: Landlord, mission_id: int, remark_id: int) -> HttpResponse:
    """Answer a remark."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(Remark.objects.select_related("finding"), pk=remark_id, mission=one.mission)
    form = AnswerForm(request.POST, prefix=str(found.pk))
    if form.is_valid():
        with said_in(form):
            operations.answer(mission=one.mission, remark=found, text=form.cleaned_data["text"], by=request.user, at=request.at)
            messages.success(request, "Votre réponse est enregistrée.")
            return redirect("mission_remarks", landlord_id=landlord.pk, mission_id=mission_id)
    return _remarks_page(request, one, answered=form)
