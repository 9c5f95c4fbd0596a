"""Who is recused from a matter meets nothing of it: pages, files, lists and counts, exports, API, mails; whatever else they are.

Only three things stay: its title, their own recusal, and what the public register says to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from palier.api.v1 import auth
from palier.api.v1.routes import ROOMS
from palier.committee import operations
from palier.committee.models import Item
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association, add_member, add_organisation
from palier.directory.rules import Kind, Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from tests.api.conftest import Program, program
from tests.api.scene import File, fill_path, furnish
from tests.committee.conftest import Sitting, at_the_committee, referent, sitting
from tests.house.samples import SAMPLES, World
from tests.house.test_permissions import PAGES, address

__all__ = ["at_the_committee", "program", "referent", "sitting"]
pytestmark = pytest.mark.django_db
WORD = "canari"
# The directory says who belongs to which body, and nothing of a matter. The page of a project's partner opens by the link
# mailed to that partner, whoever holds it.
WALKED = [page for page in PAGES if not page.route.startswith(("organisations/", "personnes/", "projet-partage/", "rappel/"))]
READ = [
    route.path
    for room in ROOMS
    for route in room.routes
    if route.method == "GET" and not route.path.startswith("/organisations")
]
# What the person is besides a member of the committee: each of these opens every file, or this one.
BESIDES = (None, Role.RELAY, Role.REFERENT, Role.ADMINISTRATOR)


def shown(answer: Any) -> str:
    """What an answer says, without what stays."""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return without_title(f"{raw.decode(errors='replace')} {dict(answer.headers)}")


def without_title(text: str) -> str:
    """A text without the landlord's name nor the title of the matter."""
    return text.lower().replace(f"habitat {WORD}", "").replace(f"affaire {WORD}", "")


@pytest.fixture
def world(sitting: Sitting, make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], at: Any) -> World:
    """A landlord whose name and texts carry the word."""
    landlord = make_landlord(f"Habitat {WORD}")
    association = add_organisation(kind=Kind.TENANTS_ASSOCIATION, name=f"Amicale {WORD}", of_landlord=landlord, by=None, at=at)
    add_association(landlord=landlord, association=association, by=None, at=at)
    return World(landlord, WORD, make_person(Role.QUALITY_LEAD, landlord, f"Mme {WORD}"), sitting.referent, association, at)


def sat(sitting: Sitting, world: World, out: int, monkeypatch: pytest.MonkeyPatch) -> Item:
    """The landlord's award, on the table of a session where the titular of a seat is recused, voted and closed."""
    journey = Journey.objects.get(landlord=world.landlord)
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.DECISION_AWARD, opened_at=sitting.at - timedelta(days=90))
    journey.refresh_from_db()
    item = sitting.put("Affaire canari", matter=Matter.AWARD, journey=journey, presentation=f"Présentation {WORD}")
    sitting.convene()
    sitting.open(*sitting.titulars)
    others = [m for number, m in enumerate(sitting.titulars) if number != out]
    sitting.declare(item, *others)
    operations.recuse(
        item=item,
        mandate=sitting.titulars[out],
        reach=Reach.PERSONAL,
        because=f"Lien {WORD}",
        by=sitting.referent,
        at=sitting.later(),
    )
    operations.open_item(item=item, by=sitting.referent, at=sitting.later())
    poll = sitting.poll(item, motion=f"Proposition {WORD}", outcome=Outcome.AWARD_DEFERRED, reasons=f"Motifs {WORD}")
    for mandate in others:
        sitting.vote(poll, mandate, "for", reasons=f"Voix {WORD}")
    sitting.close(poll)
    return item


def also(person: Person, role: Role | None, sitting: Sitting, landlord: Landlord, at: Any) -> None:
    """Make a person something besides a member."""
    add_member(person=person, organisation=sitting.seats[2].body, role=Role.COMMITTEE_MEMBER, by=None, at=at)
    if role is Role.RELAY:
        body = add_organisation(kind=Kind.FEDERATION, name="Fédération d’essai", by=None, at=at)
        Landlord.objects.filter(pk=landlord.pk).update(federation=body)
        add_member(person=person, organisation=body, role=role, by=None, at=at)
    elif role is not None:
        owner = Organisation.objects.get(kind=Kind.LABEL_OWNER)
        add_member(person=person, organisation=owner, role=role, by=None, at=at)


@pytest.mark.parametrize("besides", BESIDES)
def test_the_recused_meet_nothing_of_the_matter_on_any_page(
    besides: Role | None, sitting: Sitting, world: World, sign_in: Callable[[Person], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)
    call_command("createcachetable")
    values = {name: sample(world) for name, sample in SAMPLES.items()}
    person = sitting.titulars[2].person
    also(person, besides, sitting, world.landlord, world.at)
    before = set(Message.objects.values_list("pk", flat=True))
    item = sat(sitting, world, 2, monkeypatch)
    values |= {
        "landlord_id": world.landlord.pk,
        "committee_id": sitting.committee.pk,
        "session_number": sitting.session.number,
        "item_id": item.pk,
        "poll_number": 1,
        "seat_id": sitting.titulars[0].seat_id,
        "mandate_id": sitting.titulars[0].pk,
    }
    now = sitting.later()  # the clock stands still: an access that ends on the way would show nothing, and prove nothing
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: now)
    client = sign_in(person)
    of_the_committee = [page for page in WALKED if page.name.startswith("committee")]
    for headers in ({}, {"HX-Request": "true"}):
        answers = {page.route: client.get(address(page, values), headers=headers) for page in of_the_committee}
        assert [route for route, answer in answers.items() if WORD in shown(answer)] == []
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    told = Message.objects.filter(person_id=person.pk).exclude(pk__in=before)
    assert [m.subject for m in told if WORD in without_title(f"{m.subject} {m.body}")] == []
    assert [page.route for page in WALKED if WORD in shown(client.get(address(page, values)))] == []
    if besides is None:  # that others meet it is what makes this worth anything
        keeper = sign_in(sitting.referent)
        open_to_others = {page.name for page in WALKED if WORD in shown(keeper.get(address(page, values)))}
        assert open_to_others >= {"committee_room_item", "committee_item"}
        assert len(open_to_others) > 40, open_to_others


@pytest.mark.parametrize("besides", BESIDES)
def test_the_recused_meet_nothing_of_the_matter_through_the_api(
    besides: Role | None,
    sitting: Sitting,
    make_landlord: Callable[..., Landlord],
    program: Callable[..., Program],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "_count", lambda *_: None)
    file: File = furnish(make_landlord("Habitat canari"), WORD)
    person = sitting.titulars[2].person
    also(person, besides, sitting, file.landlord, sitting.at)
    there = World(file.landlord, WORD, file.lead, sitting.referent, file.landlord, sitting.at)
    sat(sitting, there, 2, monkeypatch)
    key = program(person)
    leaks = []
    for path in READ:
        answer = key.get(fill_path(path, file))
        assert answer.status_code < 500, path
        if WORD in shown(answer):
            leaks.append(path)
    assert leaks == []
