"""Questionnaires: every version side by side, one told in plain French, and the publication of a new one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Organisation
from palier.directory.rules import Right, Role, Thing, may
from palier.questionnaires import operations, queries
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.rules import summary
from palier.questionnaires.rules.form import Escape, build, untranslated
from palier.questionnaires.rules.languages import LANGUAGES
from palier.questionnaires.rules.reading import read
from palier.web.doors import Request, door
from palier.web.frameworks.written import WrittenForm, with_lines

EVERYBODY = "0"
READ, WRITE = (Thing.QUESTIONNAIRES, Right.READ), (Thing.QUESTIONNAIRES, Right.WRITE_OWN)


class QuestionnaireForm(WrittenForm):
    """A questionnaire written in YAML, from a file or typed, and whose it is."""

    noun = "du questionnaire"

    def __init__(self, *args: Any, owners: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ChoiceField(
            label="Pour qui", choices=list(owners.items()), help_text="Le questionnaire d’un organisme n’est vu que par lui."
        )


def mine(request: Request) -> list[int]:
    """The organisations whose own questionnaires somebody sees."""
    return [membership.organisation_id for membership in request.held]


def _owners(request: Request) -> dict[str, str]:
    """For whom somebody may publish: everybody, or an organisation where they hold the right."""
    found = {EVERYBODY: "Tout le monde"} if request.may(Right.WRITE, Thing.QUESTIONNAIRES) else {}
    own = [m.organisation_id for m in request.held if may(frozenset({Role(m.role)}), Right.WRITE_OWN, Thing.QUESTIONNAIRES)]
    names = Organisation.objects.filter(pk__in=own).order_by("name").values_list("pk", "name")
    return found | {str(pk): name for pk, name in names}


def version_of(request: Request, version_id: int) -> QuestionnaireVersion:
    """A version that somebody may read, or a 404."""
    return get_object_or_404(queries.versions(organisations=mine(request)), pk=version_id)


@door(GET=READ)
def questionnaires(request: Request) -> HttpResponse:
    """Every questionnaire with its versions."""
    found = queries.questionnaires(organisations=mine(request))
    context = {"questionnaires": found, "may_write": bool(request.may(Right.WRITE_OWN, Thing.QUESTIONNAIRES))}
    return render(request, "questionnaires/questionnaires.html", context)


@door(GET=READ)
def version(request: Request, version_id: int) -> HttpResponse:
    """One version: what it is for, what it asks, of whom, in which languages."""
    one = version_of(request, version_id)
    form = queries.questionnaire(one)
    context = {
        "version": one,
        "form": form,
        "sentences": summary.sentences(form),
        "themes": [
            {
                "theme": theme,
                "title": theme.title[form.reference],
                "rows": [
                    {
                        "question": question,
                        "text": question.text[form.reference],
                        "choices": [choice.label.get(form.reference, "") for choice in question.choices],
                        "escapes": [Escape(escape).label for escape in question.escapes],
                        "when": summary.asked_when(form, question),
                    }
                    for question in theme.questions
                ],
            }
            for theme in form.themes
        ],
        "lacking": [(LANGUAGES[code].in_french, texts) for code, texts in untranslated(form).items() if texts],
        "former": queries.versions(organisations=mine(request))
        .filter(questionnaire=one.questionnaire_id, number__lt=one.number)
        .first(),
        "may_write": bool(request.may(Right.WRITE_OWN, Thing.QUESTIONNAIRES)),
    }
    return render(request, "questionnaires/version.html", context)


@door(GET=READ)
def source(request: Request, version_id: int) -> HttpResponse:
    """The YAML of a version as it was given, to be changed and published again."""
    one = version_of(request, version_id)
    response = HttpResponse(one.source, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.questionnaire.code}-v{one.number}.yaml"'
    return response


@door(GET=READ)
def changes(request: Request, version_id: int, former_id: int) -> HttpResponse:
    """What changed since a former version, question by question, and what no longer compares."""
    after, before = (version_of(request, pk) for pk in (version_id, former_id))
    found = summary.changes(queries.questionnaire(before), queries.questionnaire(after))
    return render(request, "questionnaires/changes.html", {"before": before, "after": after, "changes": found})


@door(GET=WRITE, POST=WRITE)
def publish(request: Request) -> HttpResponse:
    """Read a questionnaire, show its errors by line or what it says and changes, then publish it."""
    owners = _owners(request)
    form = QuestionnaireForm(request.POST or None, request.FILES or None, owners=owners)
    visible = queries.versions(organisations=mine(request))
    context: dict[str, Any] = {"form": form}
    if request.method == "GET":
        if start := request.GET.get("from", ""):
            one = get_object_or_404(visible, pk=int(start) if start.isascii() and start.isdigit() else 0)
            form.initial = {"text": one.source, "owner": str(one.questionnaire.owner_id or EVERYBODY)}
        context["models"] = [q.versions.all()[0] for q in queries.questionnaires(organisations=mine(request))]
        return render(request, "questionnaires/publish.html", context)
    if not form.is_valid():
        return render(request, "questionnaires/publish.html", context, status=422)
    text, owner = form.cleaned_data["text"], form.cleaned_data["owner"]
    body, problems = read(text, operations.bank())
    if "publish" in request.POST:
        return _publish(request, text, owner)
    context["form"] = QuestionnaireForm(initial={"text": text, "owner": owner}, owners=owners)
    if problems:
        context["problems"] = with_lines(text, problems)
        return render(request, "questionnaires/publish.html", context, status=422)
    written = build(body)
    latest = visible.filter(questionnaire__code=written.code, questionnaire__owner=int(owner) or None).first()
    context |= {
        "written": written,
        "sentences": summary.sentences(written),
        "lacking": [(LANGUAGES[code].in_french, texts) for code, texts in untranslated(written).items() if texts],
        "latest": latest,
        "changes": summary.changes(queries.questionnaire(latest), written) if latest else [],
        "text": text,
        "owner": owner,
        "owner_name": owners[owner],
    }
    return render(request, "questionnaires/publish.html", context)


def _publish(request: Request, text: str, owner: str) -> HttpResponse:
    known = set(QuestionnaireVersion.objects.values_list("pk", flat=True))
    whose = None if owner == EVERYBODY else Organisation.objects.get(pk=owner)
    one = operations.import_version(text=text, owner=whose, by=request.user, at=request.at)
    if one.pk in known:
        messages.info(request, f"Ce questionnaire est déjà la version {one.number} : rien n’est publié.")
    else:
        messages.success(request, f"La version {one.number} est publiée. Les enquêtes commencées gardent la leur.")
    return redirect("questionnaire_version", version_id=one.pk)
