"""The tenants' gate: what is owed to tenants' representatives at a stage, and what opens it.

Nobody passes a stage without them. The gate has no key: it opens by what the associations did, by a meeting that was
held with them, or by a delay that ran out after reminders that each left time to answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palier.calendar import in_words
from palier.verdict import YES, Reason, Remedy, Verdict, no

# A reminder counts only if it leaves this long to answer, and follows the message before it by as much.
SPACING = timedelta(days=7)
# A meeting serves a stage if it was held at most this long before the stage's round was opened.
MEETING_WINDOW = timedelta(days=90)


class Duty(StrEnum):
    """What is owed to tenants' representatives at a stage."""

    INFORM = "inform"
    CONSULT = "consult"
    OPINION = "opinion"

    @property
    def label(self) -> str:
        """As a heading."""
        return {"inform": "Informer", "consult": "Consulter", "opinion": "Recueillir leur avis"}[self.value]

    @property
    def awaited(self) -> str:
        """What is awaited of each association."""
        return {"inform": "À informer", "consult": "Réponse attendue", "opinion": "Avis attendu"}[self.value]


class Opinion(StrEnum):
    """What an association says."""

    FAVOURABLE = "favourable"
    FAVOURABLE_WITH_REQUESTS = "favourable_with_requests"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"
    NO_OPINION = "no_opinion"

    @property
    def label(self) -> str:
        """In French, as shown beside the text."""
        return _OPINIONS[self][0]

    @property
    def meaning(self) -> str:
        """In plain words, beside the choice."""
        return _OPINIONS[self][1]

    @property
    def needs_text(self) -> bool:
        """Whether it says nothing without its text."""
        return self in {Opinion.FAVOURABLE_WITH_REQUESTS, Opinion.RESERVED, Opinion.UNFAVOURABLE}


_OPINIONS = {
    Opinion.FAVOURABLE: ("Favorable", "Nous sommes d’accord."),
    Opinion.FAVOURABLE_WITH_REQUESTS: (
        "Favorable, avec des demandes",
        "Nous sommes d’accord, et nous demandons quelque chose.",
    ),
    Opinion.RESERVED: ("Réservé", "Des points nous inquiètent."),
    Opinion.UNFAVOURABLE: ("Défavorable", "Nous ne sommes pas d’accord."),
    Opinion.NO_OPINION: ("Sans avis", "Nous avons lu et nous ne nous prononçons pas."),
}


class Body(StrEnum):
    """Where a meeting was held."""

    COUNCIL = "council"
    BOARD = "board"
    WORKING_GROUP = "working_group"
    AD_HOC = "ad_hoc"
    DIRECT = "direct"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "council": "Conseil de concertation locative",
            "board": "Conseil d’administration",
            "working_group": "Groupe de travail",
            "ad_hoc": "Réunion dédiée",
            "direct": "Consultation directe des locataires",
        }[self.value]


class Through(StrEnum):
    """By what an association's part is done."""

    INFORMED = "informed"
    ANSWERED = "answered"
    MET = "met"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Voice:
    """One association in a round: when it was written to, reminded, when it read and answered."""

    association: int
    name: str
    sent_on: date | None = None
    reminded_on: tuple[date, ...] = ()
    read_on: date | None = None
    answered_on: date | None = None
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as recorded: who was invited, who came, and whether its minutes (or its notice) are there."""

    body: Body
    held_on: date
    invited: frozenset[int] = frozenset()
    present: frozenset[int] = frozenset()
    has_minutes: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything the gate looks at. ``round`` is None while nothing was opened for this stage.

    ``lapse_days`` run from the day each association was written to; ``reminders`` is how many must be traced.
    """

    landlord: int
    duty: Duty
    on: date
    round: int | None
    lapse_days: int
    reminders: int
    voices: tuple[Voice, ...] = ()
    meetings: tuple[Meeting, ...] = ()


def counted(voice: Voice) -> tuple[date, ...]:
    """The days of the messages that count: the first one, then each reminder at least seven days after the one before."""
    if voice.sent_on is None:
        return ()
    days = [voice.sent_on]
    for day in sorted(voice.reminded_on):
        if day - days[-1] >= SPACING:
            days.append(day)
    return tuple(days)


