"""Who reads what of a comparison, and that nobody's own figure leaves its own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.comparison import operations
from palier.comparison.models import Consent, SiteConsent
from palier.directory.models import Organisation, Person
from palier.directory.operations import add_member, create_api_token
from palier.directory.rules import Kind, Role, Scope
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from palier.stock.models import Residence
from tests.comparison.conftest import AFTER, QUARTER, Region, agree_all
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
# Figures that could be nobody's but one landlord's: they are the canaries.
SIX = {"A": (101, 2.13), "B": (123, 4.17), "C": (97, 6.19), "D": (113, 8.23), "E": (103, 10.29), "F": (107, 12.31)}
EXACT = [str(figure).replace(".", ",") for _, figure in SIX.values()] + [str(figure) for _, figure in SIX.values()]


@pytest.fixture
def region(make_region: Callable[..., Region]) -> Region:
    made = make_region({"Alpha": SIX})
    agree_all(made)
    operations.publish(period=QUARTER, at=AFTER)
    return made


@pytest.fixture
def lead_of(make_person: Callable[..., Person]) -> Callable[[Region, str], Person]:
    return lambda region, who: make_person(Role.QUALITY_LEAD, region.landlords[who], f"Mme {who}.")


def words(answer: Any) -> str:
    return answer.content.decode("utf-8-sig").replace("\u202f", " ").replace("\xa0", " ")


def own(name: str, region: Region, who: str, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": region.landlords[who].pk, **more})


def readers(region: Region, make_person: Any, make_organisation: Any) -> list[Person]:
    relay = make_person()
    add_member(person=relay, organisation=region.association, role=Role.RELAY, by=None, at=NOON)
    owner = make_organisation(Kind.LABEL_OWNER)
    return [
        relay,
        make_person(Role.REFERENT, owner),
        make_person(Role.ADMINISTRATOR, owner),
        make_person(Role.QUALITY_LEAD, region.landlords["A"]),
        make_person(Role.DIRECTOR, region.landlords["B"]),
    ]


def test_everybody_who_compares_reads_the_same_quartiles_and_no_landlord_s_figure(
    region: Region, sign_in: SignIn, make_person: Any, make_organisation: Any
) -> None:
    for reader in readers(region, make_person, make_organisation):
        client = sign_in(reader)
        said = words(client.get(reverse("comparison")))
        assert "Vacance de plus de 3 mois" in said
        assert "6 organismes" in said or ">6<" in said
        sheets = [words(client.get(reverse("comparison_export", kwargs={"form": "csv"}) + q)) for q in ("", "?territoire=")]
        for text in [said, words(client.get(reverse("comparison") + "?territoire=&indicateur=vacancy")), *sheets]:
            assert not [figure for figure in EXACT if figure in text]
            assert "Bailleur" not in text.replace(reader.name, "")


def test_a_landlord_reads_its_own_figure_and_place_only(
    region: Region, sign_in: SignIn, lead_of: Callable[[Region, str], Person]
) -> None:
    client = sign_in(lead_of(region, "A"))
    said = words(client.get(own("own_comparison", region, "A")))
    assert "2,1" in said
    assert "dans le quart le plus favorable" in said
    sheet = words(client.get(own("own_comparison_export", region, "A", form="csv")))
    assert "2,13" in sheet
    for text in (said, sheet):
        assert not [
            figure
            for figure in ("4,17", "6,19", "8,23", "10,29", "12,31", "4,2", "6,2", "8,2", "10,3", "12,3")
            if figure in text
        ]
    for name in ("own_comparison", "comparison_consents", "comparison_neighbours"):
        assert client.get(own(name, region, "B")).status_code == 404


@pytest.mark.parametrize("role", [Role.REFERENT, Role.ADMINISTRATOR, Role.RELAY, Role.CONTRIBUTOR])
def test_nobody_but_the_landlord_s_lead_and_director_opens_its_own_figures(
    region: Region, sign_in: SignIn, make_person: Any, make_organisation: Any, role: Role
) -> None:
    where: Organisation = {Role.RELAY: region.association, Role.CONTRIBUTOR: region.landlords["A"]}.get(
        role
    ) or make_organisation(Kind.LABEL_OWNER)
    client = sign_in(make_person(role, where))
    for name in ("own_comparison", "comparison_consents", "comparison_neighbours"):
        answer = client.get(own(name, region, "A"))
        assert answer.status_code == 403
        assert "2,13" not in words(answer)


def test_hidden_figures_are_said_and_explained(make_region: Callable[..., Region], sign_in: SignIn, lead_of: Any) -> None:
    region = make_region({"Alpha": SIX})
    agree_all(region, but=["E", "F"])
    operations.publish(period=QUARTER, at=AFTER)
    said = words(sign_in(lead_of(region, "A")).get(reverse("comparison")))
    assert "trop peu d’organismes" in said
    assert "Pourquoi un chiffre est masqué" in said


def test_before_anything_is_published(make_region: Callable[..., Region], sign_in: SignIn, lead_of: Any) -> None:
    region = make_region({"Alpha": SIX})
    client = sign_in(lead_of(region, "A"))
    assert "Aucun trimestre n’est publié." in words(client.get(reverse("comparison")))
    assert "Aucun de vos chiffres n’est comparé." in words(client.get(own("own_comparison", region, "A")))
    assert client.get(reverse("comparison_export", kwargs={"form": "csv"})).status_code == 200
    assert client.get(own("own_comparison_export", region, "A", form="csv")).status_code == 200
    assert client.get(reverse("comparison_export", kwargs={"form": "pdf"})).status_code == 404


def test_strange_choices_show_something(region: Region, sign_in: SignIn, lead_of: Any) -> None:
    client = sign_in(lead_of(region, "A"))
    for query in ("?territoire=region-999", "?indicateur=rien", "?trimestre=hier", "?sort=-rien", "?sort=-mediane&territoire="):
        assert client.get(reverse("comparison") + query).status_code == 200


def test_one_agrees_and_withdraws_on_a_form(region: Region, sign_in: SignIn, lead_of: Any) -> None:
    client, page = sign_in(lead_of(region, "A")), own("comparison_consents", region, "A")
    assert "3 accords en cours" in words(client.get(page))
    answer = client.post(
        page,
        {"region-vacancy": "on", "region-turnover": "on", "commune-turnover": "on", "region-iris_income": "on"},
        follow=True,
    )
    assert "2 accords de plus, 2 de moins." in words(answer)
    held = Consent.objects.filter(landlord=region.landlords["A"], withdrawn_at=None)
    assert {(c.indicator, c.territory) for c in held} == {
        ("vacancy", "region"),
        ("turnover", "region"),
        ("turnover", "commune"),
    }


def test_one_shows_a_site_and_hides_it(region: Region, sign_in: SignIn, lead_of: Any) -> None:
    mine, theirs = region.residences["A"]["Alpha"], region.residences["B"]["Alpha"]
    Residence.objects.filter(pk__in=[mine.pk, theirs.pk]).update(lon=2.4, lat=48.9)
    site, other = (
        declare_priority(landlord=r.landlord, residence=r, level=Level.EXTREME, reasons="Raison secrète.", by=None, at=AFTER)
        for r in (mine, theirs)
    )
    first, second = sign_in(lead_of(region, "A")), sign_in(lead_of(region, "B"))
    page, elsewhere = own("comparison_neighbours", region, "A"), own("comparison_neighbours", region, "B")
    assert "Résidence B" not in words(first.get(page))
    assert first.post(page, {"site": other.pk, "show": "1"}).status_code == 404
    assert not SiteConsent.objects.exists()
    second.post(elsewhere, {"site": other.pk, "show": "1"})
    said = words(first.get(page))
    assert "Résidence B Alpha, Bailleur B" in said
    assert "Raison secrète" not in said
    assert "Extrême" not in said
    assert "Résidence A" not in words(second.get(elsewhere)).replace("Mme A.", "")
    second.post(elsewhere, {"site": other.pk})
    assert "Résidence B" not in words(first.get(page))
    assert site.pk != other.pk


def test_as_many_queries_for_one_row_as_for_thirty(make_region: Callable[..., Region], sign_in: SignIn, lead_of: Any) -> None:
    region = make_region({f"Ville {n}": SIX for n in range(29)})
    agree_all(region, indicators=["vacancy"])
    operations.publish(period=QUARTER, at=AFTER)
    client, seen = sign_in(lead_of(region, "A")), []
    for query in ("?territoire=commune-93001", "?territoire="):
        client.get(reverse("comparison") + query)
        with CaptureQueriesContext(connection) as context:
            assert client.get(reverse("comparison") + query).status_code == 200
        seen.append(len(context))
    assert seen[0] == seen[1]


def test_the_api_reads_the_same_and_no_more(region: Region, lead_of: Any, client: Client) -> None:
    person = lead_of(region, "A")
    _, token = create_api_token(person=person, name="clé", scopes=[Scope.READ], at=NOON)
    headers = {"authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/comparisons?indicator=vacancy", headers=headers)
    assert answer.status_code == 200
    found = answer.json()
    assert found["count"] == 2
    assert found["items"][0]["median"] == 7.0
    assert found["items"][0]["contributors"] == 6
    assert not [figure for figure in EXACT if figure in answer.content.decode()]
    mine = client.get(f"/api/v1/landlords/{region.landlords['A'].pk}/comparisons", headers=headers)
    assert mine.json()["items"][0]["own"] == pytest.approx(2.13)
    assert client.get(f"/api/v1/landlords/{region.landlords['B'].pk}/comparisons", headers=headers).status_code == 404
