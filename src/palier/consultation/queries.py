"""What one may ask of consultation, each in a fixed number of SQL queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from palier.calendar import in_words, paris_day
from palier.consultation.models import Meeting as MeetingRow
from palier.consultation.models import Reply, Round
from palier.consultation.models import Voice as VoiceRow
from palier.consultation.rules import (
    Body,
    Duty,
    GateFacts,
    Meeting,
    Opinion,
    Through,
    Voice,
    gate_opens_on,
    next_reminder_on,
    through,
)
from palier.consultation.rules import gate as gate_of
from palier.directory.models import Membership, Person, Relation, dated
from palier.directory.rules import Kind, Role
from palier.verdict import Verdict


def current_round(*, landlord: int, cycle: int, stage: str) -> Round | None:
    """The round under way for a stage."""
    return Round.objects.filter(landlord=landlord, cycle=cycle, stage=stage, closed_at__isnull=True).first()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a journey's rules owe to tenants' representatives at its present stage."""

    landlord: int
    cycle: int
    stage: str
    duty: Duty
    lapse_days: int
    reminders: int


def gates(*, asks: Sequence[Ask], on: date) -> list[Verdict]:
    """Whether tenants' representatives have had their part, for many journeys at once. Four SQL queries at most.

    The delay and the number of reminders are never less than those announced when a round was opened.
    """
    return [gate_of(facts) for facts in gate_facts(asks=asks, on=on)]


def gate_facts(*, asks: Sequence[Ask], on: date) -> list[GateFacts]:
    """What the gates of many journeys look at on a day, in the order asked."""
    landlords = {ask.landlord for ask in asks}
    open_ = {
        (row.landlord_id, row.cycle, row.stage): row
        for row in Round.objects.filter(landlord__in=landlords, closed_at__isnull=True)
    }
    rounds_ = [open_[key] for ask in asks if (key := (ask.landlord, ask.cycle, ask.stage)) in open_]
    gathered = _gather(rounds_, on)
    found = []
    for ask in asks:
        row = open_.get((ask.landlord, ask.cycle, ask.stage))
        if row is None:
            found.append(GateFacts(ask.landlord, ask.duty, on, None, ask.lapse_days, ask.reminders))
        else:
            found.append(
                _facts(row, gathered, on, ask.duty, max(ask.lapse_days, row.lapse_days), max(ask.reminders, row.reminders))
            )
    return found


