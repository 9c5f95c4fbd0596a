"""What the screens say of a matter that cannot open, of a quorum that is lost, and of how each matter ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from palier.committee import operations
from palier.committee.models import Mandate
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.seats import Recusal
from tests.committee.conftest import Sitting
from tests.web.committee.test_room import SignIn, _now, member, url, words

pytestmark = pytest.mark.django_db
__all__ = ["_now", "member"]


def refresh(client: Client, where: str) -> str:
    """What the screen receives a few seconds later."""
    query = words(client.get(where)).split('data-live hx-get="')[1].split('"')[0].split("?")[1].replace("&amp;", "&")
    return words(client.get(f"{where}?{query}&seen=other", headers={"HX-Request": "true"}))


def test_a_matter_that_waits_for_declarations_says_for_whose_and_where(sitting: Sitting, sign_in: SignIn) -> None:
    item = sitting.put("Le bilan")
    sitting.convene()
    sitting.open(*sitting.titulars[:2])
    first, second = sitting.titulars[:2]
    operations.declare(item=item, mandate=first, interest=Interest.UNKNOWN, by=first.person, at=sitting.later())
    client = sign_in(sitting.referent)
    where = url("committee_room_item", sitting, item_id=item.pk)
    for screen in (words(client.get(where)), refresh(client, where)):
        assert f"reste à trancher, par une récusation ou une déclaration : {first.person.name}" in screen
        assert f"pas encore déclaré leurs liens : {second.person.name}" in screen
        assert f"À trancher : {first.person.name} ne sait pas" in screen
        assert f'href="{url("committee_item", sitting, item_id=item.pk)}">Voir les déclarations' in screen
    sitting.declare(item, first, second)
    assert 'type="submit">Ouvrir ce point' in refresh(client, where).replace("\n", "")


def test_an_act_that_is_refused_leads_back_to_its_page(sitting: Sitting, sign_in: SignIn) -> None:
    item = sitting.put("Le bilan")
    sitting.convene()
    sitting.open(*sitting.titulars[:2])
    client, where = sign_in(sitting.referent), url("committee_room_item", sitting, item_id=item.pk)
    act = url("committee_item_open", sitting, item_id=item.pk)
    for came, back in ((f"http://testserver{where}", f"http://testserver{where}"), ("https://ailleurs.example/", None)):
        answer = client.post(act, headers={"referer": came})
        assert answer.status_code == 422
        assert "ailleurs.example" not in words(answer)
        assert f'href="{back or url("committee_item", sitting, item_id=item.pk)}">Revenir à la page précédente' in words(answer)


def test_the_close_names_the_seats_that_have_no_voice_yet_as_they_come(
    sitting: Sitting, sign_in: SignIn, member: Callable[[Mandate], Client]
) -> None:
    item = sitting.put("Le bilan")
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.begin(item, *sitting.titulars[:3])
    poll = sitting.poll(item)
    client, where = sign_in(sitting.referent), url("committee_room", sitting)
    assert "Sans voix encore : sièges 1, 2, 3." in words(client.get(where))
    sitting.vote(poll, sitting.titulars[0], "for")
    assert 'id="undecided" hx-swap-oob="true"><b>Sans voix encore : sièges 2, 3.' in refresh(client, where)
    assert "undecided" not in refresh(member(sitting.titulars[2]), where)


def test_a_lost_quorum_offers_the_close_and_every_page_says_how_each_matter_ended(
    sitting: Sitting, sign_in: SignIn, member: Callable[[Mandate], Client]
) -> None:
    voted, secret, lost = sitting.put("Le vote"), sitting.put("Le secret"), sitting.put("Le perdu")
    sitting.convene()
    sitting.open(*sitting.titulars[:4])
    operations.recuse(
        item=secret, mandate=sitting.titulars[3], reach=Recusal.PERSONAL, because="Un lien.", by=sitting.referent,
        at=sitting.later(),
    )  # fmt: skip
    for item, choice in ((voted, "for"), (secret, "against")):
        sitting.begin(item, *(sitting.titulars[:4] if item == voted else sitting.titulars[:3]))
        poll = sitting.poll(item, motion=f"Motion : {item.title}")
        for mandate in sitting.titulars[:3]:
            sitting.vote(poll, mandate, choice)
        sitting.close(poll)
        operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    sitting.begin(lost, *sitting.titulars[:4])
    client, where = sign_in(sitting.referent), url("committee_room", sitting)
    assert "Clore la séance" not in words(client.get(where))
    query = words(client.get(where)).split('data-live hx-get="')[1].split('"')[0].split("?")[1].replace("&amp;", "&")
    for mandate in sitting.titulars[2:4]:
        sitting.leave(mandate)
    assert client.get(f"{where}?{query}", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "Clore la séance" in words(client.get(where))
    client.post(url("committee_session_close", sitting))
    page = words(client.get(url("committee_session", sitting)))
    assert "Issue" in page
    assert "Quorum prévu" not in page
    assert "Adopté : 3 voix pour, 0 contre" in page
    assert "Rejeté : 0 voix pour, 3 contre" in page
    assert "Pas de décision : quorum manqué" in page
    recused = words(member(sitting.titulars[3]).get(url("committee_session", sitting)))
    assert "Adopté : 3 voix pour" in recused
    assert "Rejeté" not in recused
    assert "Motion : Le secret" not in recused
    again = words(client.get(url("committee_session_again", sitting)))
    assert "Le perdu" in again
    assert "Quorum de seconde convocation" in again
    assert "Le vote" not in again
