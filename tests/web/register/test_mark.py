"""The mark: taken while the label holds, its uses declared, then removed; the kit is the scheme's."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from palier.directory.models import Person
from palier.label.operations import lapse_due
from palier.register import operations
from palier.register.models import Licence, MarkUse
from palier.register.operations.sealing import seal_due
from palier.register.rules.marks import Support
from tests.documents.samples import pdf
from tests.fixtures import NOON
from tests.register.conftest import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def lead(scene: Scene) -> Person:
    """The quality lead of a landlord just labelled."""
    landlord = scene.award("Aubeclaire").landlord
    return Person.objects.get(memberships__organisation=landlord)


def here(lead: Person) -> dict[str, int]:
    return {"landlord_id": lead.memberships.get().organisation_id}


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "PNG")
    return SimpleUploadedFile("hall.png", out.getvalue(), content_type="image/png")


def test_a_use_is_declared_with_its_picture_then_removed(lead: Person, sign_in: Callable[[Person], Client]) -> None:
    client = sign_in(lead)
    given = {"support": "building", "place": "Hall de la résidence", "since": "2026-03-10", "picture": picture()}
    assert client.post(reverse("mark_declare", kwargs=here(lead)), given).status_code == 302
    use = MarkUse.objects.get()
    assert use.picture is not None
    assert "Hall de la résidence" in client.get(reverse("mark", kwargs=here(lead))).content.decode()
    address = reverse("mark_remove", kwargs=here(lead) | {"use_id": use.pk})
    assert client.post(address, {"on": "2026-03-01"}).status_code == 422
    assert client.post(address, {"on": "2026-03-10"}).status_code == 302
    assert client.post(address, {"on": "2026-03-10"}).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        MarkUse.objects.update(removed_by=None)


@pytest.mark.parametrize("wrong", [{"since": "2026-03-09"}, {"since": "2026-03-11"}, {"place": " "}, {"support": "moon"}])
def test_a_use_that_does_not_hold_is_refused(wrong: dict[str, str], lead: Person, sign_in: Callable[[Person], Client]) -> None:
    given = {"support": "web", "place": "aubeclaire.example", "since": "2026-03-10"} | wrong
    assert sign_in(lead).post(reverse("mark_declare", kwargs=here(lead)), given).status_code == 422
    assert not MarkUse.objects.exists()


def test_the_kit_is_taken_while_the_label_holds(scene: Scene, lead: Person, sign_in: Callable[[Person], Client]) -> None:
    team, client = sign_in(scene.referent), sign_in(lead)
    shipped = reverse("mark_shipped", kwargs=here(lead) | {"form": "svg"})
    assert client.get(shipped).status_code == 200
    file = SimpleUploadedFile("logo.pdf", pdf("Logo").getvalue(), content_type="application/pdf")
    assert team.post(reverse("mark_scheme"), {"title": "Logo, couleurs", "file": file}).status_code == 302
    assert "Logo, couleurs" in client.get(reverse("mark", kwargs=here(lead))).content.decode()
    from palier.register.queries import kit

    piece = reverse("mark_piece", kwargs=here(lead) | {"piece_id": kit().get().pk})
    assert client.get(piece).status_code == 200
    scene.decide(Licence.objects.get().journey, "suspended", "labelled", reasons="Sites non traités.")
    assert "Le droit d’utiliser la marque court" not in client.get(reverse("mark", kwargs=here(lead))).content.decode()
    for address in (piece, shipped, reverse("mark_declare", kwargs=here(lead))):
        refused = client.get(address)
        assert refused.status_code == 422
        assert "suspendu" in refused.content.decode()
    assert team.get(piece).status_code == 200
    assert team.post(reverse("mark_withdraw", kwargs={"piece_id": kit().get().pk})).status_code == 302
    assert not kit().exists()


def test_when_the_right_ends_what_is_shown_is_to_be_removed(
    scene: Scene, lead: Person, sign_in: Callable[[Person], Client]
) -> None:
    use = operations.declare_use(
        licence=Licence.objects.get(), support=Support.WEB, place="aubeclaire.example", since=NOON.date(), by=lead, at=NOON
    )
    lapse_due(at=scene.later(600))
    operations.catch_up(at=scene.later(600))
    with time_machine.travel(scene.later(601), tick=False):
        assert "Retirez la marque de 1 support" in sign_in(lead).get(reverse("mark", kwargs=here(lead))).content.decode()
        assert use.place in sign_in(scene.referent).get(reverse("mark_scheme")).content.decode()
    with time_machine.travel(scene.later(670), tick=False):
        assert "Retrait en retard" in sign_in(lead).get(reverse("mark", kwargs=here(lead))).content.decode()


def test_another_landlord_takes_nothing(scene: Scene, lead: Person, sign_in: Callable[[Person], Client]) -> None:
    seal_due(at=NOON)
    certificate = Licence.objects.get().journey.certificates.get()
    own = reverse("certificate_pdf", kwargs=here(lead) | {"certificate_id": certificate.pk})
    assert sign_in(lead).get(own).status_code == 200
    assert sign_in(lead).get(own.replace(".pdf", ".jwt")).status_code == 200
    other = Person.objects.get(memberships__organisation=scene.award("Autre").landlord)
    borrowed = reverse("certificate_pdf", kwargs=here(other) | {"certificate_id": certificate.pk})
    assert sign_in(other).get(own).status_code == 404
    assert sign_in(other).get(borrowed).status_code == 404


def test_the_scheme_page_runs_as_many_queries_for_one_and_for_ten(
    scene: Scene, lead: Person, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(scene.referent)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("mark_scheme")).status_code == 200
        return len(seen)

    queries()
    one = queries()
    for _ in range(9):
        scene.grant()
    operations.catch_up(at=NOON)
    assert queries() == one