def facts_of(round_: Round, *, on: date) -> GateFacts:
    """What the gate looks at in one round. While it is open, an association that came since is awaited too."""
    return _facts(round_, _gather([round_], on), on, Duty(round_.duty), round_.lapse_days, round_.reminders)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The voices and meetings of rounds, and the associations present at their landlords."""

    voices: dict[int, list[Voice]]
    meetings: dict[int, list[Meeting]]
    present: dict[int, list[tuple[int, str]]]


def _gather(rounds_: Sequence[Round], on: date) -> _Gathered:
    gathered = _Gathered(defaultdict(list), defaultdict(list), defaultdict(list))
    if not rounds_:
        return gathered
    for row in _voices(rounds_):
        gathered.voices[row.round_id].append(_voice(row))
    for meeting in _meetings(rounds_):
        gathered.meetings[meeting.round_id].append(_meeting(meeting))
    present = Relation.objects.filter(
        dated(on),
        landlord__in=[r.landlord_id for r in rounds_],
        role=Role.TENANT_REPRESENTATIVE,
        holder__kind=Kind.TENANTS_ASSOCIATION,
    )
    pairs = (
        present.order_by("holder__plain_name", "holder_id").values_list("landlord_id", "holder_id", "holder__name").distinct()
    )
    for landlord, association, name in pairs:
        gathered.present[landlord].append((association, name))
    return gathered


def _facts(round_: Round, gathered: _Gathered, on: date, duty: Duty, lapse_days: int, reminders: int) -> GateFacts:
    voices_ = list(gathered.voices[round_.pk])
    if round_.closed_at is None:
        known = {voice.association for voice in voices_}
        voices_ += [Voice(pk, name) for pk, name in gathered.present[round_.landlord_id] if pk not in known]
    return GateFacts(
        landlord=round_.landlord_id,
        duty=duty,
        on=on,
        round=round_.pk,
        lapse_days=lapse_days,
        reminders=reminders,
        voices=tuple(voices_),
        meetings=tuple(gathered.meetings[round_.pk]),
    )


def _voices(rounds_: Sequence[Round]) -> QuerySet[VoiceRow]:
    return (
        VoiceRow.objects.filter(round__in=rounds_)
        .select_related("association")
        .annotate(reminded=ArrayAgg("reminders__at", filter=Q(reminders__isnull=False), default=[]))
        .order_by("association__plain_name", "pk")
    )


def _meetings(rounds_: Sequence[Round]) -> QuerySet[MeetingRow]:
    return (
        MeetingRow.objects.filter(round__in=rounds_, withdrawn_at__isnull=True)
        .annotate(
            invited_ids=ArrayAgg("invited", distinct=True, filter=Q(invited__isnull=False), default=[]),
            present_ids=ArrayAgg("present", distinct=True, filter=Q(present__isnull=False), default=[]),
        )
        .order_by("held_on", "pk")
    )


def _voice(row: VoiceRow) -> Voice:
    reminded: list[datetime] = getattr(row, "reminded", [])
    return Voice(
        association=row.association_id,
        name=row.association.name,
        sent_on=paris_day(row.sent_at) if row.sent_at else None,
        reminded_on=tuple(sorted(paris_day(at) for at in reminded)),
        read_on=paris_day(row.read_at) if row.read_at else None,
        answered_on=paris_day(row.answered_at) if row.answered_at else None,
        opinion=Opinion(row.opinion) if row.opinion else None,
    )


def _meeting(row: MeetingRow) -> Meeting:
    return Meeting(
        Body(row.body),
        row.held_on,
        frozenset(getattr(row, "invited_ids", [])),
        frozenset(getattr(row, "present_ids", [])),
        row.minutes_id is not None,
    )


@dataclass(frozen=True, slots=True)
class GateLine:
    """One association as the gate shows it: ``state`` is done, doing or todo, ``word`` says it, ``note`` details it."""

    association: int
    name: str
    state: str
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class GateView:
    """The gate as people see it: open or not and why, the day it opens by itself, one line an association."""

    verdict: Verdict
    lines: tuple[GateLine, ...]
    opens_on: date | None
    sentence: str

    @property
    def open(self) -> bool:
        """Whether the stage may be passed as far as tenants are concerned."""
        return bool(self.verdict)


def gate_view(facts: GateFacts) -> GateView:
    """How the gate is shown. No SQL query."""
    verdict = gate_of(facts)
    sentence = "" if verdict or facts.round is not None else verdict.sentence
    if facts.round is not None and not facts.voices:
        sentence = verdict.sentence or "Aucune association n’est active : les locataires ont été consultés directement."
    return GateView(verdict, tuple(_line(voice, facts) for voice in facts.voices), gate_opens_on(facts), sentence)


def _line(voice: Voice, facts: GateFacts) -> GateLine:
    state, word, note = _done(voice, facts) or _waiting(voice, facts)
    return GateLine(voice.association, voice.name, state, word, note)


def _done(voice: Voice, facts: GateFacts) -> tuple[str, str, str] | None:
    match through(voice, facts):
        case Through.ANSWERED if voice.answered_on and voice.opinion:
            word = "Avis donné" if facts.duty is Duty.OPINION else "Réponse donnée"
            return "done", f"{word} le {in_words(voice.answered_on, year=False)}", voice.opinion.label
        case Through.MET:
            return "done", "Associée en réunion", _note(voice, facts)
        case Through.INFORMED if voice.sent_on:
            return "done", f"Informée le {in_words(voice.sent_on, year=False)}", _note(voice, facts)
        case Through.LAPSED:
            return "doing", "Délai passé sans réponse", _note(voice, facts)
    return None


def _waiting(voice: Voice, facts: GateFacts) -> tuple[str, str, str]:
    if voice.sent_on is None:
        return "todo", "Pas encore jointe", "Personne n’est inscrit pour la représenter, ou le dossier n’a pas été partagé."
    if voice.read_on:
        return "doing", "Lu, sans réponse", _note(voice, facts)
    return "todo", facts.duty.awaited, _note(voice, facts)


def _note(voice: Voice, facts: GateFacts) -> str:
    parts = [f"Dossier lu le {in_words(voice.read_on, year=False)}." if voice.read_on else "Pas encore ouvert."]
    if voice.reminded_on:
        many = len(voice.reminded_on)
        times = "Relancée" if many == 1 else f"{many} relances, la dernière"
        parts.append(f"{times} le {in_words(voice.reminded_on[-1], year=False)}.")
    if through(voice, facts) is None and (coming := next_reminder_on(voice, facts)) and coming >= facts.on:
        rank = "1re" if not voice.reminded_on else f"{len(voice.reminded_on) + 1}e"
        parts.append(f"{rank} relance le {in_words(coming, year=False)}.")
    return " ".join(parts)


def rounds(*, landlord: int) -> QuerySet[Round]:
    """The rounds of a landlord, latest first, with how many associations were asked and how many answered."""
    return (
        Round.objects.filter(landlord=landlord)
        .annotate(
            asked=Count("voices", distinct=True),
            answered=Count("voices", distinct=True, filter=Q(voices__answered_at__isnull=False)),
            met=Count("meetings", distinct=True, filter=Q(meetings__withdrawn_at__isnull=True)),
        )
        .order_by("-opened_at", "-pk")
    )


def rounds_to_remind(*, on: date) -> QuerySet[Round]:
    """The rounds under way where somebody may still be awaited."""
    waiting = VoiceRow.objects.filter(round=OuterRef("pk"), answered_at__isnull=True, sent_at__isnull=False)
    return (
        Round.objects.filter(Exists(waiting), closed_at__isnull=True, opened_at__date__lt=on)
        .exclude(duty=Duty.INFORM)
        .select_related("landlord")
        .order_by("pk")
    )


def voices(round_: Round) -> QuerySet[VoiceRow]:
    """The associations of a round, by name, with what the landlord replied. Two SQL queries."""
    return (
        VoiceRow.objects.filter(round=round_)
        .select_related("association", "person", "round")
        .prefetch_related(Prefetch("replies", Reply.objects.select_related("by").order_by("at", "pk")))
        .order_by("association__plain_name", "pk")
    )


def opinions(*, landlord: int, cycle: int) -> QuerySet[VoiceRow]:
    """Every opinion given in a cycle, untouched, in the order in which they were given; closed rounds included."""
    return (
        VoiceRow.objects.filter(round__landlord=landlord, round__cycle=cycle, answered_at__isnull=False)
        .select_related("association", "person", "round")
        .prefetch_related(Prefetch("replies", Reply.objects.select_related("by").order_by("at", "pk")))
        .order_by("answered_at", "pk")
    )


def meetings(round_: Round) -> QuerySet[MeetingRow]:
    """The meetings of a round, withdrawn ones included, with all that is shown of them. Four SQL queries."""
    return (
        MeetingRow.objects.filter(round=round_)
        .select_related("minutes__document", "recorded_by")
        .prefetch_related("invited", "present", "documents__document")
        .order_by("held_on", "pk")
    )


def speakers(*, landlord: int, associations: Collection[int], on: date) -> dict[int, list[Person]]:
    """Who speaks for each association on a landlord's file on a day. One SQL query."""
    opened = Relation.objects.filter(
        dated(on),
        Q(person__isnull=True) | Q(person=OuterRef("person")),
        landlord=landlord,
        holder=OuterRef("organisation"),
        role=Role.TENANT_REPRESENTATIVE,
    )
    found: dict[int, list[Person]] = defaultdict(list)
    held = Membership.objects.filter(
        dated(on),
        Exists(opened),
        organisation__in=associations,
        role=Role.TENANT_REPRESENTATIVE,
        person__is_active=True,
    )
    for membership in held.select_related("person").order_by("organisation_id", "person_id"):
        if membership.person not in found[membership.organisation_id]:
            found[membership.organisation_id].append(membership.person)
    return dict(found)


def voices_of(*, person: Person, on: date) -> QuerySet[VoiceRow]:
    """The voices somebody may speak for on a day: of the associations they represent, where the file is open to them."""
    mine = Membership.objects.filter(
        dated(on), person=person, role=Role.TENANT_REPRESENTATIVE, organisation=OuterRef("association")
    )
    opened = Relation.objects.filter(
        dated(on),
        Q(person__isnull=True) | Q(person=person),
        landlord=OuterRef("round__landlord"),
        holder=OuterRef("association"),
        role=Role.TENANT_REPRESENTATIVE,
    )
    return (
        VoiceRow.objects.filter(Exists(mine), Exists(opened))
        .select_related("association", "round__landlord", "person")
        .order_by("-round__opened_at", "-pk")
    )


def shared_with(voices: QuerySet[VoiceRow]) -> list[tuple[int, str, str, int]]:
    """Of which landlord (number and name), at which stage and in which year: each once, by name. One SQL query."""
    told = voices.values_list("round__landlord", "round__landlord__name", "round__stage", "round__opened_at__year")
    return list(told.order_by("round__landlord__plain_name", "round__landlord").distinct())
