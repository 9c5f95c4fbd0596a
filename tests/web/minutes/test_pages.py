"""The pages of the minutes: through their whole life, closed to who is recused, the extract for landlord and tenants."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from palier.committee.models import Item, Mandate, Session
from palier.committee.operations import convene
from palier.committee.rules.conflicts import Interest
from palier.directory.models import Membership, Person
from palier.directory.rules import Role
from palier.minutes import operations
from palier.minutes.models import Comment, Minutes
from palier.outbox.models import Message
from tests.minutes.conftest import CANARY, Held

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, held: Held) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", held.sitting.later)


@pytest.fixture
def member(held: Held, sign_in: SignIn) -> Callable[..., Client]:
    """A member who accepted the invitation, signed in."""

    def make(mandate: Mandate) -> Client:
        held.admit(mandate)
        return sign_in(mandate.person)

    return make


def words(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def url(name: str, held: Held, **more: object) -> str:
    return reverse(name, kwargs={"committee_id": held.sitting.committee.pk, "session_number": held.session.number, **more})


def test_minutes_are_written_read_again_approved_and_signed(held: Held, sign_in: SignIn, member: Callable[..., Client]) -> None:
    staff, other = sign_in(held.referent), member(held.sitting.titulars[1])
    page = url("minutes", held)
    assert "Le procès-verbal s’écrit" in words(other.get(page))
    assert "Voici ce qui est enregistré" in words(staff.get(page))
    staff.post(url("minutes_start", held))
    assert CANARY not in words(other.get(page)), "a draft is read once it is sent"
    given = {"preamble": "Accueil.", f"debates_{held.open_matter.pk}": "On discute.", f"debates_{held.award.pk}": ""}
    assert "On discute." in words(staff.post(url("minutes_write", held), given, follow=True))
    staff.post(url("minutes_send", held))
    answer = other.post(page, {"item": held.open_matter.pk, "text": ""})
    assert answer.status_code == 422
    assert "Écrivez votre remarque." in words(answer)
    other.post(page, {"item": held.open_matter.pk, "text": "Il manque un mot."})
    assert "1 remarque attend une réponse" in words(staff.get(page))
    reply = url("minutes_answer", held, comment_id=Comment.objects.get().pk)
    assert staff.post(reply, {"taken": "yes"}).status_code == 422
    staff.post(reply, {"taken": "yes", "text": "Ajouté."})
    assert "Aucune séance n’est en préparation" in words(staff.get(page))
    ahead = held.prepare_next()
    assert "Inscrire à l’ordre du jour" in words(staff.get(page))
    agenda = {"committee_id": held.sitting.committee.pk, "session_number": ahead.number}
    assert "1 procès-verbal attend son approbation" in words(staff.get(reverse("committee_session", kwargs=agenda)))
    add = reverse("committee_item_add_kind", kwargs=agenda | {"kind": "proces-verbal"})
    assert staff.post(add, {"minutes": ""}).status_code == 422
    assert "Le point est inscrit" in words(staff.post(add, {"minutes": Minutes.objects.get().pk}, follow=True))
    assert "Aucun procès-verbal n’attend" in words(staff.get(add))
    item = Item.objects.get(minutes_of=held.session)
    convene(session=item.session, by=held.referent, at=held.sitting.later())
    text = reverse("minutes_proposed", kwargs=agenda | {"item_id": item.pk})
    other.post(reverse("committee_item", kwargs=agenda | {"item_id": item.pk}), {"interest": Interest.NONE})
    assert text in words(other.get(reverse("committee_item", kwargs=agenda | {"item_id": item.pk})))
    assert "On discute." in words(other.get(text))
    assert "Il manque un mot." in words(other.get(text))
    assert "à l’ordre du jour de la séance n° 2" in words(other.get(page))
    held.vote(item)
    staff, other = sign_in(held.referent), member(held.sitting.titulars[1])
    assert "L’approbation s’inscrit dans la minute" in words(staff.get(page))
    operations.catch_up(at=held.sitting.later())
    assert staff.post(url("minutes_sign", held)).status_code == 403, "the référent alone does not sign"
    stranger = member(held.sitting.titulars[3])
    assert "signé par la présidence" in words(stranger.post(url("minutes_sign", held))), "nor any other member"
    assert Minutes.objects.get().signed_at is None
    chair = sign_in(held.chair)
    assert "Signer le procès-verbal" in words(chair.get(page))
    assert "Signer le procès-verbal" not in words(staff.get(page))
    chair.post(url("minutes_sign", held))
    assert Minutes.objects.get().signed_by == held.chair
    assert "Le PDF signé se prépare" in words(other.get(page))
    operations.seal_due(at=held.sitting.later())
    assert "Télécharger le PDF signé" in words(other.get(page))
    answer = staff.post(url("minutes_correct", held), {"because": ""})
    assert answer.status_code == 422
    assert "La correction est commencée" in words(staff.post(url("minutes_correct", held), {"because": "Un nom."}, follow=True))
    assert "Signer" not in words(staff.get(url("minutes_version", held, number=1)))


def test_a_recused_member_meets_nothing_of_the_matter_on_any_page(
    held: Held, sign_in: SignIn, member: Callable[..., Client]
) -> None:
    minutes = held.send()
    operations.write_texts(
        minutes=minutes, preamble="", debates={held.award.pk: CANARY}, by=held.referent, at=held.sitting.later()
    )
    made = operations.comment(minutes=minutes, text=CANARY, item=held.award, by=held.chair, at=held.sitting.later())
    operations.answer(comment=made, taken=True, text=CANARY, by=held.referent, at=held.sitting.later())
    out = (held.recused, held.sitting.substitutes[2], held.sitting.titulars[4])
    page = url("minutes", held)
    for mandate in out:
        client = member(mandate)
        shown = words(client.get(page))
        assert CANARY not in shown
        assert held.award.title in shown
        assert "vous ne siégez pas sur ce point" in shown
        assert client.post(page, {"item": held.award.pk, "text": "…"}).status_code == 422
    item = held.propose(minutes)
    text = reverse(
        "minutes_proposed",
        kwargs={"committee_id": held.sitting.committee.pk, "session_number": item.session.number, "item_id": item.pk},
    )
    for mandate in out:
        shown = words(member(mandate).get(text))
        assert CANARY not in shown
        assert "sans les points où vous ne siégez pas" in shown
    assert CANARY in words(member(held.sitting.titulars[1]).get(text))
    held.vote(item)
    operations.catch_up(at=held.sitting.later())
    minutes.refresh_from_db()
    held.sign(minutes)
    operations.seal_due(at=held.sitting.later())
    for mandate in out:
        client = member(mandate)
        shown = [client.get(address) for address in (page, url("minutes_version", held, number=1))]
        shown.append(client.get(url("minutes_file", held, number=1, form="json")))
        assert [answer.status_code for answer in shown] == [200, 200, 200]
        assert all(CANARY not in words(answer) and "bilan" in words(answer) for answer in shown)
        pdf = b"".join(client.get(url("minutes_file", held, number=1, form="pdf")).streaming_content)  # type: ignore[arg-type]
        reader = PdfReader(BytesIO(pdf))
        assert CANARY not in "".join(one.extract_text() for one in reader.pages)
        assert CANARY not in reader.attachments["proces-verbal.json"][0].decode()
    full = member(held.sitting.titulars[1])
    assert CANARY in full.get(url("minutes_file", held, number=1, form="json")).content.decode()


def test_a_recused_referent_writes_nothing_on_the_matter(held: Held, sign_in: SignIn) -> None:
    Mandate.objects.filter(pk=held.sitting.substitutes[2].pk).update(person=held.referent)
    minutes = held.start()
    operations.write_texts(
        minutes=minutes, preamble="", debates={held.open_matter.pk: "Libre."}, by=held.referent, at=held.sitting.later()
    )
    form = words(sign_in(held.referent).get(url("minutes_write", held)))
    assert held.award.title not in form
    assert "Libre." in form
    assert CANARY not in words(sign_in(held.referent).get(url("minutes", held)))


# --- The extract ---------------------------------------------------------------------------------------------------


def test_the_extract_reaches_landlord_and_representatives_the_same_day(
    held: Held, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    decision = held.award.decision
    assert decision is not None
    representative = Membership.objects.get(role=Role.TENANT_REPRESENTATIVE).person
    told = Message.objects.get(event="label.decided", person_id=representative.pk)
    assert told.written_at.date() == decision.recorded_at.date()
    lead = make_person(Role.QUALITY_LEAD, held.journey.landlord)
    for person in (representative, lead):
        client = sign_in(person)
        shown = words(client.get(told.link))
        assert "Sous réserve de l’approbation du procès-verbal" in shown
        assert "Adopté : 3 voix pour, 1 contre" in shown
        assert "Quorum atteint" in shown
        for secret in (held.chair.name, "Le plan est mince", "Sa fédération", "J’y ai travaillé"):
            assert secret not in shown
        assert told.link in client.get(reverse("decisions", kwargs={"landlord_id": held.journey.landlord_id})).content.decode()
        pdf = client.get(f"{told.link}extrait.pdf").content
        text = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages)
        assert "Sous réserve" in text
        assert held.chair.name not in text
    held.signed()
    shown = words(sign_in(lead).get(told.link))
    assert "Sous réserve" not in shown
    assert "Procès-verbal approuvé à la séance n° 2" in shown


def test_a_decision_without_a_session_has_no_extract(held: Held, sign_in: SignIn) -> None:
    decision = held.award.decision
    assert decision is not None
    passage = decision.passage
    decision.pk = passage.pk = None
    passage.save(force_insert=True)
    decision.passage = passage
    decision.save(force_insert=True)
    page = reverse("decision", kwargs={"landlord_id": held.journey.landlord_id, "decision_id": decision.pk})
    client = sign_in(held.referent)
    assert "enregistrée sans séance tenue dans Palier" in words(client.get(page))
    assert client.get(f"{page}extrait.pdf").status_code == 404


# --- Lists ---------------------------------------------------------------------------------------------------------


def test_the_list_says_where_each_stands_in_as_many_queries(held: Held, sign_in: SignIn) -> None:
    client = sign_in(held.referent)
    page = reverse("minutes_list", kwargs={"committee_id": held.sitting.committee.pk})
    assert "À écrire" in words(client.get(page))
    held.send()

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        return len(seen)

    one = cost()
    first = Session.objects.get(pk=held.session.pk)
    for number in range(29):
        start = first.starts_at + timedelta(days=number + 1)
        Session.objects.create(
            committee=first.committee, number=100 + number, starts_at=start, ends_at=start + timedelta(hours=1),
            convened_at=first.convened_at, opened_at=start, opened_seats=3, closed_at=start, created_at=first.created_at,
        )  # fmt: skip
    assert cost() == one
    assert len(re.findall("À écrire", words(client.get(page)))) == 29
    assert "Soumis aux remarques" in words(client.get(page))


def test_a_text_that_changed_since_the_convocation_is_said_where_it_is_voted(held: Held, sign_in: SignIn) -> None:
    minutes = held.send()
    item = held.propose(minutes)
    operations.write_texts(minutes=minutes, preamble="Autre.", debates={}, by=held.referent, at=held.sitting.later())
    client = sign_in(held.referent)
    agenda = {"committee_id": held.sitting.committee.pk, "session_number": item.session.number, "item_id": item.pk}
    assert "Le texte a changé depuis que la séance n° 2 l’a reçu" in words(client.get(reverse("committee_item", kwargs=agenda)))
    held.vote(item)
    client = sign_in(held.referent)
    for page in (reverse("committee_item", kwargs=agenda), url("minutes", held)):
        assert "celui-ci a changé depuis, et n’est pas approuvé" in words(client.get(page))