def next_reminder_on(voice: Voice, facts: GateFacts) -> date | None:
    """The day on which Palier writes again by itself: the delay cut in equal parts, seven days apart at the least.

    None when nothing more is due: an answer came, all reminders were made, or nobody could be written to.
    """
    days = counted(voice)
    if not days or voice.answered_on is not None or len(days) > facts.reminders:
        return None
    return days[-1] + max(SPACING, timedelta(days=facts.lapse_days // (facts.reminders + 1)))


def answer_until(voice: Voice, facts: GateFacts) -> date | None:
    """The last day of the delay to answer, included; None when nobody could be written to."""
    return voice.sent_on + timedelta(days=facts.lapse_days) if voice.sent_on else None


def opens_on(voice: Voice, facts: GateFacts) -> date | None:
    """The day on which the gate stops waiting for this association, the reminders still due being made on their day.

    That is the day after its delay, and seven days after the last reminder that counts. None when nobody could be
    written to: only a meeting opens then.
    """
    until = answer_until(voice, facts)
    if until is None:
        return None
    days = counted(voice)[: facts.reminders + 1]
    last = days[-1]
    for _ in range(facts.reminders + 1 - len(days)):
        last = max(last + max(SPACING, timedelta(days=facts.lapse_days // (facts.reminders + 1))), facts.on)
    return max(until + timedelta(days=1), last + SPACING if facts.reminders else until)


def lapsed(voice: Voice, facts: GateFacts) -> bool:
    """Whether the delay ran out: its last day is past, every reminder was made, and each left time to answer."""
    opening = opens_on(voice, facts)
    return opening is not None and len(counted(voice)) > facts.reminders and opening <= facts.on


def serves(meeting: Meeting, duty: Duty) -> bool:
    """Whether a meeting stands for an answer: somebody came, and its minutes are there (informing needs none)."""
    return bool(meeting.present) and (meeting.has_minutes or duty is Duty.INFORM)


def through(voice: Voice, facts: GateFacts) -> Through | None:
    """By what this association's part is done; None while it is awaited.

    A meeting counts for the associations that were invited to it, and for no other.
    """
    if voice.answered_on is not None:
        return Through.ANSWERED
    if any(serves(m, facts.duty) and voice.association in m.invited | m.present for m in facts.meetings):
        return Through.MET
    if facts.duty is Duty.INFORM:
        return Through.INFORMED if voice.sent_on is not None else None
    return Through.LAPSED if lapsed(voice, facts) else None


def awaited(facts: GateFacts) -> tuple[Voice, ...]:
    """The associations without whom the gate stays closed."""
    return tuple(voice for voice in facts.voices if through(voice, facts) is None)


def gate_opens_on(facts: GateFacts) -> date | None:
    """The day on which the gate opens by itself; None when it is open, or when only a meeting can open it."""
    waited = awaited(facts)
    days = [opens_on(voice, facts) for voice in waited]
    if facts.duty is Duty.INFORM or not days or None in days:
        return None
    return max(day for day in days if day is not None)


def gate(facts: GateFacts) -> Verdict:
    """Whether the stage may be passed as far as tenants are concerned. There is no other way through."""
    if facts.round is None:
        return no(
            "consultation.not_opened",
            "Les représentants de locataires n’ont pas encore été associés à cette étape.",
            Remedy("Associer les représentants", "consultation", {"landlord_id": facts.landlord}),
        )
    if not facts.voices:
        if any(meeting.has_minutes for meeting in facts.meetings):
            return YES
        return no(
            "consultation.tenants_not_heard",
            "Aucune association n’est active dans ce parc : les locataires sont consultés directement.",
            _page(facts, "consultation_meeting", "Enregistrer la consultation directe"),
            detail="Une réunion ou une information aux locataires, avec son document.",
        )
    waited = awaited(facts)
    reached = tuple(voice for voice in waited if voice.sent_on is not None)
    unreached = tuple(voice for voice in waited if voice.sent_on is None)
    return Verdict((*_unreached(unreached, facts), *_awaited(reached, facts)))


def _unreached(voices: Collection[Voice], facts: GateFacts) -> Iterable[Reason]:
    for voice in voices:
        yield Reason(
            "consultation.not_reached",
            f"{voice.name} n’a encore rien reçu.",
            _page(facts, "consultation_round", f"Joindre {voice.name}"),
            "Inscrivez une personne qui la représente puis partagez à nouveau, ou réunissez l’association.",
        )


def _awaited(voices: tuple[Voice, ...], facts: GateFacts) -> Iterable[Reason]:
    if not voices:
        return
    names = ", ".join(voice.name for voice in voices)
    what = "Un avis" if facts.duty is Duty.OPINION else "Une réponse"
    many = f"{_NUMBERS.get(len(voices), str(len(voices)))} {'avis' if facts.duty is Duty.OPINION else 'réponses'}"
    done = len(facts.voices) - len(awaited(facts))
    detail = f"{done} association{'s' if done > 1 else ''} sur {len(facts.voices)}."
    if opening := gate_opens_on(facts):
        detail += f" À défaut de réponse, la porte s’ouvre le {in_words(opening)}, après les relances tracées."
    yield Reason(
        "consultation.awaited",
        f"{what} de représentants de locataires manque : {names}."
        if len(voices) == 1
        else f"{many} de représentants de locataires manquent : {names}.",
        _page(facts, "consultation_round", "Voir les avis"),
        detail,
    )


_NUMBERS = {2: "Deux", 3: "Trois", 4: "Quatre", 5: "Cinq", 6: "Six"}


def _page(facts: GateFacts, page: str, label: str) -> Remedy:
    return Remedy(label, page, {"landlord_id": facts.landlord, "round_id": facts.round or 0})


def may_remind(voice: Voice, on: date) -> Verdict:
    """Whether an association may be reminded on a day: it was written to, has not answered, and had seven days."""
    if voice.sent_on is None:
        return no("consultation.not_reached", f"{voice.name} n’a encore rien reçu : partagez d’abord le dossier.")
    if voice.answered_on is not None:
        return no("consultation.answered", f"{voice.name} a déjà répondu.")
    last = max((voice.sent_on, *voice.reminded_on))
    if on - last < SPACING:
        return no(
            "consultation.too_soon",
            f"{voice.name} a reçu un message le {in_words(last)} : laissez sept jours. Relance possible le {in_words(last + SPACING)}.",
        )
    return YES


def to_remind(facts: GateFacts) -> tuple[Voice, ...]:
    """The awaited associations that may be reminded today."""
    return tuple(voice for voice in awaited(facts) if may_remind(voice, facts.on))


def may_remind_some(facts: GateFacts) -> Verdict:
    """Whether at least one association may be reminded today; otherwise why none may."""
    waited = awaited(facts)
    if not waited:
        return no("consultation.nobody_awaited", "Aucune réponse n’est attendue.")
    if to_remind(facts):
        return YES
    return Verdict.all(may_remind(voice, facts.on) for voice in waited)


def complete_opinion(opinion: Opinion, text: str) -> Verdict:
    """Whether an opinion may be sent: what is asked or feared must be written."""
    if opinion.needs_text and not text.strip():
        return no("consultation.text_missing", f"Un avis « {opinion.label.lower()} » s’accompagne de votre texte : écrivez-le.")
    return YES


def complete_meeting(
    *,
    held_on: date,
    opened_on: date,
    on: date,
    invited: Collection[int],
    present: Collection[int],
    associations: Collection[int],
) -> Verdict:
    """Whether a meeting may be recorded for a round opened on a day."""
    wrong = []
    if held_on > on:
        wrong.append(no("consultation.meeting_to_come", "La réunion n’a pas encore eu lieu : enregistrez-la le jour venu."))
    if held_on < opened_on - MEETING_WINDOW:
        wrong.append(
            no(
                "consultation.meeting_too_old",
                f"La réunion du {in_words(held_on)} est trop ancienne : elle ne porte pas sur cette étape.",
            )
        )
    if set(present) - set(invited):
        wrong.append(
            no("consultation.present_not_invited", "Une association présente figure aussi parmi les invitées : cochez-la.")
        )
    if set(invited) - set(associations):
        wrong.append(no("consultation.not_in_round", "Une des associations n’est pas associée à cette étape."))
    if associations and not invited:
        wrong.append(no("consultation.nobody_invited", "Indiquez les associations invitées."))
    return Verdict.all(wrong)
