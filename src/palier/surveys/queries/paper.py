"""What goes on paper: letters prepared day by day, and a questionnaire as one ticks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from palier.calendar import paris_day, start_of_day
from palier.questionnaires.queries import questionnaire
from palier.questionnaires.rules.form import Question, Questionnaire, Text, said_in
from palier.surveys.models import Household, Invitation, Solicitation, Wave
from palier.surveys.queries.households import objecting
from palier.surveys.queries.sendings import budget_spent
from palier.surveys.queries.terms import terms_of
from palier.surveys.queries.waves import open_invitations
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.envelope import envelope
from palier.surveys.rules.outcomes import OPEN
from palier.surveys.rules.sendings import State
from palier.surveys.sealing import unseal

_YES_NO = {"yes": "Oui", "no": "Non"}


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of a day: how many, how many are left to print, whom no postman would find, whether one of all was heard."""

    on: date
    count: int
    printable: int
    unaddressed: list[Household]
    heard: bool


def batches(*, wave: Wave) -> list[Batch]:
    """The letters prepared for a wave by day, latest first. One SQL query."""
    letters = Solicitation.objects.filter(invitation__wave=wave, channel=Channel.POST, left_at__isnull=False)
    by_day: dict[date, list[Solicitation]] = {}
    for letter in letters.select_related("invitation", "household__residence").order_by("-left_at", "pk"):
        by_day.setdefault(paris_day(letter.left_at or letter.due_at), []).append(letter)
    return [_batch(on, found) for on, found in by_day.items()]


def _batch(on: date, letters: list[Solicitation]) -> Batch:
    to_print = [letter.household for letter in letters if letter.invitation.sealed]
    unaddressed = [home for home in to_print if not envelope_of(home)]
    heard = any(letter.invitation.outcome not in OPEN for letter in letters)
    return Batch(on, len(letters), len(to_print) - len(unaddressed), unaddressed, heard)


def to_post(*, wave: Wave, at: datetime, among: Collection[int] | None = None) -> tuple[list[Invitation], list[Invitation]]:
    """Those whom no message of a wave reaches and whom a letter may, now; then those whose address is not whole.

    One letter a household and a day, however many events of a hot wave ask it; ``among`` keeps to these households.
    """
    today = Solicitation.objects.filter(
        invitation__wave=wave, channel=Channel.POST, left_at=start_of_day(paris_day(at))
    ).values("household")
    unreached = (
        (open_invitations(wave=wave) if among is None else open_invitations(wave=wave).filter(household__in=among))
        .exclude(household__in=today)
        .exclude(solicitations__channel=Channel.POST)
        .exclude(solicitations__state__in=[State.PLANNED, State.LEAVING, State.SENT])
    )
    found = unreached.select_related("household__residence").order_by("household__residence", "digest")
    once = {invitation.household_id: invitation for invitation in found}
    homes = {invitation: invitation.household for invitation in once.values() if invitation.household}
    silent = objecting(landlord=wave.landlord_id, among=homes.values())
    silent |= budget_spent(landlord=wave.landlord_id, budget=terms_of(landlord=wave.landlord_id).budget, at=at)
    asked = {invitation: envelope_of(home) for invitation, home in homes.items() if home.pk not in silent}
    return [one for one, lines in asked.items() if lines], [one for one, lines in asked.items() if not lines]


def envelope_of(household: Household) -> tuple[str, ...]:
    """What the envelope of a household says, nothing when its address is not whole; its residence is read with it."""
    home = household.residence
    return envelope(
        name=household.name,
        address=household.address,
        street=home.address,
        postcode=home.postcode,
        town=home.commune_name,
    )


def letters_of(*, wave: Wave, on: date) -> QuerySet[Invitation]:
    """The letters prepared on a day that may still be answered."""
    found = Invitation.objects.filter(
        wave=wave,
        solicitations__channel=Channel.POST,
        solicitations__left_at=start_of_day(on),
        sealed__isnull=False,
        household__isnull=False,
    )
    return found.select_related("household__residence").order_by("household__residence", "digest")


def printed(*, wave: Wave, invitations: Iterable[Invitation], origin: str) -> dict[str, Any]:
    """What letters say, as plain data; those that no postman would deliver are left out.

    Raises:
        ValueError: when the wave has no questionnaire.
    """
    if wave.questionnaire is None:
        raise ValueError(wave)
    form = questionnaire(wave.questionnaire)
    letters = [
        _letter(invitation, lines, form, origin)
        for invitation in invitations
        if invitation.household and (lines := envelope_of(invitation.household))
    ]
    return {
        "landlord": wave.landlord.name,
        "return_to": terms_of(landlord=wave.landlord_id).return_address,
        "title": wave.subject,
        "site": f"{origin}/s/",
        "message": wave.message,
        "purpose": wave.purpose,
        "closes_on": wave.closes_on.isoformat(),
        "forms": {language: _form(form, language) for language in {letter["language"] for letter in letters}},
        "letters": letters,
    }


def _letter(invitation: Invitation, lines: tuple[str, ...], form: Questionnaire, origin: str) -> dict[str, Any]:
    token = unseal(bytes(invitation.sealed or b""), digest=invitation.digest)
    return {
        "to": lines,
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
