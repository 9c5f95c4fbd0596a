"""The approval of minutes is a matter of the next session: its vote approves the text that it was given, and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from palier.committee import operations as committee
from palier.committee.models import Committee, Item
from palier.committee.rules.terms import Matter
from palier.ledger.models import Entry
from palier.ledger.rules import sha256_of
from palier.minutes import operations, queries
from palier.minutes.models import Minutes
from palier.minutes.rules.life import State
from palier.minutes.rules.reading import proposed_to
from tests.minutes.conftest import CANARY, Held
from tests.minutes.test_life import refused

pytestmark = pytest.mark.django_db


def rewrite(held: Held, minutes: Minutes, text: str) -> None:
    operations.write_texts(minutes=minutes, preamble=text, debates={}, by=held.referent, at=held.sitting.later())
    minutes.refresh_from_db()


def text_of(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = item.dossiers.latest("number").content["text"]
    return found


def test_the_draft_is_frozen_with_its_fingerprint_and_its_comments(held: Held) -> None:
    minutes = held.send()
    made = operations.comment(
        minutes=minutes, text="Un mot manque.", item=held.open_matter, by=held.chair, at=held.sitting.later()
    )
    operations.answer(comment=made, taken=False, text="Non.", by=held.referent, at=held.sitting.later())
    item = held.propose(minutes)
    assert item.title == "Approbation du procès-verbal de la séance du 1er avril 2026"
    assert (item.matter, item.position, item.minutes_of) == (Matter.MINUTES, 1, held.session)
    text = text_of(item)
    assert text["content"] == queries.draft(session=held.session, minutes=minutes)
    assert text["sha256"] == sha256_of(text["content"])
    assert [(one["text"], one["answer"]) for one in text["comments"]] == [("Un mot manque.", "Non.")]


def test_the_conclusion_approves_the_text_that_was_voted(held: Held) -> None:
    minutes = held.send()
    item = held.propose(minutes)
    assert operations.catch_up(at=held.sitting.later()) == 0, "nothing was voted"
    held.vote(item)
    assert operations.catch_up(at=held.sitting.later()) == 1
    assert operations.catch_up(at=held.sitting.later()) == 0
    minutes.refresh_from_db()
    assert (minutes.state, minutes.approval) == (State.APPROVED, item)
    assert minutes.content == text_of(item)["content"]
    line = Entry.objects.get(act="minutes.approved")
    assert line.actor_id is None
    assert str(text_of(item)["sha256"]) in json.dumps(line.content)


def test_a_text_that_changed_since_is_not_approved_and_it_is_said(held: Held) -> None:
    minutes = held.send()
    item = held.propose(minutes)
    rewrite(held, minutes, "Une phrase que personne n’a reçue.")
    found = queries.standing(minutes=minutes)
    assert found is not None
    assert "elle ne l’approuverait pas" in found[1].sentence
    held.vote(item)
    assert operations.catch_up(at=held.sitting.later()) == 0
    minutes.refresh_from_db()
    assert minutes.state is State.SENT
    found = queries.standing(minutes=minutes)
    assert found is not None
    assert "celui-ci a changé depuis, et n’est pas approuvé" in found[1].sentence
    rewrite(held, minutes, "")  # as it was voted
    assert operations.catch_up(at=held.sitting.later()) == 1


def test_a_text_that_the_session_rejects_goes_to_another(held: Held) -> None:
    minutes = held.send()
    held.vote(held.propose(minutes), "minutes_rejected", reasons="Les débats du point 2 manquent.")
    assert operations.catch_up(at=held.sitting.later()) == 0
    found = queries.standing(minutes=minutes)
    assert found is not None
    assert [reason.code for reason in found[1].reasons] == ["minutes.not_passed"]
    assert held.approve(minutes).state is State.APPROVED


def test_the_text_on_an_agenda_follows_the_draft_until_the_convocation(held: Held) -> None:
    minutes = held.send()
    item = operations.propose(minutes=minutes, session=held.prepare_next(), by=held.referent, at=held.sitting.later())
    rewrite(held, minutes, "Complété avant la convocation.")
    assert text_of(item)["sha256"] == sha256_of(queries.draft(session=held.session, minutes=minutes))
    committee.convene(session=item.session, by=held.referent, at=held.sitting.later())
    sent = text_of(item)["sha256"]
    rewrite(held, minutes, "Complété après.")
    assert text_of(item)["sha256"] == sent
    with refused("committee.agenda_sent"):
        committee.restate(item=item, text={}, by=held.referent, at=held.sitting.later())


def test_minutes_are_proposed_once_read_again_to_their_committee_and_to_one_session(held: Held) -> None:
    minutes = held.start()
    ahead = held.prepare_next()
    assert operations.propose_ready(session=ahead, by=held.referent, at=held.sitting.later()) == []
    with refused("minutes.not_sent"):
        operations.propose(minutes=minutes, session=ahead, by=held.referent, at=held.sitting.later())
    operations.send(minutes=minutes, by=held.referent, at=held.sitting.later())
    other = held.prepare_next()
    other.committee = Committee.objects.create(name="Autre", created_at=held.sitting.now)
    other.save()
    with refused("minutes.another_committee"):
        operations.propose(minutes=minutes, session=other, by=held.referent, at=held.sitting.later())
    (item,) = operations.propose_ready(session=ahead, by=held.referent, at=held.sitting.later())
    assert item.minutes_of == held.session
    with refused("committee.on_another_agenda"):
        operations.propose(minutes=minutes, session=ahead, by=held.referent, at=held.sitting.later())
    with pytest.raises(DatabaseError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(minutes_of=None)


def test_the_text_is_put_again_to_a_second_convocation(held: Held) -> None:
    minutes = held.send()
    item = held.propose(minutes)
    starts = item.session.starts_at
    held.sitting.now = starts
    again = committee.convene_again(
        session=item.session,
        starts_at=starts.replace(month=starts.month + 1),
        ends_at=starts.replace(month=starts.month + 1, hour=starts.hour + 1),
        by=held.referent,
        at=held.sitting.later(),
    )
    after = again.items.get()
    assert text_of(after) == text_of(item)
    held.vote(after)
    assert operations.catch_up(at=held.sitting.later()) == 1


def test_who_is_recused_from_a_matter_reads_the_rest_of_the_text(held: Held) -> None:
    minutes = held.send()
    operations.write_texts(
        minutes=minutes, preamble="", debates={held.award.pk: CANARY}, by=held.referent, at=held.sitting.later()
    )
    for item in (held.award, None):
        made = operations.comment(minutes=minutes, text=CANARY, item=item, by=held.chair, at=held.sitting.later())
        operations.answer(comment=made, taken=True, text=CANARY, by=held.referent, at=held.sitting.later())
    text = text_of(held.propose(minutes))
    closed = queries.withheld(session=held.session, person=held.recused.person)
    assert CANARY in json.dumps(text)
    shown = proposed_to(text, closed, held.recused.person_id)
    assert CANARY not in json.dumps(shown)
    assert held.open_matter.title in json.dumps(shown, ensure_ascii=False)
