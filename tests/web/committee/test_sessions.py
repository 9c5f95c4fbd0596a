"""The pages of a session: prepared, convened, answered, declared; closed to who is recused or sits elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.committee import operations, queries
from palier.committee.models import Declaration, Item, Mandate, Recusal, SeatReply, Session
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Landlord, Person
from palier.directory.operations import add_member
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, sitting: Sitting) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: sitting.at)


@pytest.fixture
def member(sitting: Sitting, sign_in: SignIn) -> Callable[[Mandate], Client]:
    """A member who has accepted the invitation, signed in."""

    def make(mandate: Mandate) -> Client:
        add_member(person=mandate.person, organisation=mandate.seat.body, role=Role.COMMITTEE_MEMBER, by=None, at=sitting.at)
        return sign_in(mandate.person)

    return make


def words(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def url(name: str, sitting: Sitting, **more: object) -> str:
    if name not in {"committee_sessions", "committee_session_prepare"}:
        more["session_number"] = sitting.session.number
    return reverse(name, kwargs={"committee_id": sitting.committee.pk, **more})


def test_a_session_is_prepared_filled_and_convened(
    sitting: Sitting, sign_in: SignIn, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    client = sign_in(sitting.referent)
    given = {"written": "no", "day": "2026-05-06", "starts": "14:00", "ends": "17:00", "place": "Paris"}
    answer = client.post(url("committee_session_prepare", sitting), given, follow=True)
    assert "La séance est préparée" in words(answer)
    sitting.session = Session.objects.latest("pk")
    assert sitting.session.starts_at.isoformat() == "2026-05-06T12:00:00+00:00"
    assert "1 dossier attend le comité" in words(answer)
    answer = client.post(url("committee_items_ready", sitting), follow=True)
    assert f"{journey.landlord.name} : attribution du label" in words(answer)
    assert client.post(url("committee_item_add", sitting), {"title": ""}).status_code == 422
    client.post(url("committee_item_add", sitting), {"title": "Le bilan"})
    answer = client.post(url("committee_session_convene", sitting), follow=True)
    assert "Le comité est convoqué" in words(answer)
    item = Item.objects.get(journey=journey)
    answer = client.get(url("committee_item", sitting, item_id=item.pk))
    assert "Figé le 10 mars 2026" in words(answer)


def test_a_session_too_near_is_refused_with_its_reason(sitting: Sitting, sign_in: SignIn) -> None:
    sitting.put()
    Session.objects.filter(pk=sitting.session.pk).update(starts_at=sitting.at + timedelta(days=3))
    answer = sign_in(sitting.referent).post(url("committee_session_convene", sitting))
    assert answer.status_code == 422
    assert "au moins 15 jours avant" in words(answer)


def test_members_see_a_session_once_convened_answer_and_declare(sitting: Sitting, member: Callable[[Mandate], Client]) -> None:
    item = sitting.put("Le bilan")
    mine = sitting.titulars[1]
    client = member(mine)
    assert client.get(url("committee_session", sitting)).status_code == 404
    sitting.convene()
    assert "Le bilan" in words(client.get(url("committee_session", sitting)))
    client.post(url("committee_session_reply", sitting), {"coming": "remote"})
    assert SeatReply.objects.get().coming == "remote"
    page = url("committee_item", sitting, item_id=item.pk)
    assert client.post(page, {"interest": "interest"}).status_code == 422
    client.post(page, {"interest": "none"})
    assert Declaration.objects.get(mandate=mine).interest == "none"
    for name in ("committee_session_convene", "committee_session_cancel", "committee_items_ready"):
        assert client.post(url(name, sitting)).status_code == 403


def test_who_declares_a_link_loses_the_matter_at_once(sitting: Sitting, member: Callable[[Mandate], Client]) -> None:
    item = sitting.put("Canari attribution", presentation="Canari présentation")
    sitting.convene()
    client = member(sitting.titulars[1])
    page = url("committee_item", sitting, item_id=item.pk)
    answer = client.post(page, {"interest": "interest", "text": "J’y siège."}, follow=True)
    assert Recusal.objects.get().reach == Reach.PERSONAL
    assert "vous ne siégez pas sur ce point" in words(answer)
    assert "Canari attribution" in words(answer)
    assert client.get(page).status_code == 404
    assert client.post(page, {"interest": "none"}).status_code == 404


def test_an_institutional_recusal_closes_the_matter_to_the_substitute_too(
    sitting: Sitting, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    item = sitting.put()
    sitting.convene()
    page = url("committee_item_recuse", sitting, item_id=item.pk)
    given = {"mandate": sitting.titulars[2].pk, "reach": "institutional", "because": "Sa fédération."}
    assert sign_in(sitting.referent).post(page, given | {"because": ""}).status_code == 422
    sign_in(sitting.referent).post(page, given)
    for mandate in (sitting.titulars[2], sitting.substitutes[2]):
        assert member(mandate).get(url("committee_item", sitting, item_id=item.pk)).status_code == 404


def test_a_recused_referent_is_closed_out_like_anybody(sitting: Sitting, sign_in: SignIn) -> None:
    item = sitting.put()
    sitting.convene()
    Mandate.objects.filter(pk=sitting.titulars[4].pk).update(person=sitting.referent)
    mandate = Mandate.objects.get(pk=sitting.titulars[4].pk)
    operations.recuse(item=item, mandate=mandate, reach=Reach.PERSONAL, because="Lien.", by=sitting.referent, at=sitting.at)
    client = sign_in(sitting.referent)
    for name in ("committee_item", "committee_item_recuse", "committee_item_review"):
        assert client.get(url(name, sitting, item_id=item.pk)).status_code == 404


def test_who_sits_in_no_committee_or_in_another_finds_nothing(
    sitting: Sitting, sign_in: SignIn, member: Callable[[Mandate], Client]
) -> None:
    sitting.put()
    sitting.convene()
    other = operations.found(name="Comité régional", by=sitting.referent, at=sitting.at)
    stranger = sitting.titulars[3]
    client = member(stranger)
    assert client.get(reverse("committee_sessions", kwargs={"committee_id": other.pk})).status_code == 404
    operations.end_mandate(mandate=stranger, by=sitting.referent, at=sitting.at)
    assert client.get(url("committee_session", sitting)).status_code in {403, 404}


def test_a_likely_conflict_is_dismissed_with_its_reason(
    sitting: Sitting, sign_in: SignIn, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    Landlord.objects.filter(pk=journey.landlord_id).update(federation=sitting.seats[0].body)
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    client = sign_in(sitting.referent)
    answer = client.get(url("committee_item", sitting, item_id=item.pk))
    assert "siège pour la fédération de cet organisme" in words(answer)
    clue = f"{sitting.titulars[0].person_id} own_federation {sitting.seats[0].body.name}"
    page = url("committee_item_review", sitting, item_id=item.pk)
    assert client.post(page, {"clue": clue, "confirmed": "no", "reason": ""}).status_code == 422
    answer = client.post(page, {"clue": clue, "confirmed": "no", "reason": "Sans lien direct."}, follow=True)
    assert "Écarté : Sans lien direct." in words(answer)


def test_the_session_enters_a_calendar(sitting: Sitting, member: Callable[[Mandate], Client]) -> None:
    sitting.put()
    sitting.convene()
    answer = member(sitting.titulars[0]).get(url("committee_session_calendar", sitting))
    event = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert event.decoded("dtstart") == AFTERNOON
    assert answer["Content-Type"].startswith("text/calendar")


def test_the_convocation_carries_the_calendar_file_and_the_cancellation_takes_it_back(sitting: Sitting) -> None:
    sitting.put()
    sitting.convene()
    Message.objects.filter(event="committee.convened").update(state="sent", settled_at=sitting.at)
    operations.cancel(session=sitting.session, because="Grève des trains.", by=sitting.referent, at=sitting.at)
    sent = Message.objects.filter(event="committee.convened", person_id=sitting.titulars[0].person_id).order_by("pk")
    first, second = (icalendar.Calendar.from_ical(message.attachment) for message in sent)
    assert [(str(file["method"]), int(file.walk("VEVENT")[0]["sequence"])) for file in (first, second)] == [
        ("PUBLISH", 0), ("CANCEL", 1),
    ]  # fmt: skip
    one, other = (file.walk("VEVENT")[0] for file in (first, second))
    assert (one["uid"], one.decoded("dtstart"), str(other["status"])) == (other["uid"], AFTERNOON, "CANCELLED")


def test_a_second_convocation_in_one_act(sitting: Sitting, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting.put("Reporté")
    sitting.convene()
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: AFTERNOON + timedelta(hours=4))
    client = sign_in(sitting.referent)
    given = {"day": "2026-04-10", "starts": "14:00", "ends": "16:00"}
    answer = client.post(url("committee_session_again", sitting), given, follow=True)
    assert "La seconde convocation est partie" in words(answer)
    assert "Seconde convocation de la séance n° 1" in words(answer)


def test_a_session_is_cancelled_with_its_reason(sitting: Sitting, sign_in: SignIn) -> None:
    client = sign_in(sitting.referent)
    assert client.post(url("committee_session_cancel", sitting), {"because": ""}).status_code == 422
    answer = client.post(url("committee_session_cancel", sitting), {"because": "Grève."}, follow=True)
    assert "annulée" in words(answer)


def test_lists_ask_the_same_queries_with_one_row_and_with_thirty(sitting: Sitting, sign_in: SignIn) -> None:
    client = sign_in(sitting.referent)
    sitting.put()
    counts = {}
    for name in ("committee_sessions", "committee_session"):
        client.get(url(name, sitting))
        with CaptureQueriesContext(connection) as seen:
            client.get(url(name, sitting))
        counts[name] = len(seen)
    for number in range(29):
        sitting.put(f"Point {number}")
        start = AFTERNOON + timedelta(days=number + 1)
        operations.prepare(
            committee=sitting.committee, starts_at=start, ends_at=start + timedelta(hours=1), by=sitting.referent, at=sitting.at
        )
    for name, count in counts.items():
        with CaptureQueriesContext(connection) as seen:
            client.get(url(name, sitting))
        assert len(seen) == count, name
    assert queries.items(session=sitting.session).count() == 30
    assert "a préparé la séance" in words(client.get(url("committee_session", sitting))), "its history is whole"


def test_who_sits_from_the_day_of_the_session_answers_before_it(sitting: Sitting, member: Callable[[Mandate], Client]) -> None:
    sitting.put()
    body = sitting.seats[0].body
    seat = operations.add_seat(committee=sitting.committee, body=body, voting=True, by=sitting.referent, at=sitting.at)
    to_come = operations.appoint(
        seat=seat, email="next@example.test", name="Mme S.", titular=True, starts_on=AFTERNOON.date(),
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    sitting.convene()
    client = member(to_come)
    assert client.get(url("committee_session", sitting)).status_code == 200
    client.post(url("committee_session_reply", sitting), {"coming": "present"})
    assert SeatReply.objects.get().mandate == to_come
