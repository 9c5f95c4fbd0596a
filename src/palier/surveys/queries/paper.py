"""What goes on paper: letters prepared day by day, and a questionnaire as one ticks it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from palier.calendar import paris_day, start_of_day
from palier.questionnaires.queries import questionnaire
from palier.questionnaires.rules.form import Question, Questionnaire, Text, said_in
from palier.surveys.models import Invitation, Solicitation, Wave
from palier.surveys.rules.contact import Channel
from palier.surveys.sealing import unseal

_YES_NO = {"yes": "Oui", "no": "Non"}


def batches(*, wave: Wave) -> list[tuple[date, int]]:
    """The days on which letters were prepared, latest first, with their number."""
    rows = Solicitation.objects.filter(invitation__wave=wave, channel=Channel.POST).order_by("-left_at").values_list("left_at")
    return [(paris_day(left), count) for left, count in rows.annotate(count=Count("pk")) if left]


def letters_of(*, wave: Wave, on: date) -> QuerySet[Invitation]:
    """The letters prepared on a day that may still be answered."""
    found = Invitation.objects.filter(
        wave=wave,
        solicitations__channel=Channel.POST,
        solicitations__left_at=start_of_day(on),
        sealed__isnull=False,
        household__isnull=False,
    )
    return found.select_related("household").order_by("household__residence", "digest")


def printed(*, wave: Wave, invitations: Iterable[Invitation], origin: str) -> dict[str, Any]:
    """What letters say, as plain data.

    Raises:
        ValueError: when the wave has no questionnaire.
    """
    if wave.questionnaire is None:
        raise ValueError(wave)
    form = questionnaire(wave.questionnaire)
    letters = [_letter(invitation, form, origin) for invitation in invitations]
    return {
        "landlord": wave.landlord.name,
        "title": wave.subject,
        "site": f"{origin}/s/",
        "message": wave.message,
        "purpose": wave.purpose,
        "closes_on": wave.closes_on.isoformat(),
        "forms": {language: _form(form, language) for language in {letter["language"] for letter in letters}},
        "letters": letters,
    }


def _letter(invitation: Invitation, form: Questionnaire, origin: str) -> dict[str, Any]:
    household = invitation.household
    token = unseal(bytes(invitation.sealed or b""), digest=invitation.digest)
    return {
        "name": household.name if household else "",
        "address": [line.strip() for line in household.address.split(",")] if household else [],
        "code": f"{invitation.code[:5]} {invitation.code[5:]}",
        "link": f"{origin}/s/{token}/",
        "language": invitation.language if invitation.language in form.languages else form.reference,
    }


def _form(form: Questionnaire, language: str) -> dict[str, Any]:
    def said(text: Text) -> str:
        return said_in(text, language, form.reference)[0]

    return {
        "title": form.title,
        "themes": [
            {
                "title": said(theme.title),
                "introduction": said(theme.introduction),
                "questions": [
                    {
                        "number": question.number,
                        "kind": str(question.kind),
                        "text": said(question.text),
                        "help": said(question.help),
                        "at_most": question.at_most,
                        "only": _only(form, question, said),
                        "options": [*_options(question, said), *(escape.label for escape in question.escapes)],
                    }
                    for question in theme.questions
                ],
            }
            for theme in form.themes
        ],
    }


def _options(question: Question, said: Any) -> list[str]:
    if question.kind.value == "yes_no" and not question.choices:
        return list(_YES_NO.values())
    return [said(choice.label) for choice in question.choices]


def _only(form: Questionnaire, question: Question, said: Any) -> str:
    """Who answers a question, where it depends on an earlier one."""
    parts = []
    for condition in question.when:
        asked = form.question(condition.question)
        if asked is None:
            continue
        answers = [_YES_NO.get(code) or _label(asked, code, said) for code in sorted(condition.among)]
        if condition.at_least is not None or condition.at_most is not None:
            least, most = condition.at_least, condition.at_most
            answers = [
                f"de {least} à {most}"
                if None not in {least, most}
                else f"{least} ou plus"
                if most is None
                else f"{most} ou moins"
            ]
        parts.append(f"question {asked.number}, « {' » ou « '.join(answers)} »")
    return f"Seulement si vous avez répondu : {' ; '.join(parts)}." if parts else ""


def _label(question: Question, code: str, said: Any) -> str:
    choice = question.choice(code)
    return said(choice.label) if choice else code
