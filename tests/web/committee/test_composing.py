"""The pages of a committee: composing it, reading it on any day, its terms and what they make of a vote."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.committee import operations, queries
from palier.committee.models import Mandate, Seat
from palier.committee.rules.seats import Office
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.documents.models import Document
from palier.web.committee.forms import CommitteeTermsForm
from tests.committee.conftest import DAY, Bench
from tests.documents.samples import pdf

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: bench.at)


def words(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def url(name: str, bench: Bench, **more: object) -> str:
    return reverse(name, kwargs={"committee_id": bench.committee.pk, **more})


def given(**more: object) -> dict[str, object]:
    return {"name": "Mme N.", "email": "n@example.test", "place": "titular", "starts_on": "2026-03-10", "ends_on": ""} | more


def test_a_committee_is_founded_composed_and_read(
    bench: Bench, sign_in: SignIn, settings: Settings, tmp_path: Path, make_organisation: Callable[..., Organisation]
) -> None:
    settings.DOCUMENTS = tmp_path
    client = sign_in(bench.referent)
    answer = client.post(reverse("committee_add"), {"name": "Comité régional"}, follow=True)
    assert "Aucun siège n’est ouvert" in words(answer)
    assert client.post(reverse("committee_add"), {"name": "comité régional"}).status_code == 422
    body = make_organisation(Kind.MINISTRY, "Ministère")
    answer = client.post(url("committee_seat_add", bench), {"body": body.pk, "voting": "no"}, follow=True)
    assert "Sans voix" in words(answer)
    seat = Seat.objects.latest("pk")
    file = SimpleUploadedFile("acte.pdf", pdf().read())
    answer = client.post(url("committee_appoint", bench, seat_id=seat.pk), given(file=file), follow=True)
    assert "Mme N. y siège." in words(answer)
    page = words(client.get(url("committee", bench)))
    assert "4 sièges, dont 3 avec une voix ; 3 sans titulaire. La présidence est à pourvoir." in page
    kept = client.get(url("committee_appointment", bench, mandate_id=Mandate.objects.get().pk))
    assert b"".join(kept.streaming_content) == pdf().read()  # type: ignore[attr-defined]


def test_a_refusal_keeps_what_was_typed_and_no_file(bench: Bench, sign_in: SignIn, settings: Settings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path
    bench.appoint(0, "t")
    file = SimpleUploadedFile("acte.pdf", pdf().read())
    answer = sign_in(bench.referent).post(url("committee_appoint", bench, seat_id=bench.seats[0].pk), given(file=file))
    assert answer.status_code == 422
    assert "Mme t est titulaire de ce siège : mettez d’abord fin à son mandat." in words(answer)
    assert 'value="n@example.test"' in words(answer)
    assert not Document.objects.exists()


def test_acts_on_mandates_go_through_their_buttons(bench: Bench, sign_in: SignIn) -> None:
    titular = bench.appoint(0, "t")
    first, second = (bench.appoint(0, who, titular=False) for who in ("a", "b"))
    client = sign_in(bench.referent)
    client.post(url("committee_office", bench, mandate_id=titular.pk), {"office": "president"})
    client.post(url("committee_call_earlier", bench, mandate_id=second.pk))
    page = words(client.get(url("committee_seat", bench, seat_id=bench.seats[0].pk)))
    assert "en exerce la présidence" in page
    assert page.index("Mme b") < page.index("Mme a")
    assert client.post(url("committee_office", bench, mandate_id=titular.pk), {"office": "king"}).status_code == 404
    client.post(url("committee_mandate_end", bench, mandate_id=first.pk))
    refused = client.post(url("committee_seat_close", bench, seat_id=bench.seats[0].pk))
    assert "mettez-y fin d’abord" in words(refused)
    assert refused.status_code == 422


def test_a_composition_is_read_on_any_day_and_handed_out(bench: Bench, sign_in: SignIn) -> None:
    bench.appoint(0, "a", ends_on=DAY + timedelta(days=30))
    bench.appoint(0, "b", starts_on=DAY + timedelta(days=31))
    client = sign_in(bench.referent)
    assert "Mme a" in words(client.get(url("committee", bench)))
    later = client.get(url("committee", bench), {"on": "2026-05-01"})
    assert "mai 2026</caption>" in words(later)
    assert "Composition au 1 mai" not in words(later)
    assert "Mme b" in words(later)
    handed = client.get(url("committee", bench), {"on": "2026-05-01", "format": "csv"}).content.decode("utf-8-sig")
    assert handed.splitlines()[1].startswith("1;")
    assert "Mme b" in handed


def test_members_read_and_only_the_team_composes(bench: Bench, sign_in: SignIn, make_person: Callable[..., Person]) -> None:
    mandate = bench.appoint(0, "t")
    member = sign_in(make_person(Role.COMMITTEE_MEMBER, bench.seats[1].body))
    page = words(member.get(url("committee_seat", bench, seat_id=bench.seats[0].pk)))
    assert "Mme t" in page
    assert "Mettre fin" not in page
    assert member.post(url("committee_mandate_end", bench, mandate_id=mandate.pk)).status_code == 403
    assert member.get(url("committee_appointment", bench, mandate_id=mandate.pk)).status_code == 403
    mandate.refresh_from_db()
    assert mandate.ends_on is None


def test_a_seat_of_another_committee_is_not_found(bench: Bench, sign_in: SignIn) -> None:
    other = operations.found(name="Comité régional", by=None, at=bench.at)
    client = sign_in(bench.referent)
    where = reverse("committee_seat", kwargs={"committee_id": other.pk, "seat_id": bench.seats[0].pk})
    assert client.get(where).status_code == 404


def test_terms_are_drafted_compared_tried_and_published(
    bench: Bench, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    client = sign_in(bench.referent)
    version = queries.terms_on(committee=bench.committee, on=DAY)
    assert version is not None
    form = CommitteeTermsForm.initial_of(queries.terms_of(version)) | {"effective_from": "2026-04-01"}
    sent = {name: value for name, value in form.items() if value is not False} | {"majority_award": "2/3 least cast"}
    answer = client.post(url("committee_terms_prepare", bench), sent, follow=True)
    assert "1 différence" in words(answer)
    assert "Majorité : attribution du label" in words(answer)
    trial = {"matter": "award", "seats": 3, "present": 3, "recused": 0, "yes": 1, "against": 1, "president": "abstention"}
    tried = words(client.get(url("committee_terms_version", bench, number=2), trial))
    assert (
        "Rejeté : 1 voix pour, 1 contre, 1 abstention. Il fallait au moins les deux tiers des voix exprimées (2), soit 2."
        in tried
    )
    wrong = words(client.get(url("committee_terms_version", bench, number=2), trial | {"recused": 1}))
    assert "dépassent le nombre de sièges" in wrong
    reader = sign_in(make_person(Role.COMMITTEE_MEMBER, bench.seats[1].body))
    assert reader.get(url("committee_terms_version", bench, number=2)).status_code == 404
    assert "Version 2" not in words(reader.get(url("committee_terms", bench)))
    client.post(url("committee_terms_publish", bench, number=2))
    assert reader.get(url("committee_terms_version", bench, number=2)).status_code == 200
    assert "À venir" in words(client.get(url("committee_terms", bench)))
    for day in ("2026-03-01", "2026-04-01"):
        refused = client.post(url("committee_terms_prepare", bench), sent | {"effective_from": day})
        assert refused.status_code == 422
        assert "La version 2 prend effet le" in str(refused.context["form"].errors["effective_from"])


@pytest.mark.parametrize(
    ("president", "said"),
    [
        ("for", "Adopté par la voix prépondérante"),
        ("against", "Rejeté par la voix prépondérante"),
        ("abstention", "la présidence n’a voté ni pour ni contre"),
        ("", "la présidence n’a voté ni pour ni contre"),
    ],
)
def test_an_imagined_vote_is_counted_as_a_real_one(bench: Bench, sign_in: SignIn, president: str, said: str) -> None:
    trial = {"matter": "award", "seats": 12, "present": 9, "recused": 1, "yes": 4, "against": 4, "president": president}
    page = words(sign_in(bench.referent).get(url("committee_terms_version", bench, number=1), trial))
    assert said in page
    assert "9 sièges présents. Il fallait plus de la moitié des sièges ayant une voix (12), soit 7." in page


def test_lists_cost_the_same_with_one_row_and_with_thirty(bench: Bench, sign_in: SignIn) -> None:
    client = sign_in(bench.referent)
    pages = [reverse("committees"), url("committee", bench), url("committee_terms", bench)]

    def cost() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(page).status_code == 200
            found.append(len(seen))
        return found

    first = cost()
    for number in range(29):
        operations.found(name=f"Comité {number}", by=None, at=bench.at)
        body = bench.seats[number % 3].body
        seat = operations.add_seat(committee=bench.committee, body=body, voting=True, by=bench.referent, at=bench.at)
        bench.seats.append(seat)
        bench.appoint(len(bench.seats) - 1, f"m{number}")
        draft = operations.draft_terms(
            committee=bench.committee,
            data=queries.shipped_terms(),
            effective_from=DAY + timedelta(days=number + 1),
            by=bench.referent,
            at=bench.at,
        )
        operations.publish_terms(draft=draft, by=bench.referent, at=bench.at)
    assert cost() == first


def test_an_office_is_named_beside_its_holder(bench: Bench, sign_in: SignIn) -> None:
    operations.give_office(mandate=bench.appoint(1, "p"), office=Office.PRESIDENT, by=bench.referent, at=bench.at)
    assert "Mme p préside." in words(sign_in(bench.referent).get(url("committee", bench)))


def test_terms_changed_meanwhile_are_not_overwritten_and_both_are_shown(
    bench: Bench, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page = sign_in(bench.referent), url("committee_terms_prepare", bench)

    def read() -> dict[str, object]:
        form = client.get(page).context["form"]
        return {
            name: form[name].value()
            for name in form.fields
            if form[name].value() not in (None, "") and form[name].value() is not False
        }

    def later(minutes: int) -> None:
        monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: bench.at + timedelta(minutes=minutes))

    assert client.post(page, read()).status_code == 302
    one, other = read(), read()
    later(1)
    assert client.post(page, one | {"title": "Le premier"}).status_code == 302
    refused = client.post(page, other | {"title": "Le second"})
    assert refused.status_code == 409
    assert "Ce brouillon a changé pendant que vous écriviez." in words(refused)
    assert "Titre : Le premier" in re.sub(r"</?ins>", "", words(refused))
    draft = bench.committee.terms.get(published_at=None)
    assert draft.data["title"] == "Le premier"
    form = refused.context["form"]
    later(2)
    assert client.post(page, {name: form[name].value() for name in other}).status_code == 302
    draft.refresh_from_db()
    assert draft.data["title"] == "Le second"
