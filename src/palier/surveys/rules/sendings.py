"""What may leave, when, at what cost, and how often one household is asked anything at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from palier.calendar import PARIS, at_hour, public_holidays
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.retention import MONTHS_SET
from palier.verdict import YES, Verdict, no


class State(StrEnum):
    """Where a solicitation stands.

    ``LEAVING`` is kept before the message is handed over. A worker that dies then leaves it there: nobody knows whether the
    message left, so it becomes ``UNSURE``, which counts in the budget, and another one is planned.
    """

    PLANNED = "planned"
    LEAVING = "leaving"
    SENT = "sent"
    UNSURE = "unsure"
    DROPPED = "dropped"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "planned": "À partir",
            "leaving": "En train de partir",
            "sent": "Parti",
            "unsure": "Peut-être parti, remplacé",
            "dropped": "Non envoyé",
            "failed": "Refusé par l’opérateur",
        }[self.value]


# What counts in the budget: what left, and what may have left.
COUNTED = frozenset({State.LEAVING, State.SENT, State.UNSURE})


@dataclass(frozen=True, slots=True)
class Budget:
    """How many times a household is solicited at most in any run of days, over all surveys and channels."""

    most: int = 5
    days: int = 90

    @property
    def window(self) -> timedelta:
        """The length of the run of days."""
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a landlord that set nothing else. ``sms_price`` is in thousandths of a euro, one segment of text each."""

    budget: Budget = Budget()
    sms_price: int = 60
    sender: str = ""
    months_kept: int = 12
    return_address: str = ""


def terms_hold(terms: Terms) -> Verdict:
    """Whether a landlord may set so."""
    said = []
    if not 1 <= terms.budget.most <= 12:
        said.append(no("surveys.budget_most", "Entre 1 et 12 sollicitations."))
    if not 30 <= terms.budget.days <= 365:
        said.append(no("surveys.budget_days", "Entre 30 et 365 jours."))
    least, most = MONTHS_SET
    if not least <= terms.months_kept <= most:
        said.append(no("surveys.months_kept", f"Entre {least} et {most} mois."))
    if terms.sender and not (terms.sender.isascii() and terms.sender.replace(" ", "").isalnum() and len(terms.sender) <= 11):
        said.append(no("surveys.sender", "L’émetteur d’un SMS a 11 lettres ou chiffres au plus, sans accent."))
    return Verdict.all(said)


class Why(StrEnum):
    """Why a message did not leave, or an event asked nobody."""

    CLOSED = "closed"
    ANSWERED = "answered"
    GONE = "gone"
    OBJECTED = "objected"
    NO_CONTACT = "no_contact"
    BUDGET = "budget"
    CEILING = "ceiling"
    NO_WAVE = "no_wave"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """In French, after « parce que »."""
        return {
            "closed": "la vague est close",
            "answered": "la réponse ou le refus est déjà là",
            "gone": "le ménage n’est plus locataire",
            "objected": "le ménage s’y oppose",
            "no_contact": "aucun moyen de le joindre par ce canal",
            "budget": "le ménage a été assez sollicité",
            "ceiling": "le plafond de dépense est atteint",
            "no_wave": "aucune enquête à chaud n’est ouverte pour cet événement",
            "unknown": "le ménage est inconnu",
        }[self.value]


# Nobody's telephone rings at dinner or on a Sunday. Calls keep to the hours that decree 2022-1313 sets for canvassing.
_SMS_HOURS = (9, 20)
_CALL_HOURS = ((10, 13), (14, 20))
# No call tries more often than this for one invitation.
MOST_CALLS = 5


def may_ring(at: datetime) -> bool:
    """Whether a short message may arrive now: Monday to Saturday, 9 to 20 in Paris, public holidays apart."""
    local = at.astimezone(PARIS)
    return _is_open_day(local.date()) and _SMS_HOURS[0] <= local.hour < _SMS_HOURS[1]


def next_ring(at: datetime) -> datetime:
    """The first instant from ``at`` on when a short message may arrive."""
    if may_ring(at):
        return at
    local = at.astimezone(PARIS)
    day = local.date() if local.time() < time(_SMS_HOURS[0]) else local.date() + timedelta(days=1)
    while not _is_open_day(day):
        day += timedelta(days=1)
    return at_hour(day, _SMS_HOURS[0])


def _is_open_day(day: date) -> bool:
    return day.weekday() < 6 and day not in public_holidays(day.year)


def may_call(at: datetime) -> bool:
    """Whether one may ring a household up now: Monday to Friday, 10 to 13 and 14 to 20, public holidays apart."""
    local = at.astimezone(PARIS)
    working = local.weekday() < 5 and local.date() not in public_holidays(local.year)
    return working and any(first <= local.hour < last for first, last in _CALL_HOURS)


def call_hours(at: datetime) -> Verdict:
    """Whether a household may be rung up now, with the hours when not."""
    if may_call(at):
        return YES
    return no("surveys.call_hours", "On appelle du lundi au vendredi, de 10 h à 13 h et de 14 h à 20 h, sauf les jours fériés.")


# The characters that a short message carries seven bits each (3GPP TS 23.038); those of the second line count twice.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


def segments(text: str) -> int:
    """How many short messages a text is sent as, and paid for."""
    if set(text) <= _BASIC | _EXTENDED:
        length, one, many = len(text) + sum(character in _EXTENDED for character in text), 160, 153
    else:
        length, one, many = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)


def cost_of(channel: Channel, text: str, *, price: int) -> int:
    """What one message costs, in the unit of ``price``, the price of one segment."""
    return price * segments(text) if channel is Channel.SMS else 0
