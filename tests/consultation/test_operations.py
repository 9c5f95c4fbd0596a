"""Associating representatives: who is written to, what is kept, and what nobody can do in their stead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.calendar import paris_day
from palier.consultation import queries
from palier.consultation.models import Meeting, Reminder, Reply, Round, SharedDocument, Voice
from palier.consultation.operations import (
    answer_opinion,
    close_round,
    give_opinion,
    inform,
    mark_read,
    open_round,
    reach,
    record_meeting,
    remind,
    remind_due,
    withdraw_meeting,
)
from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association, add_member, end_membership
from palier.directory.rules import Kind, Role
from palier.documents.models import DocumentShare, Version
from palier.ledger.models import Entry
from palier.outbox.models import Message, State
from palier.verdict import Conflict, Refusal, Verdict
from tests.consultation.conftest import House

pytestmark = pytest.mark.django_db

MakeRound = Callable[..., Round]
VoiceOf = Callable[[Round, Organisation], Voice]


def gate(house: House, at: datetime, duty: Duty = Duty.OPINION, stage: str = "plan_drafting") -> Verdict:
    return gate_at(house.landlord, at, duty=duty, stage=stage)


def gate_at(
    landlord: Landlord,
    at: datetime,
    *,
    duty: Duty = Duty.OPINION,
    stage: str = "plan_drafting",
    lapse_days: int = 30,
    reminders: int = 2,
) -> Verdict:
    ask = queries.Ask(landlord.pk, 1, stage, duty, lapse_days, reminders)
    return queries.gates(asks=[ask], on=paris_day(at))[0]


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


# --- Opening -------------------------------------------------------------------------------------------------------


def test_each_representative_is_written_to_and_reads_what_is_shared(
    house: House, make_round: MakeRound, make_document: Callable[..., Version]
) -> None:
    version = make_document(house.landlord)
    round_ = make_round(documents=[version])
    messages = Message.objects.filter(event="consultation.asked").order_by("person_id")
    assert [m.person_id for m in messages] == [house.pond_speaker.pk, house.yards_speaker.pk]
    pages = [f"/organismes/{house.landlord.pk}/concertation/voix/{v.pk}/" for v in round_.voices.order_by("association_id")]
    assert [m.link for m in messages] == pages
    assert "jeudi 9 avril 2026" in messages[0].body
    assert DocumentShare.objects.filter(document=version.document, ended_at=None).count() == 2
    assert list(round_.shared.values_list("version", flat=True)) == [version.pk]
    entry = Entry.objects.get(act="consultation.opened")
    assert entry.content is not None
    assert entry.content["summary"] == (
        "a associé les représentants de locataires, « Le plan d’actions » : Amicale des Trois-Cours, Les Locataires de l’Étang."
    )


def test_a_stage_is_opened_once_at_a_time(house: House, make_round: MakeRound, at: datetime) -> None:
    make_round()
    with pytest.raises(Refusal, match="déjà associés"):
        make_round()
    close_round(landlord=house.landlord, cycle=1, stage="plan_drafting", by=house.lead, at=at)
    make_round()


def test_the_database_refuses_two_open_rounds_for_a_stage(make_round: MakeRound) -> None:
    round_ = make_round()
    with pytest.raises(IntegrityError, match="round_open_once"), transaction.atomic():
        Round.objects.bulk_create(
            [Round(**{f.attname: getattr(round_, f.attname) for f in Round._meta.fields if f.name != "id"})]
        )


def test_another_landlord_s_document_is_refused(
    house: House, make_round: MakeRound, make_landlord: Callable[..., Landlord], make_document: Callable[..., Version]
) -> None:
    theirs = make_document(make_landlord())
    with pytest.raises(Refusal, match="pas de votre organisme"):
        make_round(documents=[theirs])


def test_an_association_without_anybody_is_reached_later_and_awaited_until_then(
    house: House, make_round: MakeRound, make_person: Callable[..., Person], at: datetime
) -> None:
    for membership in house.yards.memberships.all():
        end_membership(membership=membership, by=None, at=at)
    tomorrow = at + timedelta(days=1)
    round_ = make_round(duty=Duty.INFORM, at=tomorrow)
    assert codes(gate(house, tomorrow, Duty.INFORM)) == ["consultation.not_reached"]
    with pytest.raises(Refusal, match="Personne de nouveau"):
        reach(round_=round_, by=house.lead, at=tomorrow)
    make_person(Role.TENANT_REPRESENTATIVE, house.yards)
    assert reach(round_=round_, by=house.lead, at=tomorrow) == ["Amicale des Trois-Cours"]
    assert gate(house, tomorrow, Duty.INFORM)


def test_an_association_that_comes_later_is_awaited_too(
    house: House,
    make_round: MakeRound,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    round_ = make_round(duty=Duty.INFORM)
    assert gate(house, at, Duty.INFORM)
    newcomer = make_organisation(Kind.TENANTS_ASSOCIATION, "Union locale des habitants")
    add_association(landlord=house.landlord, association=newcomer, by=None, at=at)
    make_person(Role.TENANT_REPRESENTATIVE, newcomer)
    assert codes(gate(house, at, Duty.INFORM)) == ["consultation.not_reached"]
    assert reach(round_=round_, by=house.lead, at=at) == ["Union locale des habitants"]
    assert gate(house, at, Duty.INFORM)


def test_informing_again_starts_a_round_of_its_own(house: House, at: datetime) -> None:
    for _ in range(2):
        inform(
            landlord=house.landlord,
            cycle=1,
            stage="instruction",
            subject="Instruction",
            message="Le dossier part.",
            by=None,
            at=at,
        )
    assert list(Round.objects.order_by("pk").values_list("closed_at", flat=True)) == [at, None]
    assert gate(house, at, Duty.INFORM, "instruction")


def test_an_opening_by_mistake_tells_nobody_if_closed_at_once(house: House, make_round: MakeRound, at: datetime) -> None:
    make_round()
    close_round(landlord=house.landlord, cycle=1, stage="plan_drafting", by=house.lead, at=at, because="mauvaise étape")
    assert set(Message.objects.filter(event="consultation.asked").values_list("state", flat=True)) == {State.CANCELLED}
    assert codes(gate(house, at)) == ["consultation.not_opened"]


# --- Speaking ------------------------------------------------------------------------------------------------------


def test_an_opinion_is_kept_as_written_told_to_the_landlord_and_traced(
    house: House, make_round: MakeRound, voice_of: VoiceOf, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    text = "Nous approuvons la reprise des halls.\nNous demandons un gardien."
    give_opinion(voice=voice, opinion=Opinion.FAVOURABLE_WITH_REQUESTS, text=text, by=house.pond_speaker, at=at)
    (kept,) = queries.opinions(landlord=house.landlord.pk, cycle=1)
    assert (kept.opinion, kept.text, kept.person, kept.answered_at) == (
        Opinion.FAVOURABLE_WITH_REQUESTS,
        text,
        house.pond_speaker,
        at,
    )
    assert Message.objects.get(event="consultation.answered").person_id == house.lead.pk
    assert Entry.objects.get(act="consultation.opinion_given").actor_id == house.pond_speaker.pk


def test_an_opinion_once_given_is_refused_a_second_time(
    house: House, make_round: MakeRound, voice_of: VoiceOf, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    give_opinion(voice=voice, opinion=Opinion.FAVOURABLE, text="", by=house.pond_speaker, at=at)
    with pytest.raises(Conflict, match="il ne change plus"):
        give_opinion(voice=voice, opinion=Opinion.UNFAVOURABLE, text="Non.", by=house.pond_speaker, at=at)
    assert voice_of(voice.round, house.pond).opinion == Opinion.FAVOURABLE


def test_nobody_gives_an_opinion_in_tenants_stead(
    house: House,
    make_round: MakeRound,
    voice_of: VoiceOf,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    at: datetime,
) -> None:
    owner = make_organisation(Kind.LABEL_OWNER)
    voice = voice_of(make_round(), house.pond)
    for somebody in (
        house.lead,
        house.yards_speaker,
        make_person(Role.DIRECTOR, house.landlord),
        make_person(Role.ADMINISTRATOR, owner),
        make_person(Role.REFERENT, owner),
        make_person(Role.COMMITTEE_CHAIR, owner),
        make_person(),
    ):
        with pytest.raises(Refusal) as refused:
            give_opinion(voice=voice, opinion=Opinion.FAVOURABLE, text="Oui.", by=somebody, at=at)
        assert codes(refused.value.verdict) == ["consultation.not_yours"]
    assert not gate(house, at)


@pytest.mark.parametrize("role", [Role.QUALITY_LEAD, Role.CONTRIBUTOR, Role.DIRECTOR])
def test_a_person_of_the_landlord_made_representative_still_does_not_speak_for_tenants(
    house: House, make_round: MakeRound, voice_of: VoiceOf, make_person: Callable[..., Person], at: datetime, role: Role
) -> None:
    voice = voice_of(make_round(), house.pond)
    insider = make_person(role, house.landlord)
    add_member(person=insider, organisation=house.pond, role=Role.TENANT_REPRESENTATIVE, by=None, at=at)
    for act in (
        lambda: give_opinion(voice=voice, opinion=Opinion.FAVOURABLE, text="Oui.", by=insider, at=at),
        lambda: mark_read(voice=voice, by=insider, at=at),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert codes(refused.value.verdict) == ["consultation.not_independent"]


def test_reading_is_traced_once_and_only_by_representatives(
    house: House, make_round: MakeRound, voice_of: VoiceOf, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    mark_read(voice=voice, by=house.pond_speaker, at=at)
    mark_read(voice=voice_of(voice.round, house.pond), by=house.pond_speaker, at=at + timedelta(days=1))
    assert voice_of(voice.round, house.pond).read_at == at
    assert Entry.objects.filter(act="consultation.read").count() == 1
    with pytest.raises(Refusal):
        mark_read(voice=voice, by=house.lead, at=at)


def test_a_reply_stands_under_the_opinion_and_never_touches_it(
    house: House, make_round: MakeRound, voice_of: VoiceOf, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    with pytest.raises(Refusal, match="pas encore donné"):
        answer_opinion(voice=voice, text="Merci.", by=house.lead, at=at)
    voice = give_opinion(voice=voice, opinion=Opinion.RESERVED, text="Le ménage.", by=house.pond_speaker, at=at)
    before = Voice.objects.values().get(pk=voice.pk)
    answer_opinion(voice=voice, text="Un contrôle sera fait par une autre personne.", by=house.lead, at=at)
    assert Voice.objects.values().get(pk=voice.pk) == before
    assert Message.objects.get(event="consultation.replied").person_id == house.pond_speaker.pk


# --- An opinion never changes, even around Python ------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE consultation_voice SET text = 'Tout va bien.'",
        "UPDATE consultation_voice SET opinion = 'favourable'",
        "UPDATE consultation_voice SET person_id = NULL, opinion = '', text = '', answered_at = NULL",
        "UPDATE consultation_voice SET answered_at = now()",
        "UPDATE consultation_voice SET read_at = NULL",
        "UPDATE consultation_voice SET sent_at = sent_at - interval '40 days'",
        "UPDATE consultation_voice SET association_id = association_id + 1",
        "DELETE FROM consultation_voice",
        "UPDATE consultation_reply SET text = 'Autre chose.'",
        "DELETE FROM consultation_reply",
        "UPDATE consultation_reminder SET at = at - interval '40 days'",
        "DELETE FROM consultation_reminder",
        "DELETE FROM consultation_shareddocument",
        "UPDATE consultation_meeting SET held_on = held_on - 3",
        "UPDATE consultation_meeting SET minutes_id = NULL",
        "DELETE FROM consultation_meeting",
        "DELETE FROM consultation_round",
    ],
)
def test_the_database_refuses_to_change_what_was_said(
    house: House,
    make_round: MakeRound,
    voice_of: VoiceOf,
    make_document: Callable[..., Version],
    at: datetime,
    sql: str,
) -> None:
    version = make_document(house.landlord)
    round_ = make_round(documents=[version])
    record_meeting(
        round_=round_, body=Body.COUNCIL, held_on=paris_day(at), invited=[house.pond], present=[house.pond],
        documents=[], minutes=version, by=house.lead, at=at,
    )  # fmt: skip
    remind(round_=round_, by=house.lead, at=at + timedelta(days=8))
    for association, person in ((house.pond, house.pond_speaker), (house.yards, house.yards_speaker)):
        voice = give_opinion(
            voice=voice_of(round_, association), opinion=Opinion.UNFAVOURABLE, text="Non.", by=person, at=at + timedelta(days=9)
        )
        answer_opinion(voice=voice, text="Nous reprenons le plan.", by=house.lead, at=at + timedelta(days=9))
    counts = [m.objects.count() for m in (Voice, Reply, Reminder, SharedDocument, Meeting, Round)]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert [m.objects.count() for m in (Voice, Reply, Reminder, SharedDocument, Meeting, Round)] == counts
    assert set(Voice.objects.values_list("opinion", "text")) == {("unfavourable", "Non.")}


def test_the_database_refuses_half_an_opinion(house: House, make_round: MakeRound) -> None:
    make_round()
    with pytest.raises(IntegrityError, match="voice_given_whole"), transaction.atomic():
        Voice.objects.update(opinion="favourable")


# --- Reminding -----------------------------------------------------------------------------------------------------


def test_a_reminder_reaches_those_awaited_and_waits_seven_days(
    house: House, make_round: MakeRound, voice_of: VoiceOf, at: datetime
) -> None:
    round_ = make_round()
    give_opinion(voice=voice_of(round_, house.pond), opinion=Opinion.FAVOURABLE, text="", by=house.pond_speaker, at=at)
    with pytest.raises(Refusal, match="laissez sept jours"):
        remind(round_=round_, by=house.lead, at=at + timedelta(days=6))
    assert remind(round_=round_, by=house.lead, at=at + timedelta(days=7)) == ["Amicale des Trois-Cours"]
    assert Message.objects.get(event="consultation.reminded").person_id == house.yards_speaker.pk
    with pytest.raises(Refusal, match="17 mars 2026"):
        remind(round_=round_, by=house.lead, at=at + timedelta(days=8))


def test_palier_reminds_by_itself_and_the_gate_opens_on_the_day_announced(
    house: House, make_round: MakeRound, at: datetime
) -> None:
    round_ = make_round()
    announced = queries.gate_view(queries.facts_of(round_, on=paris_day(at))).opens_on
    reminded = [day for day in range(60) if remind_due(round_=round_, at=at + timedelta(days=day))]
    assert reminded == [10, 20]
    opening = next(day for day in range(60) if gate(house, at + timedelta(days=day)))
    assert paris_day(at + timedelta(days=opening)) == announced
    assert Entry.objects.filter(act="consultation.reminded", actor_id=None).count() == 2


def test_a_reminder_to_nobody_is_not_one(house: House, make_round: MakeRound, at: datetime) -> None:
    round_ = make_round()
    for association in (house.pond, house.yards):
        for membership in association.memberships.all():
            end_membership(membership=membership, by=None, at=at)
    later = at + timedelta(days=10)
    with pytest.raises(Refusal, match="Plus personne"):
        remind(round_=round_, by=house.lead, at=later)
    assert remind_due(round_=round_, at=later) == []
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(("lapse_days", "reminders"), [(0, 0), (0, 2), (30, 0)])
def test_asking_the_gate_with_softer_rules_than_those_announced_opens_nothing(
    house: House, make_round: MakeRound, at: datetime, lapse_days: int, reminders: int
) -> None:
    make_round()
    verdict = gate_at(house.landlord, at + timedelta(days=40), lapse_days=lapse_days, reminders=reminders)
    assert not verdict


def test_a_round_of_information_never_stands_for_an_opinion(house: House, make_round: MakeRound, at: datetime) -> None:
    make_round(duty=Duty.INFORM)
    assert gate(house, at, Duty.INFORM)
    assert not gate(house, at + timedelta(days=100), Duty.OPINION)


# --- Meeting -------------------------------------------------------------------------------------------------------


def test_a_meeting_with_minutes_opens_and_its_withdrawal_closes(
    house: House, make_round: MakeRound, make_document: Callable[..., Version], at: datetime
) -> None:
    round_ = make_round()
    both = [house.pond, house.yards]
    meeting = record_meeting(
        round_=round_, body=Body.COUNCIL, held_on=paris_day(at), invited=both, present=[house.pond], documents=[],
        minutes=make_document(house.landlord), by=house.lead, at=at,
    )  # fmt: skip
    assert gate(house, at)
    told = Message.objects.get(event="consultation.informed")
    assert told.person_id == house.pond_speaker.pk
    assert "donner votre avis par écrit" in told.body
    with pytest.raises(Refusal, match="Dites pourquoi"):
        withdraw_meeting(meeting=meeting, because=" ", by=house.lead, at=at)
    withdraw_meeting(meeting=meeting, because="mauvaise étape", by=house.lead, at=at)
    assert Message.objects.get(pk=told.pk).state == "cancelled"
    assert codes(gate(house, at)) == ["consultation.awaited"]


def test_without_association_tenants_are_consulted_directly(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_document: Callable[..., Version],
    at: datetime,
) -> None:
    landlord = make_landlord()
    lead = make_person(Role.QUALITY_LEAD, landlord)
    round_ = open_round(
        landlord=landlord, cycle=1, stage="plan_drafting", duty=Duty.OPINION, subject="Le plan", message="Le plan est affiché.",
        documents=[], lapse_days=30, reminders=2, by=lead, at=at,
    )  # fmt: skip

    assert codes(gate_at(landlord, at + timedelta(days=1000))) == ["consultation.tenants_not_heard"]
    record_meeting(
        round_=round_, body=Body.DIRECT, held_on=paris_day(at), invited=[], present=[], documents=[], tenants=212,
        minutes=make_document(landlord), by=lead, at=at,
    )  # fmt: skip
    assert gate_at(landlord, at)


# --- Asking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 30])
def test_the_gates_of_many_journeys_ask_the_same_number_of_questions_as_one(
    house: House,
    make_landlord: Callable[..., Landlord],
    make_round: MakeRound,
    at: datetime,
    many: int,
) -> None:
    landlords = [make_landlord() for _ in range(many)]
    for landlord in landlords:
        add_association(landlord=landlord, association=house.pond, by=None, at=at)
        remind(round_=make_round(landlord=landlord), by=None, at=at + timedelta(days=7))
    asks = [queries.Ask(found.pk, 1, "plan_drafting", Duty.OPINION, 30, 2) for found in [*landlords, house.landlord]]
    with CaptureQueriesContext(connection) as asked:
        verdicts = queries.gates(asks=asks, on=paris_day(at))
    assert [codes(verdict) for verdict in verdicts] == [["consultation.awaited"]] * many + [["consultation.not_opened"]]
    assert len(asked) == 4


def test_a_representative_finds_only_the_voices_they_speak_for(
    house: House, make_round: MakeRound, make_person: Callable[..., Person], at: datetime
) -> None:
    make_round()
    today = paris_day(at)
    assert [v.association for v in queries.voices_of(person=house.pond_speaker, on=today)] == [house.pond]
    assert not queries.voices_of(person=house.lead, on=today).exists()
    assert not queries.voices_of(person=make_person(), on=today).exists()
