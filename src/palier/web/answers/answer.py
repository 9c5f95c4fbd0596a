"""The tenant's page: one theme at a time, without account, cookie or script. Opening it writes nothing, whoever opens it.

No request key and no ledger line: the link itself makes an answer unique, and both would keep the hour of an answer. The pages
need no token against forged forms: whoever does not have the link cannot name the address to post to.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from palier.answers import operations, queries
from palier.cases.queries import terms_of as case_terms
from palier.cases.rules import Urgency, alarm
from palier.french import linked
from palier.questionnaires.queries import built
from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Pace, Question, Questionnaire, Value
from palier.surveys.models import Invitation
from palier.surveys.operations import note_refusal, object_to
from palier.surveys.queries import Addressee, addressee, invited, terms_of
from palier.surveys.rules.contact import Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import ANSWERED, Outcome
from palier.surveys.rules.retention import RULES, Held
from palier.surveys.rules.waves import State
from palier.verdict import Conflict, Refusal
from palier.web.answers.words import WORDS
from palier.web.cases.call_back import heard
from palier.web.doors import Open, Request, door
from palier.web.questionnaires import sheets
from palier.web.questionnaires.words import Around

_TAKES = {State.RUNNING, State.STOPPED}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opened."""

    invitation: Invitation
    token: str
    form: Questionnaire
    language: str
    around: Around

    def where(self, page: str, **more: int) -> str:
        """A page of this survey, in the language chosen."""
        return _where(page, self.token, self.language, self.invitation.language, **more)

    def named(self, name: str) -> str:
        """These words around the questions, with the name of the landlord."""
        landlord = self.invitation.wave.landlord.name
        return self.around[name].format(landlord=landlord, of_landlord=linked("de", landlord))

    def to(self, sheet: engine.Sheet | None) -> HttpResponse:
        """On to a sheet, or to the page where one reads again and sends."""
        return redirect(self.where("survey_sheet", number=sheet.number) if sheet else self.where("survey_send"))


def _where(page: str, token: str, language: str, own: str, **more: int) -> str:
    return reverse(page, kwargs={"token": token, **more}) + ("" if language == own else f"?langue={language}")


def _wished(request: Request) -> str:
    return request.POST.get("langue") or request.GET.get("langue", "")


