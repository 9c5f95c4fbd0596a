"""Who sees and does what on the pages of the visits; lists cost the same with one row and with thirty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from palier.directory.models import Organisation, Person, Relation
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.visits import operations, queries
from palier.visits.models import Observation, Staircase, Visit
from palier.visits.rules import Cleaner, Responsibility, Theme
from tests.fixtures import NOON
from tests.visits.team import Field, picture, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative(field: Field, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]) -> Person:
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=field.landlord, association=association, by=None, at=NOON)
    return make_person(Role.TENANT_REPRESENTATIVE, association)


@pytest.fixture
def go(field: Field, sign_in: Callable[[Person], Client]) -> Callable[..., Any]:
    """Open a page, or send it something."""

    def ask(person: Person, name: str, data: dict[str, Any] | None = None, **more: object) -> Any:
        url = reverse(name, kwargs={"landlord_id": field.landlord.pk, **more})
        client = sign_in(person)
        return client.get(url) if data is None else client.post(url, data)

    return ask


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_gap_counts_every_point_and_names_the_priorities_of_this_visit_alone(field: Field, go: Callable[..., Any]) -> None:
    field.done()
    later = NOON + timedelta(days=180)
    visit = field.taken(at=later)
    points = queries.grid(visit).criteria
    codes = list(points)
    for code, point in points.items():
        value = {codes[0]: point.scale.worst, codes[-1]: None}.get(code, point.scale.best)
        said(visit, code, by=field.agent, value=value, at=later, not_seen=value is None, note="Vu avec le gardien.")
    operations.finish(visit=visit, priorities=codes[1:6], by=field.agent, at=later)
    page = text(go(field.lead, "visit_gap", visit_id=visit.pk))
    assert f"1 point dégradé, 0 point amélioré, {len(codes) - 2} stables, 1 non vu à l’une des deux visites." in page
    assert page.count(">Priorité<") == 5


def test_a_visit_begun_on_a_phone_is_said_so_on_another(field: Field, go: Callable[..., Any]) -> None:
    field.planned(to=field.agent)
    begun = field.taken()
    code, point = next(iter(queries.grid(begun).criteria.items()))
    said(begun, code, by=field.agent, value=point.scale.best)
    told = {visit["id"]: visit["rated"] for visit in go(field.agent, "field_me").json()["visits"]}
    assert sorted(told.values(), key=str) == [1, None]
    assert told[begun.pk] == 1


def test_whoever_fills_visits_finds_where_to_report_an_incident(
    field: Field, go: Callable[..., Any], representative: Person
) -> None:
    there = reverse("incident_report", kwargs={"landlord_id": field.landlord.pk})
    for page in ("field", "visits"):
        assert there in text(go(field.agent, page))
    assert there not in text(go(representative, "visits"))


def test_representatives_read_what_is_shared_and_nothing_else(
    field: Field, representative: Person, go: Callable[..., Any]
) -> None:
    visit = field.done()
    assert go(representative, "visit", visit_id=visit.pk).status_code == 404
    assert field.residence.name not in text(go(representative, "visits"))
    assert go(field.agent, "visit_share", {}, visit_id=visit.pk).status_code == 403
    go(field.lead, "visit_share", {}, visit_id=visit.pk)
    assert field.residence.name in text(go(representative, "visits"))
    assert go(representative, "visit", visit_id=visit.pk).status_code == 200
    assert go(representative, "field").status_code == 403


def test_representatives_note_what_they_see_on_an_open_walk(
    field: Field, representative: Person, go: Callable[..., Any], make_person: Callable[..., Person]
) -> None:
    given = {"title": "Printemps", "held_on": NOON.date(), "by": field.agent, "at": NOON}
    walk = operations.open_walk(landlord=field.landlord, residence=field.residence, **given)
    operations.add_stop(walk=walk, place="Hall", by=field.agent, at=NOON)
    seen = {"sign": "-", "theme": Theme.WASTE, "text": "Bacs pleins", "responsible": Responsibility.LANDLORD}
    at_stop = {"walk_id": walk.pk, "number": 1}
    assert go(representative, "walk_observe", seen, **at_stop).status_code == 404
    go(field.agent, "walk_share", {}, walk_id=walk.pk)
    assert go(representative, "walk_observe", seen, **at_stop).status_code == 302
    assert Observation.objects.get().by == representative
    assert go(representative, "walk_stop", {"place": "Cave"}, walk_id=walk.pk).status_code == 403
    director = make_person(Role.DIRECTOR, field.landlord)
    assert go(director, "walk_observe", **at_stop).url == reverse(
        "walk", kwargs={"landlord_id": field.landlord.pk, "walk_id": walk.pk}
    )
    assert go(director, "walk_observe", seen, **at_stop).status_code == 403
    assert "Bacs pleins" in text(go(representative, "walk", walk_id=walk.pk))


def test_representatives_find_what_is_shared_from_their_menu(
    field: Field, representative: Person, go: Callable[..., Any], sign_in: Callable[[Person], Client]
) -> None:
    given = {"title": "Printemps", "held_on": NOON.date(), "by": field.agent, "at": NOON}
    walk = operations.open_walk(landlord=field.landlord, residence=field.residence, **given)
    visit = field.done()
    client = sign_in(representative)
    empty = text(client.get(reverse("shared_visits")))
    assert "Rien n’est encore partagé" in empty
    go(field.agent, "walk_share", {}, walk_id=walk.pk)
    go(field.lead, "visit_share", {}, visit_id=visit.pk)
    page = text(client.get(reverse("voices")))
    assert reverse("shared_visits") in page
    page = text(client.get(reverse("shared_visits")))
    address = {"landlord_id": field.landlord.pk}
    assert reverse("walk", kwargs=address | {"walk_id": walk.pk}) in page
    assert reverse("visit", kwargs=address | {"visit_id": visit.pk}) in page
    assert field.residence.name not in text(sign_in(field.lead).get(reverse("shared_visits"))), "theirs is the office’s page"
    yesterday = NOON.date() - timedelta(days=1)
    Relation.objects.filter(role=Role.TENANT_REPRESENTATIVE).update(starts_on=yesterday, ends_on=yesterday)
    assert field.residence.name not in text(client.get(reverse("shared_visits")))


def test_a_count_made_meanwhile_is_not_overwritten(field: Field, go: Callable[..., Any]) -> None:
    given = {"title": "Printemps", "held_on": NOON.date(), "by": field.agent, "at": NOON}
    walk = operations.open_walk(landlord=field.landlord, residence=field.residence, **given)
    at_walk = {"walk_id": walk.pk}
    assert go(field.agent, "walk_participants", {"residents": "9", "revision": "0"}, **at_walk).status_code == 302
    stale = go(field.lead, "walk_participants", {"residents": "4", "revision": "0"}, **at_walk)
    assert stale.status_code == 409
    assert "M. A. a compté les participants pendant ce temps." in text(stale)
    assert queries.participants(walk) == {"residents": 9}
    assert go(field.lead, "walk_participants", {"residents": "4", "revision": "1"}, **at_walk).status_code == 302
    assert queries.participants(walk) == {"residents": 4}


def test_a_form_sent_wrong_keeps_what_was_written(field: Field, go: Callable[..., Any]) -> None:
    visit = field.planned()
    answer = go(field.lead, "visit_move", {"planned_on": "demain", "entrusted_to": field.agent.pk}, visit_id=visit.pk)
    assert answer.status_code == 422
    assert "demain" in text(answer)
    answer = go(field.lead, "staircases", {"residence": field.residence.pk, "names": "Escalier A", "cleaned_by": "contractor"})
    assert answer.status_code == 422
    assert "Escalier A" in text(answer)
    assert not Staircase.objects.exists()


def test_the_names_of_staircases_come_from_the_stock(field: Field, go: Callable[..., Any]) -> None:
    source = field.residence.last_source
    for line, (building, stairs) in enumerate([("A", "1"), ("A", "2"), ("A", "2"), ("", "")]):
        field.residence.dwellings.create(
            source=source, line=line, profile=str(line), group_key="g", building=building, staircase=stairs
        )
    assert queries.staircases_in_stock(field.residence) == ["Bâtiment A Escalier 1", "Bâtiment A Escalier 2"]
    url = reverse("staircases", kwargs={"landlord_id": field.landlord.pk}) + f"?residence={field.residence.pk}"
    client = Client()
    client.force_login(field.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Bâtiment A Escalier 2" in text(client.get(url))


def test_the_list_is_exported_as_it_is_filtered(field: Field, go: Callable[..., Any]) -> None:
    field.done()
    answer = go(field.lead, "visits_export", form="xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["Fiche résidence", field.residence.name]
    assert len(rows) == 2


def test_a_photo_that_is_no_photo_is_refused_in_json(field: Field, sign_in: Callable[[Person], Client]) -> None:
    visit = field.taken()
    url = reverse("field_photo", kwargs={"landlord_id": field.landlord.pk, "visit_id": visit.pk})
    lying = BytesIO(b"%PDF-1.4 not a photo")
    lying.name = "photo.jpg"
    client = sign_in(field.agent)
    sent = {"criterion": "paths", "key": "k1", "sha256": "0" * 64, "file": lying}
    assert "abîmée" in client.post(url, sent).json()["refused"]
    good = BytesIO(picture())
    good.name = "photo.jpg"
    assert client.post(url, {**sent, "file": good}).status_code == 422
    assert not queries.photos([visit])


@pytest.mark.parametrize("name", ["visits", "staircases", "walks", "rounds"])
def test_a_list_costs_the_same_with_one_row_and_with_thirty(
    field: Field, sign_in: Callable[[Person], Client], name: str
) -> None:
    def add(count: int) -> None:
        names = [f"Escalier {Staircase.objects.count() + n}" for n in range(count)]
        given = {"cleaned_by": Cleaner.EMPLOYEE, "by": field.lead, "at": NOON}
        operations.add_staircases(residence=field.residence, names=names, **given)
        Visit.objects.bulk_create(
            Visit(
                landlord=field.landlord,
                residence=field.residence,
                kind="residence_sheet",
                planned_on=NOON.date(),
                planned_at=NOON,
                entrusted_to=field.agent,
            )
            for _ in range(count)
        )
        for number in range(count):
            given = {"title": f"Diagnostic {number}", "held_on": NOON.date(), "by": field.agent, "at": NOON}
            operations.open_walk(landlord=field.landlord, residence=field.residence, **given)

    client, url = sign_in(field.lead), reverse(name, kwargs={"landlord_id": field.landlord.pk})
    costs = []
    for count in (1, 29):
        add(count)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(url)
        costs.append(len(asked))
    assert costs[0] == costs[1]
