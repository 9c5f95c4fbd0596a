"""Links follow the right of who reads; an address that only receives acts gives the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import memberships
from palier.directory.rules import Audience, Kind, Role
from palier.documents.operations import store
from palier.web.doors import Request
from palier.web.links import follow_rights
from tests.documents.samples import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_by(rf: RequestFactory, at: datetime) -> Callable[..., Request]:
    def make(person: Person, landlord: Landlord | None = None) -> Request:
        request = cast(Any, rf.get("/"))
        request.user, request.at, request.on, request.session = person, at, at.date(), {}
        request.held = list(memberships(person=person, on=at.date()))
        request.landlord, request.roles = landlord, frozenset(Role(m.role) for m in request.held)
        return cast(Request, request)

    return make


def test_a_link_that_would_be_refused_is_words_and_a_button_goes(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    read_by: Callable[..., Request],
) -> None:
    landlord = make_landlord()
    relay = make_person(Role.RELAY, make_organisation(Kind.FEDERATION))
    audits, journey, writing = (
        reverse(page, kwargs={"landlord_id": landlord.pk}) for page in ("missions", "journey", "stock_deposit")
    )
    page = (
        f'<a class="name" href="{audits}">Diagnostic</a><a class="btn" href="{audits}?a=1#b">Ouvrir</a>'
        f'<a href="{journey}">Parcours</a><a class="remedy" href="{writing}">Importer</a><a href="/static/x">x</a>'
    )
    assert follow_rights(read_by(relay, landlord), page) == (
        '<a class="name">Diagnostic</a><a class="btn" hidden>Ouvrir</a>'
        f'<a href="{journey}">Parcours</a><a class="remedy" hidden>Importer</a><a href="/static/x">x</a>'
    )
    lead = make_person(Role.QUALITY_LEAD, landlord)
    assert follow_rights(read_by(lead, landlord), page) == page


def test_a_document_that_one_may_not_read_is_named_without_a_link(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    read_by: Callable[..., Request],
    at: datetime,
    django_assert_num_queries: Any,
) -> None:
    landlord = make_landlord()
    lead, director = make_person(Role.QUALITY_LEAD, landlord), make_person(Role.DIRECTOR, landlord)
    kept = [
        store(
            landlord=landlord, file=pdf(name), name=f"{name}.pdf", title=name, kind="other", audience=who, by=lead, at=at
        ).document_id
        for name, who in (("a", Audience.LANDLORD), ("b", Audience.SCHEME))
    ]
    page = "".join(
        f'<a href="{reverse("document", kwargs={"landlord_id": landlord.pk, "document_id": one})}">{one}</a>' for one in kept
    )
    request = read_by(director, landlord)
    with django_assert_num_queries(1):
        shown = follow_rights(request, page)
    assert shown.count("href") == 1
    assert f"<a>{kept[1]}</a>" in shown


def test_an_address_of_acts_opened_as_a_page_gives_the_way_back(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    landlord = make_landlord()
    client = sign_in(make_person(Role.QUALITY_LEAD, landlord))
    here = {"landlord_id": landlord.pk}
    answer = client.get(reverse("instruction_note", kwargs=here))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert f'href="{reverse("file_review", kwargs=here)}"' in answer.content.decode()


def test_a_page_that_will_never_open_does_not_say_not_yet(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    landlord = make_landlord()
    answer = sign_in(make_person(Role.CONTRIBUTOR, landlord)).get(reverse("missions", kwargs={"landlord_id": landlord.pk}))
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "Vous n’avez pas accès à cette page" in text
    assert "Pas encore possible" not in text
    assert reverse("journey", kwargs={"landlord_id": landlord.pk}) in text