def _open(request: Request, token: str) -> Opened | HttpResponse:
    """What a link opens, or the page that says why it opens nothing."""
    invitation = invited(token=token)
    wave = invitation.wave if invitation else None
    wished = _wished(request)
    if invitation is None or wave is None or wave.questionnaire_id is None:
        around = Around(wished if wished in WORDS else "fr", WORDS)
        given = {
            "around": around,
            "language": around.own,
            "direction": "ltr",
            "title": "unknown",
            "lead": around["unknown_lead"],
        }
        return _answer(request, "answers/shut.html", given, status=404)
    form = queries.form_of(wave)
    language = sheets.language_of(form, wished, invitation.language)
    opened = Opened(invitation, token, form, language, Around(language, WORDS))
    if invitation.outcome in ANSWERED or wave.state in _TAKES:
        return opened
    over = wave.state == State.CLOSED
    lead = opened.around["over_lead"] if over else opened.around["not_yet_lead"].format(day=_day(wave.opens_on))
    return _show(
        request,
        "answers/shut.html",
        opened,
        {"title": "over" if over else "not_yet", "lead": lead},
        status=410 if over else 404,
    )


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _show(request: Request, template: str, opened: Opened, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    wave, landlord = opened.invitation.wave, opened.invitation.wave.landlord.name
    around = opened.around
    context = sheets.page(opened.form, language=opened.language, around=around) | {
        "token": opened.token,
        "wave": wave,
        "landlord": landlord,
        "suffix": "" if opened.language == opened.invitation.language else f"?langue={opened.language}",
        "open_until": around["open_until"].format(day=_day(wave.closes_on)),
        "named": {name: opened.named(name) for name in ("thanks_next", "refuse_all_lead", "notice_who_text", "call_unheard")},
    }
    return _answer(request, template, context | more, status=status)


def _answer(request: Request, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    response["Content-Language"] = context["language"]
    return response


# --- One question, answered at the first tap, or the door of a longer questionnaire ----------------------------------


@csrf_exempt
@transaction.non_atomic_requests  # a POST has the door's own, and a GET only reads
@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def start(request: Request, token: str) -> HttpResponse:
    """The first page. A single question is answered by two POSTs: the first tap writes nothing, the second one confirms it."""
    if request.method == "POST" and "confirme" in request.POST and (thanked := _confirmed(request, token)):
        return thanked
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    if opened.invitation.outcome in ANSWERED:
        return redirect(opened.where("survey")) if request.method == "POST" else _thanks(request, opened)
    if opened.form.pace is Pace.TAP:
        return _tap(request, opened)
    said = queries.draft(token=token)
    following = engine.resumes_at(opened.form, said) if said else engine.after(opened.form, 0, {})
    target = opened.where("survey_sheet", number=following.number) if following else opened.where("survey_send")
    about = opened.around["about"].format(n=opened.form.minutes)
    return _show(request, "answers/start.html", opened, {
        "target": target, "begun": bool(said), "about": about, "refused": opened.invitation.outcome == Outcome.REFUSED,
        "serves": sheets.words(opened.form, opened.form.serves, opened.language),
    })  # fmt: skip


def _confirmed(request: Request, token: str) -> HttpResponse | None:
    """The second tap, by the shortest way: tens of thousands come in the hour after a sending. None where the page has to speak."""
    to = addressee(token=token)
    if to is None:
        return None
    form = built(to.questionnaire)
    language = sheets.language_of(form, _wished(request), to.language)
    said, _ = sheets.read(form.questions[:1], request.POST, Around(language, WORDS))
    if form.pace is not Pace.TAP or not said:
        return None
    try:
        _submitted(to, said)
    except Refusal as refusal:
        if refusal.verdict.reasons[0].code != "surveys.not_open":
            raise
        return None
    return redirect(_where("survey", token, language, to.language))


def _tap(request: Request, opened: Opened) -> HttpResponse:
    """No answer travels in an address: proxies write addresses down, and phones remember them."""
    first = opened.form.questions[0]
    said, errors = sheets.read([first], request.POST, opened.around)
    [field] = sheets.fields(opened.form, [first], said, language=opened.language, around=opened.around)
    chosen = [option for option in (*field.options, *field.escapes) if option.chosen]
    if chosen:
        return _show(request, "answers/confirm.html", opened, {"field": field, "option": chosen[0], "count": field.steps})
    error = errors.get(first.key, "") if request.method == "POST" else ""
    return _show(request, "answers/tap.html", opened, {"field": field, "error": error}, status=422 if error else 200)


def _submitted(to: Addressee, said: dict[str, Value]) -> None:
    """The answer is in the urn, or was already: the thanks are the same."""
    with suppress(Conflict):
        operations.submit(to=to, said=said, mode=Mode(to.mode))


def _thanks(request: Request, opened: Opened, *, sent: Any = None, errors: dict[str, str] | None = None) -> HttpResponse:
    given = queries.given(token=opened.token) or {}
    context: dict[str, Any] = {
        "more": "merci" in request.GET,
        "errors": errors or {},
        "onwards": _onwards(request, opened.invitation),
        "danger": alarm(heard(opened.form, given, ""), case_terms(landlord=opened.invitation.wave.landlord_id)).urgency
        is Urgency.DANGER,
    }
    if opened.form.pace is Pace.TAP and len(given) == 1:
        asked = engine.asked(opened.form, given)[1:]
        context["fields"] = sheets.fields(
            opened.form, asked, given, language=opened.language, around=opened.around, sent=sent, errors=errors
        )
    return _show(request, "answers/thanks.html", opened, context, status=422 if errors else 200)


def _onwards(request: Request, invitation: Invitation) -> dict[str, str]:
    """Where somebody of the landlord who typed or asked for a tenant goes on; nothing for the tenant."""
    if not request.user.is_authenticated:
        return {}
    landlord = invitation.wave.landlord_id
    if invitation.mode == Mode.PAPER:
        return {"label": "Saisir le questionnaire suivant", "url": reverse("survey_paper", args=[landlord])}
    if invitation.mode == Mode.PHONE:
        where = reverse("survey_calls", kwargs={"landlord_id": landlord, "wave_id": invitation.wave_id})
        return {"label": "Revenir aux appels", "url": where}
    return {}


# --- A theme a page --------------------------------------------------------------------------------------------------


@csrf_exempt
@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def sheet(request: Request, token: str, number: int) -> HttpResponse:
    """One sheet; a POST keeps it under the link and goes on, or back."""
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    form = opened.form
    here = next((one for one in engine.sheets(form) if one.number == number), None)
    if opened.invitation.outcome in ANSWERED or form.pace is Pace.TAP or here is None:
        return redirect(opened.where("survey"))
    said = queries.draft(token=token)
    asked = engine.shown(form, here, said)
    if not asked:
        return opened.to(engine.after(form, number, said))
    return _keep(request, opened, here, asked, said) if request.method == "POST" else _sheet(request, opened, here, asked, said)


def _keep(
    request: Request, opened: Opened, here: engine.Sheet, asked: tuple[Question, ...], said: dict[str, Value]
) -> HttpResponse:
    """Keep what a sheet says; what does not hold is left out of a step back, and stops a step forward."""
    now, errors = sheets.read(asked, request.POST, opened.around)
    back = "retour" in request.POST
    if errors and not back:
        return _sheet(request, opened, here, asked, said, errors)
    said = {key: value for key, value in said.items() if key not in {q.key for q in asked}} | now
    operations.keep_draft(invitation=opened.invitation, token=opened.token, said=said)
    if not back:
        return opened.to(engine.after(opened.form, here.number, said))
    former = engine.before(opened.form, here.number, said)
    return opened.to(former) if former else redirect(opened.where("survey"))


def _sheet(
    request: Request, opened: Opened, here: engine.Sheet, asked: tuple[Question, ...], said: dict[str, Value],
    errors: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    form, language, around = opened.form, opened.language, opened.around
    place, total = engine.progress(form, here.number, said)
    sent = request.POST if errors else None
    return _show(request, "answers/sheet.html", opened, {
        "sheet": here, "theme": sheets.words(form, here.theme.title, language),
        "introduction": sheets.words(form, here.theme.introduction, language),
        "step": around.step(place, total), "place": place, "total": total, "errors": errors or {},
        "fields": sheets.fields(form, asked, said, language=language, around=around, sent=sent, errors=errors),
    }, status=422 if errors else 200)  # fmt: skip


@csrf_exempt
@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def send(request: Request, token: str) -> HttpResponse:
    """Everything is read again, then sent; after a first tap, the details."""
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    if opened.form.pace is Pace.TAP:
        return _details(request, opened)
    if opened.invitation.outcome in ANSWERED:
        return redirect(opened.where("survey"))
    said = queries.draft(token=token)
    to = addressee(token=token) if request.method == "POST" else None
    if to is None:
        return _review(request, opened, said)
    try:
        _submitted(to, said)
    except Refusal:  # an answer is missing: the page says which
        return _review(request, opened, said, status=422)
    return redirect(opened.where("survey"))


def _review(request: Request, opened: Opened, said: dict[str, Value], *, status: int = 200) -> HttpResponse:
    form, asked = opened.form, {question.key for question in engine.asked(opened.form, said)}
    lines = []
    for one in engine.sheets(form):
        for field in sheets.fields(
            form, [q for q in one.questions if q.key in asked], said, language=opened.language, around=opened.around
        ):
            chosen = [option.words for option in (*field.options, *field.escapes) if option.chosen]
            lines.append({
                "field": field, "chosen": chosen, "missing": field.question.required and not chosen,
                "where": f"{opened.where('survey_sheet', number=one.number)}#q-{field.question.key}",
            })  # fmt: skip
    return _show(
        request, "answers/send.html", opened, {"lines": lines, "wrong": any(line["missing"] for line in lines)}, status=status
    )


def _details(request: Request, opened: Opened) -> HttpResponse:
    given = queries.given(token=opened.token)
    if request.method == "POST" and given is not None:
        asked = engine.asked(opened.form, given)[1:]
        said, errors = sheets.read(asked, request.POST, opened.around)
        if errors:
            return _thanks(request, opened, sent=request.POST, errors=errors)
        if said:
            try:
                operations.add_details(invitation=opened.invitation, token=opened.token, said=said)
            except Conflict:
                return redirect(opened.where("survey"))
            where = opened.where("survey")
            return redirect(f"{where}{'&' if '?' in where else '?'}merci")
    return redirect(opened.where("survey"))


# --- Not answering, and what becomes of answers ----------------------------------------------------------------------


@csrf_exempt
@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def refuse(request: Request, token: str) -> HttpResponse:
    """Not to answer this survey, or no survey any more: said by a button, never by opening a page."""
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    choice = request.POST.get("choix", "")
    household = opened.invitation.household
    if choice == "opposition" and household:
        object_to(household=household, origin=Origin.PAGE, by=None, at=request.at)
        return _show(request, "answers/refuse.html", opened, {"done": opened.named("objected")})
    if choice == "refus":
        note_refusal(invitation=opened.invitation)
        return _show(request, "answers/refuse.html", opened, {"done": opened.around["refusal_kept"]})
    return _show(request, "answers/refuse.html", opened, {"done": ""})


@door(GET=Open.PUBLIC)
def notice(request: Request, token: str) -> HttpResponse:
    """Who asks, why, what is kept, how long, which rights."""
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    long = opened.around["notice_long_text"].format(months=_months(opened), words=RULES[Held.REMARK].months)
    return _show(request, "answers/notice.html", opened, {"long": long})


@door(GET=Open.PUBLIC)
def kept(request: Request, token: str) -> HttpResponse:
    """What is kept of whoever answers, and how long: the table that erasing follows."""
    opened = _open(request, token)
    if isinstance(opened, HttpResponse):
        return opened
    months = _months(opened)
    return _show(request, "answers/kept.html", opened, {"kept": [(rule.what, rule.term(months)) for rule in RULES.values()]})


def _months(opened: Opened) -> int:
    return terms_of(landlord=opened.invitation.wave.landlord_id).months_kept
