"""Minutes: written from the record, commented, approved by a later session, signed and locked; closed to who is recused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from palier.committee.models import Poll, Recusal
from palier.documents.storage import path_of
from palier.jobs.files import sweep
from palier.ledger.rules import sha256_of
from palier.minutes import operations, queries
from palier.minutes.models import Comment, Copy, Minutes
from palier.minutes.rules.life import State
from palier.outbox.models import Message
from palier.register import pades
from palier.verdict import Refusal
from tests.minutes.conftest import CANARY, Held

pytestmark = pytest.mark.django_db


def refused(code: str) -> Any:
    """The refusal of this code, nothing else."""
    return pytest.raises(Refusal, match=None, check=lambda e: code in [reason.code for reason in e.verdict.reasons])


# --- Written from the record ---------------------------------------------------------------------------------------


def test_a_draft_written_twice_is_the_same(held: Held) -> None:
    assert queries.draft(session=held.session) == queries.draft(session=held.session)


def test_the_record_is_written_down(held: Held) -> None:
    content = queries.draft(session=held.session)
    award, free = content["matters"]
    assert content["session"]["opened_seats"] == 5
    assert content["session"]["opened_at"].endswith("+02:00"), "the hours are those of Paris"
    assert [r["name"] for r in award["recusals"]] == [held.recused.person.name, held.sitting.titulars[4].person.name]
    assert {r["reach"]["code"] for r in award["recusals"]} == {"institutional", "personal"}
    (poll,) = award["polls"]
    said = Poll.objects.get(item=held.award)
    assert (poll["sentence"], poll["count"]["for"], poll["count"]["against"]) == (said.sentence, 3, 1)
    assert poll["quorum"]["sentence"].startswith("Quorum atteint : 4 sièges présents")
    substituted = next(v for v in poll["voices"] if v["rank"])
    assert substituted["name"] == held.sitting.substitutes[4].person.name
    assert [v["hold"]["code"] for v in poll["voices"]] == ["sits", "sits", "recused", "sits", "sits"]
    (dissent,) = [v for v in poll["voices"] if v["ballot"] and v["ballot"]["dissents"]]
    assert dissent["ballot"]["reasons"] == f"Le plan est mince, {CANARY}."
    assert award["decision"]["label"] == "Label attribué"
    first, second = free["polls"]
    assert (first["void"], first["replaced_by"], second["replaces"]) == (True, 2, 1)
    assert [v["name"] for v in first["voidings"]] == ["Mme R.", held.chair.name]
    assert [v["name"] for v in second["voices"] if v["left"]] == [held.sitting.titulars[4].person.name]


def test_what_nobody_recorded_is_not_written(held: Held) -> None:
    content = queries.draft(session=held.session)
    out = [person for seat in content["attendance"] for person in seat["people"] if not person["stays"]]
    assert {person["name"] for person in out} == {m.person.name for m in held.sitting.substitutes[:4]}
    assert all(person["reply"] is None for person in out)
    assert content["preamble"] == ""
    assert all(matter["debates"] == "" for matter in content["matters"])


# --- The life ------------------------------------------------------------------------------------------------------


def test_minutes_go_from_the_draft_to_the_signed_copies(held: Held) -> None:
    minutes = held.send()
    told = Message.objects.filter(event="minutes.moved")
    assert set(told.values_list("person_id", flat=True)) == {
        m.person_id for m in [*held.sitting.titulars, held.sitting.substitutes[4]]
    }
    made = operations.comment(
        minutes=minutes, text="Mon nom s’écrit autrement.", item=held.open_matter, by=held.chair, at=held.sitting.later()
    )
    with refused("minutes.unanswered"):
        held.propose(minutes)
    operations.answer(comment=made, taken=False, text="L’annuaire le dit ainsi.", by=held.referent, at=held.sitting.later())
    told = Message.objects.filter(event="minutes.commented").order_by("pk")
    assert list(told.values_list("person_id", flat=True)) == [held.referent.pk, held.chair.pk]
    operations.write_texts(
        minutes=minutes, preamble="Accueil.", debates={held.open_matter.pk: "On discute."}, by=held.referent,
        at=held.sitting.later(),
    )  # fmt: skip
    held.approve(minutes)
    with refused("minutes.approved"):
        operations.write_texts(minutes=minutes, preamble="Autre.", debates={}, by=held.referent, at=held.sitting.later())
    with refused("minutes.not_the_chair"):
        operations.sign(minutes=minutes, by=held.referent, at=held.sitting.later())
    copies = held.sign(minutes)
    assert minutes.state is State.SIGNED
    whole = copies[0]
    assert whole.content["approved"] == {
        "session": 3,
        "on": held.sitting.now.date().isoformat(),
        "sha256": sha256_of(minutes.content),
    }
    assert whole.content["signed"] == {
        "name": held.chair.name,
        "office": "présidence",
        "at": whole.content["signed"]["at"],
        "except": [],
    }
    assert whole.content["matters"][1]["debates"] == "On discute."
    assert {tuple(copy.withheld) for copy in copies} == {(), (1,)}
    for copy in copies:
        assert copy.digest == sha256_of(copy.content)


def test_only_who_was_there_comments(held: Held) -> None:
    minutes = held.send()
    with refused("minutes.was_not_there"):
        operations.comment(minutes=minutes, text="…", by=held.sitting.substitutes[0].person, at=held.sitting.later())
    with refused("minutes.not_yours"):
        operations.comment(minutes=minutes, text="…", item=held.award, by=held.recused.person, at=held.sitting.later())


def test_a_correction_names_the_version_that_it_corrects(held: Held) -> None:
    minutes = held.signed()
    before = Copy.objects.get(minutes=minutes, withheld=[])
    with refused("minutes.correction_reason"):
        operations.correct(minutes=minutes, because=" ", by=held.referent, at=held.sitting.later())
    made = operations.correct(minutes=minutes, because="Une faute de nom.", by=held.referent, at=held.sitting.later())
    assert queries.draft(session=held.session, minutes=made)["corrects"] == {
        "version": 1,
        "sha256": before.digest,
        "because": "Une faute de nom.",
    }
    operations.send(minutes=made, by=held.referent, at=held.sitting.later())
    held.sign(held.approve(made))
    assert Copy.objects.get(minutes=made, withheld=[]).content["version"] == 2
    cut = queries.copy_for(minutes=made, person=held.recused.person)
    assert cut is not None
    assert cut.content["corrects"]["because"] == "", "it may speak of the matter"
    before.refresh_from_db()
    assert before.content["version"] == 1


def test_what_is_signed_never_changes(held: Held) -> None:
    minutes = held.send()
    made = operations.comment(minutes=minutes, text="Bien.", by=held.chair, at=held.sitting.later())
    operations.answer(comment=made, taken=True, text="Merci.", by=held.referent, at=held.sitting.later())
    operations.write_texts(
        minutes=minutes, preamble="", debates={held.award.pk: "Débats."}, by=held.referent, at=held.sitting.later()
    )
    held.approve(minutes)
    held.sign(minutes)
    operations.seal_due(at=held.sitting.later())
    for change in (
        "UPDATE minutes_minutes SET preamble = 'x'",
        "UPDATE minutes_minutes SET signed_at = NULL, signed_by_id = NULL",
        "DELETE FROM minutes_minutes",
        "UPDATE minutes_debate SET text = 'x'",
        "DELETE FROM minutes_debate",
        "UPDATE minutes_comment SET answer = 'x'",
        "DELETE FROM minutes_comment",
        "UPDATE minutes_copy SET content = '{}'",
        "UPDATE minutes_copy SET sha256 = repeat('0', 64)",
        "DELETE FROM minutes_copy",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Comment.objects.create(minutes=minutes, by=held.chair, text="Trop tard.", at=held.sitting.later())


def test_what_is_approved_only_waits_for_its_signature(held: Held) -> None:
    minutes = held.approve(held.send())
    for change in ({"preamble": "x"}, {"content": {}}, {"approval": None, "approved_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Minutes.objects.filter(pk=minutes.pk).update(**change)


def test_a_recused_chair_signs_without_the_matter_and_it_is_said(held: Held) -> None:
    Recusal.objects.create(
        item=held.open_matter, mandate=held.sitting.titulars[0], reach="personal", because="Lien.", by=held.referent,
        at=held.sitting.later(),
    )  # fmt: skip
    minutes = held.approve(held.send())
    said = {tuple(copy.withheld): copy.content["signed"]["except"] for copy in held.sign(minutes)}
    assert said == {(): [2], (1,): [2], (2,): []}


def test_the_files_of_copies_are_never_swept(held: Held) -> None:
    held.signed()
    operations.seal_due(at=held.sitting.later())
    sweep(at=timezone.now() + timedelta(days=3))
    assert all(path_of(copy.sha256).exists() for copy in Copy.objects.all())


# --- On paper ------------------------------------------------------------------------------------------------------


def _text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", " ")


def test_each_copy_has_its_signed_pdf_with_its_twin(held: Held) -> None:
    held.signed()
    assert operations.seal_due(at=held.sitting.later()) == 2
    assert operations.seal_due(at=held.sitting.later()) == 0
    for copy in Copy.objects.select_related("authority"):
        assert copy.authority is not None
        pdf = path_of(copy.sha256).read_bytes()
        assert pades.holds(pdf, copy.authority.chain)
        assert json.loads(PdfReader(BytesIO(pdf)).attachments["proces-verbal.json"][0]) == copy.content
        text = _text(pdf)
        assert copy.digest in text
        assert "Le bilan de l’année" in text
        assert (CANARY in text) is not bool(copy.withheld)
        assert held.award.title in text.replace("\xa0", " ").replace("\u202f", " ")


# --- Recusal wins --------------------------------------------------------------------------------------------------


def test_who_is_recused_reads_nothing_of_the_matter_but_its_title(held: Held, make_person: Callable[..., Any]) -> None:
    minutes = held.send()
    operations.write_texts(
        minutes=minutes, preamble="", debates={held.award.pk: CANARY}, by=held.referent, at=held.sitting.later()
    )
    for item in (held.award, None):
        made = operations.comment(minutes=minutes, text=CANARY, item=item, by=held.chair, at=held.sitting.later())
        operations.answer(comment=made, taken=True, text=CANARY, by=held.referent, at=held.sitting.later())
    out = [held.recused, held.sitting.substitutes[2], held.sitting.titulars[4]]
    for mandate in out:
        content = queries.read_by(session=held.session, minutes=minutes, person=mandate.person)
        assert CANARY not in json.dumps(content, ensure_ascii=False)
        assert content["matters"][0] == {"position": 1, "title": held.award.title, "withheld": True}
        closed = queries.withheld(session=held.session, person=mandate.person)
        assert not queries.comments(minutes=minutes, person=mandate.person, closed=closed)
    held.approve(minutes)
    held.sign(minutes)
    for mandate in out:
        copy = queries.copy_for(minutes=minutes, person=mandate.person)
        assert copy is not None
        assert CANARY not in json.dumps(copy.content, ensure_ascii=False)
    whole = queries.copy_for(minutes=minutes, person=held.sitting.titulars[1].person)
    assert whole is not None
    assert CANARY in json.dumps(whole.content, ensure_ascii=False)
    mails = Message.objects.filter(event__startswith="minutes.")
    assert not [one for one in mails if CANARY in one.subject + one.body]
