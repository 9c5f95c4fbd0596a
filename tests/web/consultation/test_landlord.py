"""The landlord's pages: associating, reminding, recording a meeting, replying; and who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.consultation.models import Meeting, Round, Voice
from palier.consultation.operations import close_round, give_opinion
from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.models import Landlord, Organisation, Person, Relation
from palier.directory.rules import Kind, Role
from palier.documents.models import Document, Version
from palier.label.models import Journey
from tests.consultation.conftest import House
from tests.web.consultation.conftest import said

SignIn = Callable[[Person], Client]
MakeRound = Callable[..., Round]
VoiceOf = Callable[[Round, Organisation], Voice]

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def page(name: str, house: House, **more: int) -> str:
    return reverse(name, kwargs={"landlord_id": house.landlord.pk} | more)


def text_file(name: str = "compte-rendu.txt", content: bytes = "Relevé de conclusions.".encode()) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_page_says_who_is_awaited_and_leads_to_the_act(
    house: House, make_journey: Callable[[House], Journey], sign_in: SignIn
) -> None:
    make_journey(house)
    shown = said(sign_in(house.lead).get(page("consultation", house)))
    assert "ne sont pas encore associés" in shown
    assert page("consultation_open", house) in shown
    assert "pas même l’administration de Palier" in shown


def test_without_a_journey_the_page_says_so(house: House, sign_in: SignIn) -> None:
    shown = said(sign_in(house.lead).get(page("consultation", house)))
    assert "Aucun parcours n’est ouvert." in shown


def test_associating_writes_to_the_associations_with_what_the_stage_owes_them(
    house: House, make_journey: Callable[[House], Journey], make_document: Callable[..., Version], sign_in: SignIn
) -> None:
    make_journey(house)
    version = make_document(house.landlord)
    client = sign_in(house.lead)
    form = said(client.get(page("consultation_open", house)))
    assert "Les Locataires de l’Étang" in form
    answer = client.post(
        page("consultation_open", house),
        {
            "subject": "Engagement",
            "message": "Nous nous engageons.",
            "documents": [version.document_id],
            "file": text_file("note.txt"),
        },
    )
    round_ = Round.objects.get()
    assert answer.headers["Location"] == page("consultation_round", house, round_id=round_.pk)
    assert (round_.stage, round_.duty, round_.cycle) == ("engagement", Duty.INFORM, 1)
    assert round_.shared.count() == 2
    shown = said(client.get(answer.headers["Location"]))
    assert "Informée le 10 mars" in shown
    assert "Les représentants sont associés : l’étape peut être passée." in shown
    assert client.get(page("consultation_open", house)).headers["Location"] == answer.headers["Location"]


def test_an_empty_message_is_said_beside_the_field(
    house: House, make_journey: Callable[[House], Journey], sign_in: SignIn
) -> None:
    make_journey(house)
    answer = sign_in(house.lead).post(page("consultation_open", house), {"subject": "Engagement", "message": " "})
    assert answer.status_code == 422
    assert "Rien n’est enregistré." in said(answer)
    assert "Écrivez ce que vous dites aux associations." in said(answer)
    assert not Round.objects.exists()


def test_a_file_that_is_refused_keeps_what_was_typed_and_shares_nothing(
    house: House, make_journey: Callable[[House], Journey], make_document: Callable[..., Version], sign_in: SignIn
) -> None:
    make_document(house.landlord)
    make_journey(house)
    answer = sign_in(house.lead).post(
        page("consultation_open", house),
        {"subject": "Engagement", "message": "Nous nous engageons.", "file": text_file("programme.exe")},
    )
    assert answer.status_code == 422
    assert "Nous nous engageons.</textarea>" in said(answer)
    assert "n’est pas pris" in said(answer)
    assert not Round.objects.exists()


def test_a_meeting_that_is_refused_leaves_no_minutes_behind(
    house: House, make_round: MakeRound, make_document: Callable[..., Version], sign_in: SignIn
) -> None:
    round_ = make_round()
    make_document(house.landlord)
    answer = sign_in(house.lead).post(
        page("consultation_meeting", house, round_id=round_.pk),
        {"body": "council", "held_on": "2026-04-01", "invited": [house.pond.pk], "minutes": text_file()},
    )
    assert answer.status_code == 422
    assert Document.objects.filter(landlord=house.landlord).count() == 1


def test_a_reminder_too_early_is_greyed_and_refused_with_the_same_sentence(
    house: House, make_round: MakeRound, sign_in: SignIn, at: datetime
) -> None:
    round_ = make_round()
    client = sign_in(house.lead)
    sentence = "Amicale des Trois-Cours a reçu un message le 10 mars 2026"
    assert sentence in said(client.get(page("consultation_round", house, round_id=round_.pk)))
    answer = client.post(page("consultation_remind", house, round_id=round_.pk))
    assert answer.status_code == 422
    assert sentence in said(answer)
    with time_machine.travel(at + timedelta(days=7), tick=False):
        answer = sign_in(house.lead).post(page("consultation_remind", house, round_id=round_.pk))
        assert answer.status_code == 302
    assert Voice.objects.filter(reminders__isnull=False).count() == 2


def test_a_meeting_is_recorded_with_its_minutes_then_withdrawn_with_a_reason(
    house: House, make_round: MakeRound, sign_in: SignIn
) -> None:
    round_ = make_round()
    client = sign_in(house.lead)
    where = page("consultation_meeting", house, round_id=round_.pk)
    given = {"body": Body.COUNCIL.value, "held_on": "2026-03-09", "invited": [house.pond.pk, house.yards.pk]}
    wrong = client.post(where, given | {"held_on": "2026-04-01"})
    assert wrong.status_code == 422
    assert "La réunion n’a pas encore eu lieu" in said(wrong)
    answer = client.post(where, given | {"present": [house.pond.pk], "minutes": text_file()})
    assert answer.status_code == 302
    meeting = Meeting.objects.get()
    shown = said(client.get(page("consultation_round", house, round_id=round_.pk)))
    assert "Associée en réunion" in shown
    assert "lundi 9 mars 2026" in shown
    client.post(page("consultation_meeting_withdraw", house, meeting_id=meeting.pk), {"because": "mauvaise étape"})
    assert "Retirée : mauvaise étape" in said(client.get(page("consultation_round", house, round_id=round_.pk)))


def test_an_opinion_shows_untouched_with_the_reply_under_it(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn, at: datetime
) -> None:
    round_ = make_round()
    voice = give_opinion(
        voice=voice_of(round_, house.pond), opinion=Opinion.RESERVED, text="Le ménage <b>n’est pas</b> fait.",
        by=house.pond_speaker, at=at,
    )  # fmt: skip
    client = sign_in(house.lead)
    where = page("consultation_reply", house, voice_id=voice.pk)
    assert client.post(where, {"text": "Un contrôle est prévu en avril."}).status_code == 302
    shown = said(client.get(page("consultation_round", house, round_id=round_.pk)))
    assert "Le ménage &lt;b&gt;n’est pas&lt;/b&gt; fait." in shown
    assert "Un contrôle est prévu en avril." in shown
    assert where in shown


def test_an_opinion_without_text_and_a_closed_round_show_too(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn, at: datetime
) -> None:
    round_ = make_round()
    give_opinion(voice=voice_of(round_, house.pond), opinion=Opinion.FAVOURABLE, text="", by=house.pond_speaker, at=at)
    close_round(landlord=house.landlord, cycle=1, stage="plan_drafting", by=None, at=at)
    shown = said(sign_in(house.lead).get(page("consultation_round", house, round_id=round_.pk)))
    assert "Sans texte." in shown
    assert "L’étape est passée le 10 mars 2026." in shown
    assert "Relancer les associations" not in shown


def test_closing_asks_for_a_reason(house: House, make_round: MakeRound, sign_in: SignIn) -> None:
    round_ = make_round()
    client = sign_in(house.lead)
    where = page("consultation_close", house, round_id=round_.pk)
    assert client.post(where, {"because": ""}).status_code == 422
    assert client.post(where, {"because": "ouvert à la mauvaise étape"}).status_code == 302
    round_.refresh_from_db()
    assert round_.closed_because == "ouvert à la mauvaise étape"


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.REFERENT, Role.COMMITTEE_CHAIR, Role.DIRECTOR, Role.CONTRIBUTOR, Role.COMMUNICATION]
)
def test_nobody_but_the_quality_lead_acts_for_the_landlord_and_nobody_but_tenants_for_tenants(
    house: House,
    make_round: MakeRound,
    voice_of: VoiceOf,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    sign_in: SignIn,
    role: Role,
) -> None:
    round_ = make_round()
    voice = voice_of(round_, house.pond)
    home = house.landlord if role in {Role.DIRECTOR, Role.CONTRIBUTOR} else make_organisation(Kind.LABEL_OWNER)
    client = sign_in(make_person(role, home))
    for name, more in (
        ("consultation_remind", {"round_id": round_.pk}),
        ("consultation_reach", {"round_id": round_.pk}),
        ("consultation_close", {"round_id": round_.pk}),
        ("consultation_meeting", {"round_id": round_.pk}),
        ("consultation_reply", {"voice_id": voice.pk}),
        ("voice_review", {"voice_id": voice.pk}),
        ("voice_send", {"voice_id": voice.pk}),
    ):
        answer = client.post(page(name, house, **more), {"opinion": "favourable", "text": "Oui.", "because": "x"})
        assert answer.status_code in {403, 404}, name
    assert voice_of(round_, house.pond).opinion == ""


def test_another_landlord_s_round_is_not_found(
    house: House,
    make_round: MakeRound,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: SignIn,
) -> None:
    round_ = make_round()
    other = make_landlord()
    client = sign_in(make_person(Role.QUALITY_LEAD, other))
    assert client.get(page("consultation_round", house, round_id=round_.pk)).status_code == 404
    theirs = reverse("consultation_round", kwargs={"landlord_id": other.pk, "round_id": round_.pk})
    assert client.get(theirs).status_code == 404


def test_the_list_costs_the_same_with_many_rounds(
    house: House, make_round: MakeRound, make_journey: Callable[[House], Journey], sign_in: SignIn
) -> None:
    make_journey(house)
    client = sign_in(house.lead)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page("consultation", house)).status_code == 200
        return len(asked)

    make_round(stage="stage_0")
    alone = cost()
    for number in range(1, 30):
        make_round(stage=f"stage_{number}")
    assert cost() == alone
    assert alone <= 20


def test_with_no_association_in_the_file_one_registers_it_or_consults_tenants_directly(
    house: House, make_journey: Callable[[House], Journey], sign_in: SignIn, at: datetime
) -> None:
    make_journey(house)
    Relation.objects.filter(landlord=house.landlord).delete()
    client = sign_in(house.lead)
    asked, form = said(client.get(page("consultation", house))), said(client.get(page("consultation_open", house)))
    for shown in (asked, form):
        assert "Aucune association de locataires n’est inscrite dans ce dossier" in shown
        assert page("associations", house) in shown
    assert "Associer les représentants</" not in asked
    assert "Partager avec les associations" not in form
    assert "Message aux associations" not in form
    answer = client.post(page("consultation_open", house), {"subject": "Engagement", "message": "Une note dans chaque hall."})
    meeting = page("consultation_meeting", house, round_id=Round.objects.get().pk)
    assert answer.headers["Location"] == meeting
    client.post(meeting, {"body": Body.DIRECT, "held_on": at.date(), "tenants": 400, "minutes": text_file("note.pdf", PDF)})
    assert "les représentants de locataires sont associés" in said(client.get(page("consultation", house)))
