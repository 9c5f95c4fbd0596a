"""Filling a visit: only by whoever it is entrusted to, each sending once, nothing after its end."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from palier.calendar import in_words
from palier.documents.operations import receive
from palier.documents.storage import path_of
from palier.frameworks import queries as grids
from palier.frameworks.models import AnswerEvidence
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Conflict, Refusal
from palier.visits import operations, queries
from palier.visits.models import Photo, Priority, Visit
from palier.visits.operations.filling import Sent
from palier.visits.rules import PRIORITIES, Move, State
from tests.fixtures import NOON
from tests.visits.team import Field, picture, said

pytestmark = pytest.mark.django_db


def sent(key: str = "a1", content: bytes | None = None) -> Sent:
    content = content or picture()
    return Sent(key, hashlib.sha256(content).hexdigest(), receive(file=BytesIO(content), name=f"{key}.jpg"))


def state(visit: Visit) -> State:
    return State(queries.visits(landlord=visit.landlord_id).get(pk=visit.pk).state)


def test_the_shipped_sheet_has_eighty_points_that_may_all_be_unseen(field: Field) -> None:
    visit = field.taken()
    points = queries.grid(visit).criteria.values()
    assert len(points) == 80
    assert all(point.na_allowed for point in points)
    assert len({point.scale.code for point in points}) > 3


def test_taking_in_charge_starts_once_and_entrusts(field: Field) -> None:
    visit = field.planned()
    first = operations.take(visit=visit, by=field.agent, at=NOON)
    again = operations.take(visit=visit, by=field.agent, at=NOON)
    assert first.assessment_id == again.assessment_id
    assert first.entrusted_to == field.agent
    with pytest.raises(Refusal, match="confiée à une autre personne"):
        operations.take(visit=visit, by=field.colleague, at=NOON)


def test_only_whoever_it_is_entrusted_to_answers(field: Field) -> None:
    visit = field.taken()
    with pytest.raises(Refusal, match="confiée à une autre"):
        said(visit, "paths", by=field.colleague, value=3)
    with pytest.raises(Refusal, match="Prenez d’abord"):
        said(field.planned(to=field.colleague), "paths", by=field.colleague, value=3)


def test_an_answer_sent_again_writes_nothing_more(field: Field) -> None:
    visit = field.taken()
    first = said(visit, "paths", by=field.agent, value=1, note="Trou")
    lines = Entry.objects.count()
    again = said(visit, "paths", by=field.agent, value=1, note="Trou")
    assert (first.revision, again.revision) == (1, 1)
    assert Entry.objects.count() == lines


def test_somebody_else_changed_it_meanwhile(field: Field) -> None:
    visit = field.taken()
    said(visit, "paths", by=field.agent, value=1)
    operations.replan(visit=visit, planned_on=NOON.date(), entrusted_to=field.colleague, by=field.lead, at=NOON)
    with pytest.raises(Conflict) as conflict:
        said(visit, "paths", by=field.colleague, value=3)
    assert (conflict.value.theirs.value, conflict.value.theirs.who) == (1, "M. A.")
    assert grids.given(visit.assessment)["paths"].value == 1


def test_only_whoever_has_a_visit_is_told_of_it_and_of_its_last_day(field: Field) -> None:
    def waiting() -> list[tuple[int, bool]]:
        found = Message.objects.filter(event="visits.entrusted", state="waiting")
        return [(one.person_id, in_words(tomorrow) in one.subject) for one in found]

    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    visit = field.planned(to=field.agent)
    operations.replan(visit=visit, planned_on=today, entrusted_to=field.colleague, by=field.lead, at=NOON)
    assert waiting() == [(field.colleague.pk, False)]
    operations.replan(visit=visit, planned_on=tomorrow, entrusted_to=field.colleague, by=field.lead, at=NOON)
    assert waiting() == [(field.colleague.pk, True)]
    operations.cancel(visit=visit, because="Travaux", by=field.lead, at=NOON)
    assert waiting() == []


def test_a_photo_is_kept_once_without_what_it_hides(field: Field) -> None:
    visit = field.taken()
    one = operations.add_photo(visit=visit, criterion="paths", sent=sent(), by=field.agent, at=NOON)
    again = operations.add_photo(visit=visit, criterion="paths", sent=sent(), by=field.agent, at=NOON)
    assert one.pk == again.pk
    assert AnswerEvidence.objects.count() == 1
    file = path_of(queries.file_of(one.document_id).sha256)
    assert not dict(Image.open(file).getexif())
    with pytest.raises(Refusal, match="confiée"):
        operations.add_photo(visit=visit, criterion="paths", sent=sent("b2"), by=field.colleague, at=NOON)
    with pytest.raises(Refusal, match="pas de cette visite"):
        operations.add_photo(visit=visit, criterion="unknown", sent=sent("b2"), by=field.agent, at=NOON)


def test_a_photo_removed_leaves_its_point_and_stays_in_the_history(field: Field) -> None:
    visit = field.taken()
    operations.add_photo(visit=visit, criterion="paths", sent=sent(), by=field.agent, at=NOON)
    for _ in range(2):
        operations.remove_photo(visit=visit, key="a1", by=field.agent, at=NOON)
    assert queries.photos([visit]) == {}
    assert not AnswerEvidence.objects.exists()
    assert Photo.objects.get().document.versions.exists()


def test_it_ends_when_every_point_is_seen_and_five_come_first(field: Field) -> None:
    visit = field.taken()
    codes = list(queries.grid(visit).criteria)
    with pytest.raises(Refusal, match="80 points restent") as refusal:
        operations.finish(visit=visit, priorities=codes[:4], by=field.agent, at=NOON)
    assert "5 priorités" in str(refusal.value)
    for code in codes:
        said(visit, code, by=field.agent, value=None, not_seen=True)
    with pytest.raises(Refusal, match="pas un point"):
        operations.finish(visit=visit, priorities=[*codes[:4], "elsewhere"], by=field.agent, at=NOON)
    for _ in range(2):
        operations.finish(visit=visit, priorities=codes[:PRIORITIES], by=field.agent, at=NOON)
    assert state(visit) is State.DONE
    assert queries.priorities(visit) == codes[:PRIORITIES]
    assert Entry.objects.filter(act="visits.done").count() == 1
    with pytest.raises(Refusal, match="faite"):
        said(visit, "paths", by=field.agent, value=0, revision=1)


def test_what_moved_between_two_visits(field: Field) -> None:
    before = field.done(worst=2)
    later = NOON + timedelta(days=180)
    after = field.done(worst=1, at=later)
    assert queries.previous(after).pk == before.pk
    moves = {change.criterion.code: change.move for change in queries.changes(before, after)}
    codes = list(queries.grid(after).criteria)
    assert [moves[code] for code in codes[:3]] == [Move.SAME, Move.BETTER, Move.SAME]
    assert queries.previous(before) is None


def test_planning_moving_and_giving_up(field: Field) -> None:
    with pytest.raises(Refusal, match="à venir"):
        field.planned(at=NOON).landlord and operations.plan(
            landlord=field.landlord,
            places=[field.residence],
            planned_on=NOON.date() - timedelta(days=1),
            entrusted_to=None,
            by=field.lead,
            at=NOON,
        )
    visit = field.planned()
    assert queries.calendar(landlord=field.landlord, on=NOON.date() + timedelta(days=1)).late == 2
    operations.cancel(visit=visit, because="Travaux", by=field.lead, at=NOON)
    assert state(visit) is State.CANCELLED
    with pytest.raises(Refusal, match="annulée"):
        operations.take(visit=visit, by=field.agent, at=NOON)
    with pytest.raises(Refusal, match="visite faite"):
        operations.share(visit=visit, by=field.lead, at=NOON)


def test_the_database_itself_refuses_what_makes_no_sense(field: Field) -> None:
    visit = field.taken()
    for broken in ({"assessment": None}, {"cancelled_at": NOON}, {"shared_at": NOON}, {"kind": "cleanliness_round"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**broken)
    Priority.objects.create(visit=visit, rank=1, criterion="paths")
    with pytest.raises(IntegrityError), transaction.atomic():
        Priority.objects.create(visit=visit, rank=2, criterion="paths")
