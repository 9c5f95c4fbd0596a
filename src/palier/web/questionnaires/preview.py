"""A questionnaire tried as a tenant will see it, at the size of a phone. Nothing is kept: the answers travel in the address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from palier.questionnaires import queries
from palier.questionnaires.rules import engine
from palier.web.doors import Request, door
from palier.web.questionnaires import sheets
from palier.web.questionnaires.views import READ, version_of
from palier.web.questionnaires.words import Around


@door(GET=READ)
def preview(request: Request, version_id: int) -> HttpResponse:
    """One sheet, given the answers so far; the last page tells what would be sent."""
    one = version_of(request, version_id)
    form = queries.questionnaire(one)
    language = sheets.language_of(form, request.GET.get("langue", ""))
    around = Around(language)
    sent = request.GET
    here = int(number) if (number := sent.get("feuille", "0")).isdigit() else 0
    back = "retour" in sent
    filled = {q.key for sheet in engine.sheets(form) if sheet.number == here and not back for q in sheet.questions}
    said, errors = sheets.read([q for q in form.questions if q.key in sent or q.key in filled], sent, around)
    errors = {q.key: errors[q.key] for q in engine.asked(form, said) if q.key in errors and q.key in filled}
    wrong = next((sheet for sheet in engine.sheets(form) if errors and sheet.number == here), None)
    sheet = wrong or (engine.before(form, here, said) if back else engine.after(form, here, said))
    if sheet is None and back:
        sheet = engine.after(form, 0, said)
    context = sheets.page(form, language=language, around=around) | {"version": one, "sheet": sheet, "kept": said}
    if sheet:
        asked = engine.shown(form, sheet, said)
        place, total = engine.progress(form, sheet.number, said)
        shown = {q.key for q in asked}
        context |= {
            "fields": sheets.fields(
                form, asked, said, language=language, around=around, sent=sent if wrong else None, errors=errors
            ),
            "errors": errors if wrong else {},
            "theme": sheets.words(form, sheet.theme.title, language),
            "introduction": sheets.words(form, sheet.theme.introduction, language),
            "step": around.step(place, total),
            "first": engine.before(form, sheet.number, said) is None,
            "carried": [(key, text) for key in said if key not in shown for text in sent.getlist(key)],
        }
    else:
        context["carried"] = [(key, text) for key in said for text in sent.getlist(key)]
        context["answered"] = [
            {"text": question.text[form.reference], "value": value}
            for question in engine.asked(form, said)
            if (value := said.get(question.key)) is not None
        ]
    return render(request, "questionnaires/preview.html", context)
