"""The room of a session through its pages: presence, matters, polls, ballots and receipts; closed to who is recused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.committee import operations, queries
from palier.committee.models import Ballot, Decision, Item, Mandate, Poll, Voiding
from palier.committee.rules.seats import Office
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.directory.operations import add_member
from palier.directory.rules import Kind, Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger import queries as ledger
from palier.ledger.rules import commitment
from palier.ledger.verifier import Bad, check_proof, keys_of
from tests.committee.conftest import Sitting

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, sitting: Sitting) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)


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
    return reverse(name, kwargs={"committee_id": sitting.committee.pk, "session_number": sitting.session.number, **more})


def test_a_matter_goes_from_the_presence_to_its_decision(
    sitting: Sitting, member: Callable[[Mandate], Client], sign_in: SignIn, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    item = sitting.put("L’attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    runs = sign_in(sitting.referent)
    form = {str(m.pk): "here" for m in sitting.titulars[:4]} | {
        str(m.pk): "away" for m in [sitting.titulars[4], *sitting.substitutes]
    }
    assert "Les présences sont notées" in words(runs.post(url("committee_presences", sitting), form, follow=True))
    answer = runs.post(url("committee_session_open", sitting), follow=True)
    assert "La séance est ouverte" in words(answer)
    refused = runs.post(url("committee_item_open", sitting, item_id=item.pk))
    assert refused.status_code == 422
    assert "n’ont pas encore déclaré" in words(refused)
    sitting.declare(item, *sitting.titulars[:4])
    answer = runs.post(url("committee_item_open", sitting, item_id=item.pk), follow=True)
    assert "Mettre aux voix" in words(answer)
    page = url("committee_poll_open", sitting, item_id=item.pk)
    assert runs.post(page, {"outcome": "award_refused"}).status_code == 422
    answer = runs.post(page, {"outcome": "label_awarded"}, follow=True)
    assert "0 sur 4" in words(answer)
    poll = Poll.objects.get()
    assert poll.motion == f"Label attribué, {journey.landlord.name}"
    for mandate, choice in zip(sitting.titulars[:4], ["for", "for", "for", "against"], strict=True):
        client = member(mandate)
        screen = words(client.get(url("committee_room", sitting)))
        assert f"Votre voix, siège {mandate.seat.number}" in screen
        assert ("Clore le scrutin" in screen) is (mandate == sitting.titulars[0])
        voice = url("committee_vote", sitting, item_id=item.pk, poll_number=1, seat_id=mandate.seat_id)
        assert client.post(voice, {"choice": ""}).status_code == 422
        answer = client.post(voice, {"choice": choice, "reasons": f"Canari {choice} {mandate.pk}"}, follow=True)
        ballot = Ballot.objects.latest("pk")
        assert f"n° {ballot.entry}" in words(answer)
    screen = words(runs.get(url("committee_room", sitting)))
    assert "4 sur 4" in screen
    assert "Canari" not in screen
    answer = runs.post(url("committee_poll_close", sitting, item_id=item.pk, poll_number=1), follow=True)
    assert "Adopté : 3 voix pour, 1 contre, 0 abstention." in words(answer)
    assert f"Canari against {sitting.titulars[3].pk}" in words(answer)
    answer = runs.post(url("committee_item_conclude", sitting, item_id=item.pk), follow=True)
    assert "est conclu" in words(answer)
    assert Decision.objects.get().outcome == "label_awarded"
    answer = runs.post(url("committee_session_close", sitting), follow=True)
    assert "La séance est close" in words(answer)


@pytest.fixture
def under_way(sitting: Sitting) -> Item:
    """A matter that is open, everybody there."""
    item = sitting.put("Canari titre", presentation="Canari présentation")
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    return item


def test_a_receipt_opens_the_seal_and_is_the_voters_alone(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    poll = sitting.poll(under_way)
    mine = sitting.titulars[1]
    client = member(mine)
    voice = {"item_id": under_way.pk, "poll_number": poll.number, "seat_id": mine.seat_id}
    client.post(url("committee_vote", sitting, **voice), {"choice": "abstention", "conditions": "À revoir."})
    receipt = url("committee_ballot_receipt", sitting, version=1, **voice)
    found = json.loads(client.get(receipt).content)
    sealed = found["sealed"]
    assert sealed["said"]["choice"] == "abstention"
    assert commitment(bytes.fromhex(sealed["nonce"]), sealed["said"]) == found["content"]["facts"]["seal"]
    check_proof(found, keys := keys_of(ledger.keys_file()), [])
    sealed["said"]["choice"] = "for"
    with pytest.raises(Bad, match="Ce bulletin n’est pas celui dont la ligne"):
        check_proof(found, keys, [])
    assert member(sitting.titulars[2]).get(receipt).status_code == 404
    assert sign_in(sitting.referent).get(receipt).status_code == 403


def test_a_vote_asks_again_who_one_is_then_goes_on(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client]
) -> None:
    poll = sitting.poll(under_way)
    mine = sitting.titulars[1]
    mine.person.set_password("Un mot de passe bien long")
    mine.person.save()
    client = member(mine)
    session = client.session
    for proof in session["account_authentication_methods"]:
        proof["at"] -= 3600
    session.save()
    voice = url("committee_vote", sitting, item_id=under_way.pk, poll_number=poll.number, seat_id=mine.seat_id)
    asked = client.post(voice, {"choice": "for", "reasons": "Un bon plan.", "idempotency_key": "k1"})
    assert asked.status_code == 302
    assert not Ballot.objects.exists()
    client.post(asked["Location"], {"password": "Faux"})
    assert not Ballot.objects.exists()
    answer = client.post(asked["Location"], {"password": "Un mot de passe bien long"}, follow=True)
    assert "Votre voix est enregistrée" in words(answer)
    assert Ballot.objects.get().reasons == "Un bon plan."


def test_another_seats_voice_is_refused_and_the_refusal_stays_on_record(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    poll = sitting.poll(under_way)
    voice = url("committee_vote", sitting, item_id=under_way.pk, poll_number=poll.number, seat_id=sitting.titulars[2].seat_id)
    answer = member(sitting.titulars[1]).post(voice, {"choice": "for"})
    assert answer.status_code == 422
    assert "ne vous revient pas" in words(answer)
    assert not Ballot.objects.exists()
    assert member(sitting.substitutes[2]).post(voice, {"choice": "for"}).status_code == 422
    assert sign_in(sitting.referent).post(voice, {"choice": "for"}).status_code == 403


def test_the_recused_meet_nothing_of_a_matter_while_it_is_voted(sitting: Sitting, member: Callable[[Mandate], Client]) -> None:
    item = sitting.put("Canari titre", presentation="Canari présentation")
    sitting.convene()
    sitting.open(*sitting.titulars)
    out = sitting.titulars[2]
    sitting.declare(item, *sitting.titulars)
    operations.recuse(
        item=item, mandate=out, reach=Reach.INSTITUTIONAL, because="Canari motif", by=sitting.referent, at=sitting.later()
    )
    operations.open_item(item=item, by=sitting.referent, at=sitting.later())
    poll = sitting.poll(item, motion="Canari proposition")
    sitting.vote(poll, sitting.titulars[0], "for", reasons="Canari voix")
    for mandate in (sitting.substitutes[2], out):
        client = member(mandate)
        for page in (url("committee_room", sitting), url("committee_room_item", sitting, item_id=item.pk)):
            screen = words(client.get(page))
            assert "Vous ne siégez pas sur ce point" in screen
            assert "Canari titre" in screen
            assert not any(f"Canari {secret}" in screen for secret in ("présentation", "motif", "proposition", "voix"))
            assert "sur 4" not in screen
        voice = url("committee_vote", sitting, item_id=item.pk, poll_number=1, seat_id=mandate.seat_id)
        assert client.post(voice, {"choice": "for"}).status_code == 404
        live = client.get(url("committee_room", sitting), headers={"HX-Request": "true"})
        assert live.headers["HX-Refresh"] == "true"
    page = words(client.get(url("committee_room", sitting)))
    sitting.close(poll)
    assert "Canari" not in words(client.get(url("committee_room", sitting))).replace("Canari titre", "")
    query = page.split('hx-get="')[1].split('"')[0].split("?")[1].replace("&amp;", "&")
    refreshed = client.get(f"{url('committee_room', sitting)}?{query}", headers={"HX-Request": "true"})
    assert (refreshed.status_code, refreshed.content) == (204, b"")


def test_the_screen_says_what_changed_and_nothing_else(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client]
) -> None:
    poll = sitting.poll(under_way)
    client = member(sitting.titulars[0])
    where = url("committee_room", sitting)
    page = words(client.get(where))
    query = page.split('data-live hx-get="')[1].split('"')[0].split("?")[1].replace("&amp;", "&")
    again = client.get(f"{where}?{query}", headers={"HX-Request": "true"})
    assert again.headers["HX-Reswap"] == "none"
    assert "room-seat" not in words(again)
    sitting.vote(poll, sitting.titulars[3], "against", reasons="Canari voix")
    changed = client.get(f"{where}?{query}", headers={"HX-Request": "true"})
    assert "A voté" in words(changed)
    assert "Canari voix" not in words(changed)
    assert "1 sur 5" in words(changed)
    sitting.close(poll)
    assert client.get(f"{where}?{query}", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("voted", [False, True])
def test_a_refresh_asks_five_queries_at_most_whatever_the_room(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client], voted: bool
) -> None:
    poll = sitting.poll(under_way)
    client = member(sitting.titulars[0])
    where = url("committee_room", sitting)
    if voted:
        for mandate in sitting.titulars:
            sitting.vote(poll, mandate, "for")
    query = words(client.get(where)).split('data-live hx-get="')[1].split('"')[0].split("?")[1].replace("&amp;", "&")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"{where}?{query}&seen=other", headers={"HX-Request": "true"})
    # All that is asked, but for the marks of the transaction that holds a test.
    statements = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))]
    assert len(statements) <= 5, [sql[:120] for sql in statements]


def test_presences_touch_those_whom_this_page_changed_alone(sitting: Sitting, under_way: Item, sign_in: SignIn) -> None:
    here = {str(m.pk): "here" for m in sitting.titulars} | {f"{m.pk}-was": "here" for m in sitting.titulars}
    away = {str(m.pk): "away" for m in sitting.substitutes} | {f"{m.pk}-was": "away" for m in sitting.substitutes}
    late, gone, far = sitting.substitutes[4], sitting.titulars[3], sitting.titulars[1]
    sitting.enter(late)  # noted by somebody else since the form was drawn
    given = here | away | {str(gone.pk): "away", str(far.pk): "remote"}
    sign_in(sitting.referent).post(url("committee_presences", sitting), given)
    inside = queries.inside(session=sitting.session)
    assert late.pk in inside
    assert gone.pk not in inside
    assert inside[far.pk].remote
    poll = sitting.poll(under_way)
    assert isinstance(sitting.vote(poll, far, "for"), Ballot), "who goes on at a distance still sits"


def test_what_is_adopted_is_concluded_before_the_session_closes(sitting: Sitting, under_way: Item, sign_in: SignIn) -> None:
    poll = sitting.poll(under_way)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    answer = sign_in(sitting.referent).post(url("committee_session_close", sitting))
    assert answer.status_code == 422
    assert "concluez d’abord ce point" in words(answer)


def test_a_ballot_without_a_choice_is_asked_again_and_the_screen_stays_where_it_is(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client]
) -> None:
    sitting.poll(under_way)
    mine = sitting.titulars[2]
    voice = url("committee_vote", sitting, item_id=under_way.pk, poll_number=1, seat_id=mine.seat_id)
    answer = member(mine).post(voice, {"choice": "", "reasons": "Mes mots"})
    assert answer.status_code == 422
    assert "Mes mots" in words(answer)
    assert f'hx-get="{url("committee_room_item", sitting, item_id=under_way.pk)}?' in words(answer)


def test_a_page_left_open_replaces_no_voice_without_a_word(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client]
) -> None:
    sitting.poll(under_way)
    mine = sitting.titulars[2]
    client, voice = member(mine), url("committee_vote", sitting, item_id=under_way.pk, poll_number=1, seat_id=mine.seat_id)
    assert client.post(voice, {"choice": "for", "seen": "0"}).status_code == 302
    stale = client.post(voice, {"choice": "against", "reasons": "Mes mots", "seen": "0"})
    assert (stale.status_code, Ballot.objects.count()) == (409, 1)
    assert "Une voix a été donnée pour ce siège" in words(stale)
    assert "Mes mots" in words(stale)
    assert 'name="seen" value="1"' in stale.content.decode()
    assert client.post(voice, {"choice": "against", "seen": "1"}).status_code == 302
    assert [ballot.choice for ballot in Ballot.objects.order_by("version")] == ["for", "against"]


def test_a_recusal_by_mistake_is_lifted(sitting: Sitting, sign_in: SignIn) -> None:
    item = sitting.put()
    sitting.convene()
    mandate = sitting.titulars[2]
    recusal = operations.recuse(
        item=item, mandate=mandate, reach=Reach.PERSONAL, because="Par erreur.", by=sitting.referent, at=sitting.at
    )
    page = url("committee_recusal_lift", sitting, item_id=item.pk, recusal_id=recusal.pk)
    client = sign_in(sitting.referent)
    assert "Lever la récusation" in words(client.get(url("committee_item", sitting, item_id=item.pk)))
    assert client.post(page, {"because": ""}).status_code == 422
    assert "est levée" in words(client.post(page, {"because": "Une homonymie."}, follow=True))
    assert queries.recused(item=item) == {}


def test_a_poll_is_voided_by_two_people_and_held_again(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    poll = sitting.poll(under_way)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    page, room = (
        url("committee_poll_void", sitting, item_id=under_way.pk, poll_number=1),
        url("committee_room_item", sitting, item_id=under_way.pk),
    )
    runs, chair, voter = sign_in(sitting.referent), sign_in(sitting.titulars[0].person), member(sitting.titulars[1])
    assert runs.post(page, {"because": ""}).status_code == 422
    assert "il en faut une seconde" in words(runs.post(page, {"because": "Une voix mal notée."}, follow=True))
    assert runs.post(page, {"because": "Encore."}).status_code == 422
    for client, seen in ((chair, page), (chair, room), (voter, room)):  # who asks, and why, before anybody signs
        shown = words(client.get(seen))
        assert f"{sitting.referent.name} demande l’annulation du scrutin 1" in shown
        assert "Une voix mal notée." in shown
    assert "Signer l’annulation du scrutin 1" in words(chair.get(room))
    assert "Signer l’annulation" not in words(voter.get(room))
    assert "une autre personne la signe" in words(chair.get(room))  # beside « Conclure le point », which waits
    assert chair.post(url("committee_item_conclude", sitting, item_id=under_way.pk)).status_code == 422
    for seen in (page, room):
        shown = words(runs.get(seen))
        assert "Vous avez signé l’annulation du scrutin 1, il manque une autre personne" in shown
        assert "Retirer ma signature" in shown
    assert 'name="because"' not in words(runs.get(page))
    back = url("committee_voiding_back", sitting, item_id=under_way.pk, poll_number=1)
    assert chair.post(back).status_code == 422
    assert "Votre signature est retirée" in words(runs.post(back, follow=True))
    assert "demande l’annulation" not in words(chair.get(room))
    runs.post(page, {"because": "Une voix mal notée."})
    changed = chair.post(page, {"because": "Je l’ai vu aussi."})  # from a page that showed no request
    assert changed.status_code == 422
    asked = Voiding.objects.get(taken_back_at=None).pk
    assert f'name="read" value="{asked}"' in words(changed)
    signed = {"because": "Je l’ai vu aussi.", "read": asked}
    assert "Le scrutin est annulé" in words(chair.post(page, signed, follow=True))
    assert Voiding.objects.filter(taken_back_at=None).count() == 2
    assert voter.post(page, {"because": "Moi aussi."}).status_code == 403
    runs.post(url("committee_poll_open", sitting, item_id=under_way.pk), {"motion": "La même"})
    assert Poll.objects.get(number=2).replaces == poll
    assert "il remplace le scrutin 1, annulé" in words(voter.get(room))
    assert "donnez de nouveau la vôtre" in words(voter.get(room))
    for seen in (room, url("committee_item", sitting, item_id=under_way.pk)):
        shown = words(voter.get(seen))
        assert "Scrutin 1, annulé" in shown
        assert "Une voix mal notée." in shown
        assert "Je l’ai vu aussi." in shown
    assert "Scrutin 1, annulé" in words(voter.get(url("committee_session", sitting)))


def test_a_voiding_is_set_aside_by_another_even_when_its_signer_presides_no_more(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    poll = sitting.poll(under_way)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    chair, runs = member(sitting.titulars[0]), sign_in(sitting.referent)
    room = url("committee_room_item", sitting, item_id=under_way.pk)
    operations.void(poll=poll, because="À refaire.", by=sitting.titulars[0].person, at=sitting.later())
    assert "Retirer ma signature" in words(chair.get(room))
    operations.give_office(mandate=sitting.titulars[3], office=Office.PRESIDENT, by=sitting.referent, at=sitting.later())
    assert "Vous avez signé l’annulation" in words(chair.get(room))
    assert "Retirer ma signature" not in words(chair.get(room))
    page = url("committee_voiding_aside", sitting, item_id=under_way.pk, poll_number=1)
    assert page in words(runs.get(room))
    assert "À refaire." in words(runs.get(page))
    assert chair.post(page, {"because": "Non."}).status_code in {403, 422}
    assert runs.post(page, {"because": ""}).status_code == 422
    aside = {"because": "Le compte est juste.", "read": Voiding.objects.get().pk}
    assert "est écartée" in words(runs.post(page, aside, follow=True))
    assert "demande l’annulation" not in words(runs.get(room))
    assert "Aucune demande" in words(runs.post(page, {"because": "Encore."}))
    runs.post(url("committee_item_conclude", sitting, item_id=under_way.pk))
    Voiding.objects.create(poll=poll, by=sitting.referent, because="Restée là.", at=sitting.later())  # as it once could be
    assert "il manque une autre personne" not in words(runs.get(room))


def test_the_page_of_a_session_says_what_happened_but_not_to_who_is_recused(
    sitting: Sitting, under_way: Item, member: Callable[[Mandate], Client]
) -> None:
    out = sitting.titulars[2]
    operations.recuse(
        item=under_way, mandate=out, reach=Reach.PERSONAL, because="Un lien.", by=sitting.referent, at=sitting.later()
    )
    poll = sitting.poll(under_way, motion="La proposition tue")
    sitting.close(poll)
    for person in (sitting.referent, sitting.titulars[0].person):
        operations.void(poll=poll, because="Le motif tu.", by=person, at=sitting.later())
    page = url("committee_session", sitting)
    told, kept_out = words(member(sitting.titulars[1]).get(page)), words(member(out).get(page))
    for line in ("a mis aux voix « La proposition tue »", "a annulé, en second, le scrutin", "Le motif tu."):
        assert line in told
    assert "a ouvert la séance" in kept_out
    assert " tu" not in kept_out.split("Ce qui s’est passé")[1]


def test_the_president_of_another_committee_runs_nothing_here(
    sitting: Sitting,
    under_way: Item,
    member: Callable[[Mandate], Client],
    sign_in: SignIn,
    make_organisation: Callable[..., Organisation],
) -> None:
    elsewhere = operations.found(name="Comité régional", by=sitting.referent, at=sitting.at)
    body = make_organisation(Kind.FEDERATION)
    seat = operations.add_seat(committee=elsewhere, body=body, voting=True, by=sitting.referent, at=sitting.at)
    mine = sitting.titulars[3]
    given = {"email": mine.person.email, "name": mine.person.name, "titular": True, "starts_on": sitting.at.date()}
    there = operations.appoint(seat=seat, by=sitting.referent, at=sitting.at, **given)
    operations.give_office(mandate=there, office=Office.PRESIDENT, by=sitting.referent, at=sitting.at)
    client = member(mine)
    page = url("committee_poll_open", sitting, item_id=under_way.pk)
    assert client.post(page, {"motion": "La mienne"}).status_code == 422
    assert client.get(url("committee_presences", sitting)).status_code == 422
    assert client.post(url("committee_session_close", sitting)).status_code == 422
    assert "Mettre aux voix" not in words(client.get(url("committee_room", sitting)))
    assert not Poll.objects.exists()
    assert sign_in(sitting.titulars[0].person).post(page, {"motion": "La sienne"}).status_code == 302


def test_a_written_consultation_reminds_the_undecided_alone(
    sitting: Sitting, member: Callable[[Mandate], Client], sign_in: SignIn
) -> None:
    from palier.outbox.models import Message

    operations.cancel(session=sitting.session, because="À l’écrit.", by=sitting.referent, at=sitting.at)
    sitting.session = operations.prepare(
        committee=sitting.committee,
        starts_at=sitting.now,
        ends_at=sitting.now + timedelta(days=5),
        written=True,
        by=sitting.referent,
        at=sitting.at,
    )
    item = sitting.put("À l’écrit")
    sitting.convene()
    runs = sign_in(sitting.referent)
    runs.post(url("committee_session_open", sitting))
    sitting.session.refresh_from_db()
    sitting.declare(item, *sitting.titulars)
    runs.post(url("committee_item_open", sitting, item_id=item.pk))
    answer = runs.post(url("committee_poll_open", sitting, item_id=item.pk), {"motion": "D’accord ?"}, follow=True)
    assert "0 sur 5" in words(answer)
    voter = sitting.titulars[3]
    client = member(voter)
    voice = url("committee_vote", sitting, item_id=item.pk, poll_number=1, seat_id=voter.seat_id)
    assert "Votre voix est enregistrée" in words(client.post(voice, {"choice": "for"}, follow=True))
    assert "Votre voix est enregistrée" in words(client.post(voice, {"choice": "against"}, follow=True))
    assert Ballot.objects.count() == 2
    before = set(Message.objects.values_list("pk", flat=True))
    runs.post(url("committee_poll_remind", sitting, item_id=item.pk, poll_number=1))
    told = set(Message.objects.exclude(pk__in=before).values_list("person_id", flat=True))
    assert voter.person_id not in told
    assert sitting.substitutes[3].person_id not in told
    assert sitting.titulars[0].person_id in told
    substitute = member(sitting.substitutes[0])
    screen = words(substitute.get(url("committee_room_item", sitting, item_id=item.pk)))
    assert ("Déclarez d’abord vos liens" in screen, "Signer ma voix" in screen) == (True, False)
    substitute.post(url("committee_item", sitting, item_id=item.pk), {"interest": "none"})
    assert "Signer ma voix" in words(substitute.get(url("committee_room_item", sitting, item_id=item.pk)))
