"""The pages of a committee in a real browser: composed by hand, accessible and within the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from palier.directory.models import Organisation
from palier.directory.operations import add_member
from palier.directory.rules import Kind, Role
from tests.browser import SCREENS, OpenPage, check
from tests.committee.conftest import Bench, Sitting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_committee_composed_in_the_browser(browser_page: OpenPage, bench: Bench) -> None:
    page = browser_page(bench.referent)
    page.goto(reverse("committees"))
    page.get_by_role("link", name="Créer un comité").click()
    check(page, "committee-add")
    page.goto(reverse("committees"))
    check(page, "committees")
    page.get_by_role("link", name="Comité national").click()
    check(page, "committee-vacant")
    page.locator("tbody a").first.click()
    check(page, "committee-seat-vacant")
    page.get_by_role("link", name="Nommer une personne").first.click()
    check(page, "committee-appoint")
    page.get_by_label("Nom affiché").fill("Mme N.")
    page.get_by_label("Adresse électronique").fill("n@example.test")
    page.get_by_role("button", name="Enregistrer la nomination").click()
    page.get_by_text("Mme N. y siège.").wait_for()
    page.get_by_text("Confier la présidence").first.click()
    page.get_by_role("button", name="Confier la présidence").last.click()
    page.get_by_text("Mme N. exerce désormais la présidence.").wait_for()
    check(page, "committee-seat")
    page.goto(reverse("committee", kwargs={"committee_id": bench.committee.pk}))
    check(page, "committee")
    page.get_by_role("link", name="Ouvrir un siège").click()
    check(page, "committee-seat-add")


def test_terms_prepared_and_tried_in_the_browser(browser_page: OpenPage, bench: Bench) -> None:
    page = browser_page(bench.referent)
    page.goto(reverse("committee_terms", kwargs={"committee_id": bench.committee.pk}))
    check(page, "committee-terms-versions")
    page.get_by_role("link", name="Préparer la version suivante").click()
    check(page, "committee-terms-form")
    page.get_by_label("Consultation écrite possible").uncheck()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_text("1 différence").wait_for()
    page.get_by_label("Pour", exact=True).fill("2")
    page.get_by_label("Contre", exact=True).fill("1")
    page.get_by_label("La présidence").select_option("for")
    page.get_by_role("button", name="Compter les voix").click()
    page.get_by_text("Adopté : 2 voix pour, 1 contre, 0 abstention.").wait_for()
    check(page, "committee-terms")


def test_a_session_convened_and_declared_in_the_browser(
    browser_page: OpenPage, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: sitting.at)
    page = browser_page(sitting.referent)
    committee = {"committee_id": sitting.committee.pk}
    page.goto(reverse("committee", kwargs=committee))
    page.get_by_role("link", name="Séances").click()
    check(page, "committee-sessions")
    page.get_by_role("link", name="Préparer une séance").click()
    check(page, "committee-session-prepare")
    page.goto(reverse("committee_session", kwargs=committee | {"session_number": 1}))
    check(page, "committee-session-empty")
    page.get_by_role("link", name="Inscrire un point").first.click()
    check(page, "committee-item-add")
    page.get_by_label("Intitulé").fill("Le bilan de l’année")
    page.get_by_role("button", name="Inscrire à l’ordre du jour").click()
    page.get_by_text("Le point est inscrit").wait_for()
    page.get_by_text("Convoquer", exact=True).click()
    page.get_by_role("button", name="Convoquer le comité").click()
    page.get_by_text("Le comité est convoqué.").wait_for()
    check(page, "committee-session-convened")
    mine = sitting.titulars[0]
    add_member(person=mine.person, organisation=mine.seat.body, role=Role.COMMITTEE_MEMBER, by=None, at=sitting.at)
    member = browser_page(mine.person)
    member.goto(reverse("committee_session", kwargs=committee | {"session_number": 1}))
    member.get_by_label("Je viens", exact=True).check()
    member.get_by_role("button", name="Répondre à la convocation").click()
    member.get_by_text("Votre réponse est enregistrée.").wait_for()
    check(member, "committee-session-member")
    member.get_by_role("link", name="Le bilan de l’année").click()
    member.get_by_label("Je n’ai pas de lien").check()
    check(member, "committee-item-member")
    member.get_by_role("button", name="Enregistrer ma déclaration").click()
    member.get_by_text("Votre déclaration est enregistrée.").wait_for()
    page.get_by_role("link", name="Le bilan de l’année").click()
    check(page, "committee-item")
    page.get_by_role("link", name="Récuser une personne").click()
    check(page, "committee-item-recuse")


def test_a_full_room_in_the_browser(
    browser_page: OpenPage, sitting: Sitting, make_organisation: Callable[..., Organisation], monkeypatch: pytest.MonkeyPatch
) -> None:
    from palier.committee import operations

    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: sitting.later(0))
    long = "Fédération interrégionale des entreprises sociales et coopératives de l’habitat"
    for number in range(15):
        body = make_organisation(Kind.FEDERATION, f"{long} {number}")
        seat = operations.add_seat(
            committee=sitting.committee, body=body, voting=number != 3, by=sitting.referent, at=sitting.at
        )
        sitting.titulars.append(
            operations.appoint(
                seat=seat,
                email=f"more{number}@example.test",
                name=f"Mme Anne-Charlotte {number}",
                titular=True,
                starts_on=sitting.at.date(),
                by=sitting.referent,
                at=sitting.at,
            )
        )
    items = [sitting.put(f"Office public intercommunal de l’habitat n° {n} : attribution du label") for n in range(32)]
    sitting.convene()
    sitting.open(*sitting.titulars[:18])
    sitting.begin(items[0], *sitting.titulars[:18])
    poll = sitting.poll(
        items[0], motion="Une proposition dont les mots disent tout ce qui serait fait, et par qui, et pour quand"
    )
    for mandate in sitting.titulars[5:12]:
        sitting.vote(
            poll, mandate, "abstention", reasons="Un motif qui prend le temps de s’expliquer, mot après mot, sur deux lignes."
        )
    page = browser_page(sitting.referent)
    where = {"committee_id": sitting.committee.pk, "session_number": sitting.session.number}
    room = reverse("committee_room", kwargs=where)
    page.goto(room)
    page.get_by_text("6 sur 17").wait_for()
    check(page, "room-full")
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(reverse("committee_room_item", kwargs=where | {"item_id": items[20].pk}))
    strip = page.locator(".agenda-strip")
    assert strip.evaluate("strip => strip.offsetHeight") < 100, "one row on a phone"
    here = strip.locator("[aria-current]").bounding_box()
    assert here
    assert here["x"] >= 0
    assert here["x"] + here["width"] <= 360
    page.screenshot(path=SCREENS / "room-strip-360.png")
    page.goto(room)
    sitting.close(poll)
    page.get_by_text("Rejeté : 0 voix pour").wait_for()
    check(page, "room-full-closed")


def test_what_holds_a_matter_and_who_has_not_voted_follow_the_room(
    browser_page: OpenPage, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palier.committee import operations
    from palier.committee.rules.conflicts import Interest

    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: sitting.later(0))
    first, lost = sitting.put("Le bilan de l’année"), sitting.put("Le programme de l’année")
    sitting.convene()
    here = sitting.titulars[:3]
    sitting.open(*here)
    operations.declare(item=first, mandate=here[0], interest=Interest.UNKNOWN, by=here[0].person, at=sitting.later())
    page = browser_page(sitting.referent)
    where = {"committee_id": sitting.committee.pk, "session_number": sitting.session.number}
    page.goto(reverse("committee_room_item", kwargs=where | {"item_id": first.pk}))
    check(page, "room-item-waits")
    sitting.declare(first, *here)
    page.get_by_role("button", name="Ouvrir ce point").click()
    page.get_by_role("link", name="Mettre aux voix").wait_for()
    poll = sitting.poll(first)
    page.get_by_text("Clore le scrutin", exact=True).first.click()
    page.get_by_text("Sans voix encore : sièges 1, 2, 3.").wait_for()
    sitting.vote(poll, here[0], "for")
    page.get_by_text("Sans voix encore : sièges 2, 3.").wait_for()  # in the confirmation, which stays open
    for mandate in here[1:]:
        sitting.vote(poll, mandate, "for")
    page.get_by_text("Toutes les voix attendues sont données.").wait_for()
    sitting.close(poll)
    operations.conclude(item=first, by=sitting.referent, at=sitting.later())
    sitting.begin(lost, *here)
    sitting.leave(here[2])
    page.goto(reverse("committee_room", kwargs=where))
    check(page, "room-quorum-lost")
    page.goto(reverse("committee_session", kwargs=where))  # the room would draw itself again meanwhile
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    page.reload()
    check(page, "committee-session-closed")
    page.goto(reverse("committee_session_again", kwargs=where))
    check(page, "committee-session-again")
