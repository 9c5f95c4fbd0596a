"""Free answers: a person reads them and decides what they speak of; how many speak of what."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify

from palier.answers import operations, queries
from palier.answers.models import Remark
from palier.answers.statistics import remarks as telling
from palier.answers.statistics.telling import said
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.questionnaires.rules.form import Questionnaire
from palier.surveys import queries as surveys
from palier.web.answers.forms import RemarkFilterForm, ThemesForm, rows_of
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet

READ, WRITE = (Thing.SURVEYS, Right.READ), (Thing.SURVEYS, Right.WRITE)
AT_ONCE = 8
"""Free answers read on one page."""


@door(GET=WRITE, POST=WRITE)
def remarks(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """The free answers of a wave, a few at a time, with the themes proposed; a POST keeps what the person decided."""
    wave = get_object_or_404(surveys.waves(landlord=landlord), pk=wave_id)
    filters = RemarkFilterForm(request.GET, themes=queries.themes())
    asked = filters.cleaned_data if filters.is_valid() else {}
    state = asked.get("etat", "")
    readable = queries.readable(wave=wave)
    found = queries.remarks(
        wave=wave,
        verified={"": False, "verifiees": True}.get(state),
        theme=asked.get("theme", ""),
        words=asked.get("q", ""),
    )
    status = 200
    if request.method == "POST":
        sent = queries.remarks(wave=wave, rows=rows_of(request.POST.getlist("row")[:AT_ONCE]))
        forms = [ThemesForm(request.POST, remark=remark, themes=queries.themes()) for remark in sent]
        if not [form for form in forms if not form.is_valid()]:  # each of them says its own errors
            decided = [one for form in forms if (one := form.decided)]
            kept = operations.verify_themes(wave=wave, decided=decided, by=request.user, at=request.at)
            messages.success(request, _said(kept, len(decided)))
            return redirect(request.get_full_path())
        status = 422
    page = Paginator(found if readable else found.none(), AT_ONCE).get_page(request.GET.get("page"))
    if status == 200:
        forms = [ThemesForm(remark=remark, themes=queries.themes()) for remark in page]
    tally = queries.tally_of(wave=wave)
    form = queries.form_of(wave)
    context = {
        "landlord": landlord,
        "wave": wave,
        "filters": filters,
        "narrowed": any(asked.values()),
        "readable": readable,
        "page": page,
        "forms": [(one, _asked(form, one.remark)) for one in forms],
        "tally": tally,
        "lead": telling.lead(tally),
        "agreement": telling.agreement(tally),
    }
    return render(request, "answers/remarks.html", context, status=status)


def _asked(form: Questionnaire, remark: Remark) -> str:
    question = form.question(remark.question)
    return said(question.text) if question else ""


def _said(kept: int, decided: int) -> str:
    plural = "s" if kept > 1 else ""
    done = f"{kept} réponse{plural} vérifiée{plural}." if kept else "Aucune réponse vérifiée."
    left = decided - kept
    return (
        done
        if not left
        else f"{done} {left} l’étai{'en' if left > 1 else ''}t déjà par quelqu’un d’autre : son choix est gardé."
    )


@door(GET=READ)
def file(request: Request, landlord: Landlord, wave_id: int, form: Format) -> HttpResponse:
    """How many verified answers speak of each theme, as a spreadsheet."""
    wave = get_object_or_404(surveys.waves(landlord=landlord), pk=wave_id)
    if form not in MEDIA_TYPES:
        raise Http404
    rows = telling.rows_of_file(queries.tally_of(wave=wave), queries.themes())
    return spreadsheet(form, f"reponses-libres-{slugify(wave.name)}", telling.FILE_HEADER, rows)
