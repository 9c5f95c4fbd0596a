"""A session that never opened has minutes too: who was convened, what they replied, who came, and why it was not held."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from palier.committee import operations as committee
from palier.committee.models import Session
from palier.committee.rules.agenda import Coming
from palier.committee.rules.outcomes import Outcome
from palier.documents.storage import path_of
from palier.minutes import operations, queries
from palier.minutes.models import Copy, Minutes
from tests.committee.conftest import Sitting, referent, sitting
from tests.minutes.test_life import refused

__all__ = ["referent", "sitting"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def empty(sitting: Sitting) -> Sitting:
    """A session to which two of five seats came: it could not open."""
    sitting.put("Le bilan de l’année")
    sitting.convene()
    first, second = sitting.titulars[:2]
    committee.reply(session=sitting.session, mandate=first, coming=Coming.PRESENT, by=first.person, at=sitting.at)
    committee.reply(session=sitting.session, mandate=second, coming=Coming.ABSENT, by=second.person, at=sitting.at)
    sitting.enter(first, second)
    return sitting


def start(sitting: Sitting) -> Minutes:
    return operations.start(session=sitting.session, by=sitting.referent, at=sitting.later())


def test_they_are_written_once_the_hour_is_past(empty: Sitting) -> None:
    with refused("minutes.not_over"):
        start(empty)
    assert not queries.sessions_with(sessions=Session.objects.all(), at=empty.now).exists()
    empty.now = empty.session.ends_at
    start(empty)
    assert queries.sessions_with(sessions=Session.objects.all(), at=empty.now).get() == empty.session


def test_a_session_cancelled_before_its_hour_has_none(empty: Sitting) -> None:
    committee.cancel(
        session=empty.session, because="Grève.", by=empty.referent, at=empty.session.starts_at - timedelta(hours=1)
    )
    empty.session.refresh_from_db()
    empty.now = empty.session.ends_at
    with refused("minutes.cancelled_before"):
        start(empty)
    assert not queries.sessions_with(sessions=Session.objects.all(), at=empty.now).exists()


def test_they_say_who_was_convened_who_came_and_why(empty: Sitting) -> None:
    committee.cancel(session=empty.session, because="Le quorum manque.", by=empty.referent, at=empty.later())
    empty.session.refresh_from_db()
    content = queries.draft(session=empty.session, minutes=start(empty))
    lapse = content["session"]["lapse"]
    assert lapse["because"] == "Le quorum manque."
    assert lapse["quorum"]["sentence"].startswith("Quorum manqué : 2 sièges présents. Il fallait")
    assert content["session"]["opened_at"] is None
    people = [person for seat in content["attendance"] for person in seat["people"] if not person["rank"]]
    assert [person["reply"] and person["reply"]["code"] for person in people] == ["present", "absent", None, None, None]
    assert [len(person["stays"]) for person in people] == [1, 1, 0, 0, 0]
    (matter,) = content["matters"]
    assert (matter["fate"]["code"], matter["polls"], matter["documents"]) == ("withdrawn", [], None)


def test_they_name_the_session_convened_again(empty: Sitting) -> None:
    later = empty.now + timedelta(days=20)
    again = committee.convene_again(
        session=empty.session, starts_at=later, ends_at=later + timedelta(hours=2), by=empty.referent, at=empty.later()
    )
    empty.now = empty.session.ends_at
    assert queries.draft(session=empty.session, minutes=start(empty))["session"]["lapse"]["again"] == again.number


def test_they_take_the_same_path_up_to_the_signed_copy(empty: Sitting) -> None:
    empty.now = empty.session.ends_at
    minutes = start(empty)
    operations.send(minutes=minutes, by=empty.referent, at=empty.later())
    made = operations.comment(minutes=minutes, text="J’étais souffrant.", by=empty.titulars[2].person, at=empty.later())
    operations.answer(comment=made, taken=False, text="Noté.", by=empty.referent, at=empty.later())
    before, starts = empty.session, empty.now + timedelta(days=30)
    empty.session = committee.prepare(
        committee=empty.committee, starts_at=starts, ends_at=starts + timedelta(hours=2), by=empty.referent, at=empty.later()
    )
    minutes.refresh_from_db()
    (item,) = operations.propose_ready(session=empty.session, by=empty.referent, at=empty.later())
    assert item.title == "Approbation du procès-verbal de carence de la séance du 1er avril 2026"
    committee.convene(session=empty.session, by=empty.referent, at=empty.later())
    empty.session.refresh_from_db()
    empty.now = starts
    here = empty.titulars[:3]
    empty.open(*here)
    empty.begin(item, *here)
    poll = empty.poll(item, outcome=Outcome.MINUTES_APPROVED)
    for mandate in here:
        empty.vote(poll, mandate, "for")
    empty.close(poll)
    committee.conclude(item=item, by=empty.referent, at=empty.later())
    assert operations.catch_up(at=empty.later()) == 1
    operations.sign(minutes=minutes, by=here[0].person, at=empty.later())
    operations.seal_due(at=empty.later())
    pdf = path_of(Copy.objects.get(minutes__session=before).sha256).read_bytes()
    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    assert "Procès-verbal de carence de la séance n° 1" in text
    assert "elle ne s’est pas ouverte" in text
    assert "Quorum manqué : 2 sièges présents" in text
