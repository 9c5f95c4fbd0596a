"""A session cancelled once it was convened: nobody travels to it, and nobody hears of what they never heard of."""

from __future__ import annotations

import pytest

from palier.committee import operations
from palier.committee.rules.agenda import Coming
from palier.outbox.models import Message, State
from palier.outbox.operations import dismiss
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db


def told(sitting: Sitting) -> set[int]:
    """Who is told, once the session is cancelled."""
    operations.cancel(session=sitting.session, because="Grève des trains.", by=sitting.referent, at=sitting.at)
    found = Message.objects.filter(event="committee.convened", subject__contains="est annulée")
    assert all("CANCELLED" in message.attachment for message in found)
    return set(found.values_list("person_id", flat=True))


def test_whose_convocation_had_not_left_is_told_nothing(sitting: Sitting) -> None:
    sitting.put()
    sitting.convene()
    (first, *_) = Message.objects.filter(event="committee.convened")
    Message.objects.filter(pk=first.pk).update(state=State.SENT, settled_at=sitting.at)
    assert told(sitting) == {first.person_id}


def test_whoever_may_know_of_a_session_is_told_that_it_is_cancelled(sitting: Sitting) -> None:
    sitting.put()
    sitting.convene()
    convoked = Message.objects.filter(event="committee.convened")
    former, failed, by_phone, hurried, gone = sitting.titulars

    def now(whose: object, **state: object) -> Message:
        convoked.filter(person_id=whose).update(settled_at=sitting.at, **state)
        return convoked.get(person_id=whose)

    now(former.person_id, state=State.SENT, undo_key="")  # as messages were written before they bore a key
    lost = now(failed.person_id, state=State.DEAD)
    said = now(by_phone.person_id, state=State.DEAD)
    dismiss(pk=said.pk, because="Prévenue par téléphone.", by=sitting.referent.pk, at=sitting.at)
    now(gone.person_id, state=State.SENT)
    operations.end_mandate(mandate=gone, by=sitting.referent, at=sitting.at)
    seat = operations.add_seat(
        committee=sitting.committee, body=sitting.seats[0].body, voting=True, by=sitting.referent, at=sitting.at
    )
    newcomer = operations.appoint(
        seat=seat, email="next@example.test", name="Mme S.", titular=True, starts_on=AFTERNOON.date(),
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    for mandate in (hurried, newcomer):
        operations.reply(session=sitting.session, mandate=mandate, coming=Coming.PRESENT, by=mandate.person, at=sitting.at)
    assert told(sitting) == {mandate.person_id for mandate in (former, failed, by_phone, hurried, newcomer)}
    lost.refresh_from_db()
    assert lost.state == State.CANCELLED, "nobody sends it again once the session is cancelled"
