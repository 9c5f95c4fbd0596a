"""The tenant's page: nothing is written by opening it, one answer each, in one's language, without script or cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.answers import queries
from palier.answers.models import Draft, Slip
from palier.cases.models import Case
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.ledger.models import Entry, Reply
from palier.questionnaires.operations import load_shipped
from palier.surveys.models import Household, Invitation, Objection, Wave
from palier.surveys.operations import close
from palier.surveys.rules.contact import Mode
from palier.surveys.rules.outcomes import Outcome
from palier.web.answers.words import WORDS
from palier.web.questionnaires.words import Around
from palier.web.ui import assets
from tests.answers.scene import FINE, TEXT, links, running
from tests.surveys.waves import wave_of
from tests.web.ui.test_assets import WEB

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
TAP = TEXT.replace("minutes: 2", "minutes: 1\npace: tap").replace("code: small", "code: small_tap")
FIRST = {"overall_satisfaction": "very_dissatisfied"}
CONFIRMED = {"confirme": "1"}


@contextmanager
def nothing_written() -> Iterator[None]:
    """Fails when a query changes anything."""
    with CaptureQueriesContext(connection) as seen:
        yield
    changes = [q["sql"] for q in seen if q["sql"].split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert changes == []


@pytest.fixture
def link(landlord: Landlord, make_households: Households, at: datetime) -> str:
    make_households(1)
    [(_, token)] = links(running(landlord, at))
    return f"/s/{token}/"


@pytest.fixture
def tap(landlord: Landlord, make_households: Households, at: datetime) -> str:
    make_households(1)
    [(_, token)] = links(running(landlord, at, TAP))
    return f"/s/{token}/"


def token_of(link: str) -> str:
    return link.split("/")[2]


def walk(client: Client, link: str, said: dict[str, Any]) -> list[str]:
    """Answer sheet after sheet as a form does; the addresses gone through."""
    where = f"{link}1/"
    gone = [where]
    while not where.endswith("/envoyer/"):
        answer = client.post(where, said)
        assert answer.status_code == 302, answer.content.decode()
        where = answer["Location"]
        gone.append(where)
    return gone


def test_a_scanner_that_opens_every_page_answers_nothing(client: Client, link: str) -> None:
    with nothing_written():
        for page in (
            "",
            "1/",
            "4/",
            "envoyer/",
            "refus/",
            "information/",
            "?langue=en",
            "?overall_satisfaction=very_satisfied",
        ):
            assert client.get(link + page).status_code in {200, 302}
            assert client.head(link + page).status_code in {200, 302}
    assert not client.cookies


def test_a_whole_questionnaire_is_answered_read_again_and_sent_once(client: Client, link: str) -> None:
    lines = Entry.objects.count()
    assert "Commencer" in client.get(link).text
    gone = walk(client, link, FINE)
    assert gone == [f"{link}1/", f"{link}4/", f"{link}envoyer/"]
    review = client.get(f"{link}envoyer/").text
    assert "Plutôt satisfait" in review
    assert "Le hall" in review
    assert not Slip.objects.exists()
    for _ in range(2):
        assert client.post(f"{link}envoyer/")["Location"] == link
    assert "Merci. Votre réponse est enregistrée." in client.get(link).text
    assert queries.given(token=token_of(link)) == FINE
    assert Slip.objects.count() == 1
    assert not Draft.objects.exists()
    assert Entry.objects.count() == lines
    assert not Reply.objects.exists()
    assert not client.cookies
    for page in ("1/", "envoyer/"):
        assert client.get(link + page)["Location"] == link
    client.post(f"{link}1/", FINE | {"overall_satisfaction": "very_dissatisfied"})
    assert not Draft.objects.exists()


def test_one_resumes_where_one_left_off_on_another_device(client: Client, link: str) -> None:
    client.post(f"{link}1/", {"overall_satisfaction": "very_satisfied", "lift": "yes"})
    again = Client().get(link).text
    assert "Reprendre où vous en étiez" in again
    assert f'href="{link}2/"' in again
    shown = Client().get(f"{link}1/").text
    assert 'value="very_satisfied" checked' in shown


def test_a_changed_answer_takes_away_what_hung_on_it(client: Client, link: str) -> None:
    client.post(f"{link}1/", {"overall_satisfaction": "very_satisfied", "lift": "yes"})
    client.post(f"{link}2/", {"lift_days": "9"})
    assert client.post(f"{link}1/", {"overall_satisfaction": "very_satisfied", "lift": "no"})["Location"] == f"{link}4/"
    assert queries.draft(token=token_of(link)) == {"overall_satisfaction": "very_satisfied", "lift": "no"}
    assert client.get(f"{link}2/")["Location"] == f"{link}4/"


def test_going_back_keeps_what_holds_and_asks_nothing(client: Client, link: str) -> None:
    client.post(f"{link}1/", {"overall_satisfaction": "very_satisfied", "lift": "no"})
    assert client.post(f"{link}4/", {"mark": "99", "places": "hall", "retour": "1"})["Location"] == f"{link}1/"
    assert client.post(f"{link}1/", {"retour": "1"})["Location"] == link
    assert queries.draft(token=token_of(link)) == {"places": ["hall"]}


def test_faults_stand_beside_the_question_and_nothing_typed_is_lost(client: Client, link: str) -> None:
    page = client.post(f"{link}4/", {"mark": "7", "places": ["hall", "stairs", "outside"], "since": "2026-01-05"})
    assert page.status_code == 422
    assert 'id="e-places">Gardez 2 réponses au plus.' in page.text
    assert 'href="#q-places"' in page.text
    assert 'value="2026-01-05"' in page.text
    assert 'value="7" checked' in page.text
    assert not Draft.objects.exists()


def test_sending_without_the_answer_that_is_due_says_which_and_keeps_the_rest(client: Client, link: str) -> None:
    client.post(f"{link}4/", {"mark": "7"})
    page = client.post(f"{link}envoyer/")
    assert page.status_code == 422
    assert f'href="{link}1/#q-overall_satisfaction"' in page.text
    assert queries.draft(token=token_of(link)) == {"mark": 7}
    assert not Slip.objects.exists()


def test_words_that_are_not_translated_stand_in_french_and_are_marked(client: Client, link: str) -> None:
    page = client.get(f"{link}4/?langue=en").text
    assert '<html lang="en"' in page
    assert "To finish" in page
    assert '<legend lang="fr">Une note ?</legend>' in page
    assert client.post(f"{link}4/", {"mark": "7", "langue": "en"})["Location"] == f"{link}envoyer/?langue=en"
    assert "Choose an answer." in client.post(f"{link}1/", {"langue": "en"}).text
    assert "langue=klingon" not in client.get(f"{link}?langue=klingon").text


def test_a_household_is_met_in_its_own_language(client: Client, link: str) -> None:
    Wave.objects.get().invitations.update(language="en")
    assert "Begin" in client.get(link).text
    Wave.objects.get().invitations.update(language="tr")
    assert "Commencer" in client.get(link).text


def test_the_first_tap_shows_the_second_one_sends_and_details_are_free(client: Client, tap: str) -> None:
    with nothing_written():
        assert 'name="overall_satisfaction" value="very_dissatisfied"' in client.get(tap).text
        opened = client.get(tap)
        assert (opened.status_code, 'class="error"' in opened.text) == (200, False)
        assert 'method="post"' in opened.text
        assert "Confirmer ma réponse" not in client.get(tap, FIRST).text, "no answer travels in an address"
        confirm = client.post(tap, FIRST).text
    assert "<h1>Confirmez votre réponse</h1>" in confirm
    assert confirm.index("Rien n’est encore envoyé.") < confirm.index("Confirmer ma réponse"), (
        "nobody leaves thinking it is sent"
    )
    assert "Pas du tout satisfait" in confirm
    assert client.post(tap, FIRST | CONFIRMED)["Location"] == tap
    assert client.post(tap, {"overall_satisfaction": "very_satisfied"} | CONFIRMED)["Location"] == tap
    assert queries.given(token=token_of(tap)) == FIRST
    assert 'name="why"' in client.get(tap).text
    wrong = client.post(f"{tap}envoyer/", {"why": "La fuite.", "mark": "12"})
    assert wrong.status_code == 422
    assert "La fuite.</textarea>" in wrong.text
    assert client.post(f"{tap}envoyer/", {"why": "La fuite."})["Location"] == f"{tap}?merci"
    assert queries.given(token=token_of(tap)) == FIRST | {"why": "La fuite."}
    assert "Vos précisions sont enregistrées." in client.get(f"{tap}?merci").text
    Slip.objects.all().delete()
    assert "Voulez-vous préciser" not in client.get(tap).text
    assert client.post(f"{tap}envoyer/", {"why": "Encore."})["Location"] == tap


def test_whoever_types_a_paper_form_meets_all_its_questions_before_the_next_form(
    tap: str, landlord: Landlord, make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    clerk = sign_in(make_person(Role.CONTRIBUTOR, landlord, "M. T."))
    Invitation.objects.update(mode=Mode.PAPER)
    page = clerk.post(tap, FIRST | CONFIRMED, follow=True).content.decode()
    assert page.index("Envoyer ces précisions") < page.index("saisir le questionnaire suivant")
    assert page.count("questionnaire suivant") == 1
    page = clerk.post(f"{tap}envoyer/", {"why": "La fuite."}, follow=True).content.decode()
    assert "Saisir le questionnaire suivant" in page
    assert "Envoyer ces précisions" not in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_danger_written_freely_shows_the_numbers_to_call_and_the_way_to_be_called_back(
    client: Client, tap: str, language: str
) -> None:
    client.post(tap, FIRST | CONFIRMED)
    assert "0 800 47 33 33" not in client.get(tap).text
    thanks = client.post(f"{tap}envoyer/", {"why": "Ça sent le gaz dans l’escalier.", "langue": language})["Location"]
    page = client.get(thanks).text
    assert WORDS[language]["emergency"] in page.replace("\u202f", " ").replace("\xa0", " ")
    assert f'href="{tap}rappel/{"" if language == "fr" else "?langue=en"}"' in page
    assert not Case.objects.exists(), "nobody is named by what they wrote"


def test_a_form_needs_no_cookie(tap: str) -> None:
    assert Client(enforce_csrf_checks=True).post(tap, FIRST | CONFIRMED)["Location"] == tap
    assert Slip.objects.count() == 1


def test_a_tap_that_is_no_answer_sends_nothing(client: Client, tap: str) -> None:
    assert client.post(tap, {"overall_satisfaction": "great"} | CONFIRMED).status_code == 422
    assert client.post(tap).status_code in {200, 422}
    assert not Slip.objects.exists()


def test_a_confirmation_costs_the_same_few_queries_and_keeps_the_language(client: Client, tap: str) -> None:
    client.post(f"{tap}?langue=en", FIRST)
    with CaptureQueriesContext(connection) as seen:
        assert client.post(f"{tap}?langue=en", FIRST | CONFIRMED)["Location"] == f"{tap}?langue=en"
    acts = [q["sql"].split(maxsplit=1)[0] for q in seen]
    assert [act for act in acts if act not in {"SAVEPOINT", "RELEASE"}] == ["SELECT", "UPDATE", "INSERT"]


def test_a_confirmation_of_a_survey_that_is_over_is_told_so(client: Client, tap: str, at: datetime) -> None:
    close(wave=Wave.objects.get(), by=None, at=at)
    over = client.post(tap, FIRST | CONFIRMED)
    assert over.status_code == 410
    assert "Cette enquête est terminée" in over.text
    assert not Slip.objects.exists()
    assert client.post("/s/aaaaaaaaaaaaaaaaaaaaaa/", FIRST | CONFIRMED).status_code == 404


def test_one_may_refuse_one_survey_or_all_and_change_ones_mind(client: Client, link: str) -> None:
    with nothing_written():
        assert "Ne plus me solliciter" in client.get(f"{link}refus/").text
    assert "vous ne recevrez pas de rappel" in client.post(f"{link}refus/", {"choix": "refus"}).text
    invitation = Wave.objects.get().invitations.get()
    assert invitation.outcome == Outcome.REFUSED
    walk(client, link, FINE)
    client.post(f"{link}envoyer/")
    assert Slip.objects.count() == 1
    for _ in range(2):
        assert "plus d’enquête de l’OPH de Bondy" in client.post(f"{link}refus/", {"choix": "opposition"}).text
    assert Objection.objects.count() == 1


def test_the_notice_says_who_why_how_long_and_which_rights(client: Client, link: str) -> None:
    page = client.get(f"{link}information/").text
    for words in ("OPH de Bondy", "Pourquoi", "24 mois", "mois après la clôture", "CNIL", "cinq réponses au moins"):
        assert words in page


def test_a_link_that_leads_nowhere_and_a_survey_that_is_over_say_so(client: Client, link: str, at: datetime) -> None:
    unknown = client.get("/s/aaaaaaaaaaaaaaaaaaaaaa/")
    assert unknown.status_code == 404
    assert "Ce lien ne mène à aucune enquête" in unknown.text
    close(wave=Wave.objects.get(), by=None, at=at)
    over = client.post(f"{link}1/", FINE)
    assert over.status_code == 410
    assert "Cette enquête est terminée" in over.text
    assert not Draft.objects.exists()


def test_every_page_is_light_private_and_asks_for_no_script(client: Client, link: str) -> None:
    around = sum((WEB / assets.built(name)).stat().st_size for name in ("survey.css", "mark.svg"))
    for page in ("", "1/", "4/", "envoyer/", "refus/", "information/"):
        answer = client.get(link + page)
        assert len(answer.content) + around < 60_000
        assert b"<script" not in answer.content
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer.text


def test_the_heaviest_sheet_that_is_shipped_is_light(
    client: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    asked = next(version for version in load_shipped(at=at) if version.questionnaire.code == "triennial")
    [(_, token)] = links(wave_of(landlord, until="running", at=at, questionnaire=asked))
    around = sum((WEB / assets.built(name)).stat().st_size for name in ("survey.css", "mark.svg"))
    sizes = [len(client.get(f"/s/{token}/{number}/?langue=en").content) for number in range(1, 11)]
    assert 20_000 < max(sizes) + around < 60_000


def test_what_stands_around_the_questions_is_whole_in_each_language() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for name in WORDS["fr"]:
        with pytest.raises(KeyError):
            Around("fr")[name]


def test_one_may_always_say_that_one_would_rather_not_answer(client: Client, link: str) -> None:
    assert "Je ne souhaite pas répondre</span>" in client.get(f"{link}1/").text
