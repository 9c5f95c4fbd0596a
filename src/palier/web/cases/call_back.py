"""A tenant who answered asks to be called back: their contact, given here, is their consent. Opening the page writes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from palier.answers import queries as answers
from palier.cases import operations
from palier.cases.operations import Contact, Place
from palier.cases.rules import Said
from palier.french import linked
from palier.questionnaires.rules.form import Kind, Questionnaire, Value
from palier.surveys.models import Invitation
from palier.surveys.queries import invited
from palier.surveys.rules.outcomes import ANSWERED
from palier.verdict import Refusal
from palier.web.answers.words import WORDS as NOTICES
from palier.web.cases.forms import CallBackForm
from palier.web.cases.words import WORDS
from palier.web.doors import Open, Request, door
from palier.web.questionnaires import sheets
from palier.web.questionnaires.words import Around


def heard(form: Questionnaire, given: Mapping[str, Value], words: str) -> Said:
    """What alarms in an answer: its first mark, what is on the bad side, the words of danger. The wish to be called is said."""
    score, reasons, texts = None, [], [words]
    for question in form.questions:
        value = given.get(question.key)
        if value is None:
            continue
        if question.kind is Kind.TEXT:
            texts.append(str(value))
        elif question.kind is Kind.SCORE and isinstance(value, int):
            score = value if score is None else score
        elif question.favourable(value) is False and (choice := question.choice(value)):
            reasons.append(f"{_french(question.text)} {_french(choice.label)}")
    return Said(score=score, reasons=tuple(reasons), text=" ".join(texts), wants_call=True)


def _french(words: Mapping[str, str]) -> str:
    return words.get("fr") or next(iter(words.values()))


@csrf_exempt
@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def ask(request: Request, token: str) -> HttpResponse:
    """Leave a number, once the survey is answered. Sent twice, it asks once."""
    invitation = invited(token=token)
    if invitation is None or invitation.household is None or invitation.outcome not in ANSWERED:
        return _show(request, "cases/link_over.html", {}, 410)
    landlord, asked = invitation.wave.landlord, answers.form_of(invitation.wave)
    language = sheets.language_of(asked, request.GET.get("langue", ""), invitation.language)
    around = Around(language, WORDS)
    form, done = CallBackForm(request.POST or None, around=around), False
    if request.method == "POST" and form.is_valid():
        try:
            _open(request, invitation, token, form)
            done = True
        except Refusal as refusal:
            form.add_error("phone", [around.error(reason.code, reason.sentence) for reason in refusal.verdict.reasons])
    lead = around["done_lead" if done else "lead"].format(landlord=landlord.name, of_landlord=linked("de", landlord.name))
    context = sheets.page(asked, language=language, around=around) | {
        "landlord": landlord, "form": form, "done": done, "lead": lead, "emergency": NOTICES[around.own]["emergency"],
    }  # fmt: skip
    return _show(request, "cases/call_back.html", context, 422 if form.errors else 200)


def _open(request: Request, invitation: Invitation, token: str, form: CallBackForm) -> None:
    household, event, said = invitation.household, invitation.event, form.cleaned_data
    assert household is not None
    place = Place(household.residence, household.agency, event.supplier if event else "", event.theme if event else "")
    given = answers.given(token=token) or {}
    operations.open_case(
        place=place,
        contact=Contact(said["name"], said["phone"], said["email"]),
        said=heard(answers.form_of(invitation.wave), given, said["words"]),
        words=said["words"],
        origin=token,
        at=request.at,
    )


def _show(request: Request, template: str, context: dict[str, object], status: int) -> HttpResponse:
    answered = render(request, template, context, status=status)
    patch_cache_control(answered, no_store=True, private=True)
    return answered
