"""The pages of one action: saving it at any point, two people at once, who may touch it, measures and proofs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from palier.directory.models import Person
from palier.plans import queries
from palier.plans.models import Action, ActionEvidence, Measure, Recommendation
from palier.plans.operations import change_action, drop_action, freeze, record_measure, set_verdict
from palier.plans.rules.terms import Effect, Outcome, Scope
from palier.web.plans.chart import draw
from tests.plans.conftest import COMPLETE, Desk
from tests.web.plans.conftest import said

SignIn = Callable[[Person], Client]
MakeAction = Callable[..., Action]
MakeRecommendation = Callable[..., Recommendation]

pytestmark = pytest.mark.django_db
FILLED = {
    "title": "Contrôler le ménage par cage d’escalier",
    "theme": "cleanliness",
    "scope": "transversal",
    "nature": "remedial",
    "responsibility": "landlord",
    "lever": "reinforced_cleaning",
    "budget": "12 000,50",
    "owner_label": "Responsable de secteur",
    "starts_on": "2026-04-01",
    "due_on": "31/12/2026",
    "indicator": "Cages contrôlées conformes",
    "unit": "%",
    "direction": "up",
    "baseline": "61,5",
    "baseline_on": "2026-02-01",
    "target": "80",
    "target_on": "2026-12-31",
}


def page(name: str, desk: Desk, **more: int) -> str:
    return reverse(name, kwargs={"landlord_id": desk.landlord.pk} | more)


def test_a_title_is_enough_to_begin(desk: Desk, sign_in: SignIn) -> None:
    answer = sign_in(desk.lead).post(page("action_add", desk), {"title": "Une idée", "scope": "transversal"})
    action = Action.objects.get()
    assert answer.headers["Location"] == page("action", desk, action_id=action.pk)
    shown = said(sign_in(desk.lead).get(answer.headers["Location"]))
    assert "L’action est incomplète." in shown
    assert "la valeur de départ datée" in shown


def test_everything_filled_in_is_kept_french_numbers_included(
    desk: Desk, make_recommendation: MakeRecommendation, sign_in: SignIn
) -> None:
    recommendation = make_recommendation()
    client = sign_in(desk.lead)
    form = said(client.get(f"{page('action_add', desk)}?follows={recommendation.pk}"))
    assert re.search(rf'name="follows" value="{recommendation.pk}"[^>]*checked', form)
    client.post(page("action_add", desk), FILLED | {"budget": "12 000,50", "follows": [recommendation.pk]})
    action = Action.objects.get()
    assert queries.full_content(action) == replace(COMPLETE, budget=Decimal("12000.50"), baseline=Decimal("61.5"))
    assert [row.code for row in action.recommendations.all()] == ["P-01"]


def test_what_contradicts_itself_is_refused_and_everything_typed_is_kept(desk: Desk, sign_in: SignIn) -> None:
    answer = sign_in(desk.lead).post(page("action_add", desk), FILLED | {"budget": "1", "target": "40"})
    assert answer.status_code == 422
    shown = said(answer)
    assert "La cible n’améliore pas la valeur de départ" in shown
    assert 'value="Cages contrôlées conformes"' in shown
    assert not Action.objects.exists()


def test_the_form_opens_with_what_is_said_and_saves_sites_and_people(
    desk: Desk, make_action: MakeAction, sign_in: SignIn
) -> None:
    action = make_action(desk.residences[0], contributors=frozenset({desk.agent.pk}))
    client = sign_in(desk.lead)
    shown = said(client.get(page("action_change", desk, action_id=action.pk)))
    assert 'name="baseline" value="61"' in shown
    assert "L’action est complète." in shown
    client.post(
        page("action_change", desk, action_id=action.pk),
        FILLED
        | {
            "budget": "5000",
            "scope": "site",
            "residences": [desk.residences[1].pk, desk.residences[2].pk],
            "contributors": [desk.lead.pk],
            "revision": 1,
        },
    )
    content = queries.full_content(Action.objects.get())
    assert content.scope is Scope.SITE
    assert content.residences == {r.pk for r in desk.residences[1:]}
    assert content.contributors == {desk.lead.pk}


def test_a_stale_save_shows_both_versions_and_the_next_one_wins_knowingly(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime
) -> None:
    action = make_action()
    change_action(action=action, revision=1, content=replace(COMPLETE, title="Le titre de l’autre"), by=desk.agent, at=at)
    client = sign_in(desk.lead)
    mine = FILLED | {"budget": "12000", "title": "Mon titre", "baseline": "61", "revision": 1}
    answer = client.post(page("action_change", desk, action_id=action.pk), mine)
    assert answer.status_code == 409
    shown = said(answer)
    assert "M. D. a modifié l’action A-01 pendant que vous écriviez." in shown
    assert "Le titre de l’autre" in shown
    assert 'value="Mon titre"' in shown
    assert 'name="revision" value="2"' in shown
    assert Action.objects.get().title == "Le titre de l’autre"
    assert client.post(page("action_change", desk, action_id=action.pk), mine | {"revision": 2}).status_code == 302
    assert Action.objects.get().title == "Mon titre"


def test_a_stale_save_names_sites_and_people(desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime) -> None:
    action = make_action(desk.residences[0])
    content = replace(queries.full_content(action), owner=desk.agent.pk, residences=frozenset({desk.residences[1].pk}))
    change_action(action=action, revision=1, content=content, by=desk.agent, at=at)
    mine = FILLED | {"budget": "12000", "baseline": "61", "scope": "site", "residences": [desk.residences[0].pk], "revision": 1}
    shown = said(sign_in(desk.lead).post(page("action_change", desk, action_id=action.pk), mine))
    for cell in ("<td>Les Glycines</td>", "<td>Le Verger</td>", "<td>M. D.</td>", "<td>rien</td>"):
        assert cell in re.sub(r"<td [^>]*>", "<td>", shown), cell


def test_a_save_that_is_refused_in_part_keeps_nothing(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, sign_in: SignIn, at: datetime
) -> None:
    action, recommendation = make_action(), make_recommendation()
    drop_action(action=action, revision=1, reason="Doublon.", by=desk.lead, at=at)
    given = FILLED | {"budget": "1", "title": "Autre", "follows": [recommendation.pk], "revision": 2}
    answer = sign_in(desk.lead).post(page("action_change", desk, action_id=action.pk), given)
    assert answer.status_code == 422
    assert "A-01 est abandonnée" in said(answer)
    action.refresh_from_db()
    assert (action.title, action.revision) == (COMPLETE.title, 2)


def test_a_contributor_changes_only_what_is_entrusted_to_them(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    settings.DOCUMENTS = tmp_path
    theirs, own = make_action(), make_action(contributors=frozenset({desk.agent.pk}))
    client = sign_in(desk.agent)
    shown = said(client.get(page("action", desk, action_id=theirs.pk)))
    assert "L’action A-01 ne vous est pas confiée." in shown
    assert page("action_progress", desk, action_id=theirs.pk) not in shown
    for name, given in (
        ("action_change", FILLED | {"budget": "1", "revision": 1}),
        ("action_progress", {"status": "under_way", "progress": 10, "revision": 1}),
        ("action_measure", {"on": "2026-03-01", "value": "70", "source": "Relevé"}),
        ("action_drop", {"reason": "Non.", "revision": 1}),
        ("action_prove", {"file": SimpleUploadedFile("note.txt", b"note"), "kind": "other"}),
    ):
        refused = client.post(page(name, desk, action_id=theirs.pk), given)
        assert refused.status_code == 422, name
        assert "ne vous est pas confiée" in said(refused), name
        assert "ne vous est pas confiée" in said(client.get(page(name, desk, action_id=theirs.pk))), name
    for name in ("action_add", "recommendation_add"):
        assert client.post(page(name, desk), FILLED).status_code == 403
    assert client.post(page("action_entrust", desk, action_id=own.pk), {}).status_code == 403
    assert (
        client.post(
            page("action_progress", desk, action_id=own.pk), {"status": "under_way", "progress": 10, "revision": 1}
        ).status_code
        == 302
    )
    assert (
        client.post(page("action_change", desk, action_id=own.pk), FILLED | {"budget": "1", "revision": 2}).status_code == 302
    )
    own.refresh_from_db()
    assert (own.progress, own.budget) == (10, 1)


def test_progress_that_contradicts_its_state_is_said_beside_the_field(
    desk: Desk, make_action: MakeAction, sign_in: SignIn
) -> None:
    action = make_action()
    answer = sign_in(desk.lead).post(
        page("action_progress", desk, action_id=action.pk), {"status": "done", "progress": 80, "revision": 1}
    )
    assert answer.status_code == 422
    assert "Une action faite est à 100 %." in said(answer)


def test_a_measure_joins_the_table_and_the_drawing(desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime) -> None:
    action = make_action()
    freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)
    client = sign_in(desk.lead)
    where = page("action_measure", desk, action_id=action.pk)
    assert client.post(where, {"on": "2026-04-01", "value": "70", "source": "Relevé"}).status_code == 422
    assert client.post(where, {"on": "2026-03-01", "value": "66,7", "source": "Relevé de mars"}).status_code == 302
    assert Measure.objects.get().value == Decimal("66.7")
    shown = said(client.get(page("action", desk, action_id=action.pk)))
    assert "La dernière mesure va dans le bon sens, sans atteindre la cible." in shown
    assert "Relevé de mars" in shown
    assert '<svg class="course"' in shown
    assert "style=" not in shown


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (61, "Aucun écart avec la valeur de départ."),
        (50, "La dernière mesure s’éloigne de la cible."),
        (80, "La cible est atteinte à la dernière mesure."),
    ],
)
def test_the_sentence_says_no_more_than_the_measure(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime, value: int, sentence: str
) -> None:
    action = make_action()
    record_measure(action=action, on=date(2026, 3, 1), value=Decimal(value), source="Relevé", by=desk.lead, at=at)
    assert sentence in said(sign_in(desk.lead).get(page("action", desk, action_id=action.pk)))


def test_the_drawing_holds_in_its_box_whatever_the_values() -> None:
    for start, target, measured in ((0, 0, ()), (-5, 900, (1200, -40)), (80, 10, (80, 45, 9))):
        drawn = draw(
            (date(2026, 1, 1), Decimal(start)),
            (date(2026, 12, 31), Decimal(target)),
            [(date(2026, 2 + n, 1), Decimal(value)) for n, value in enumerate(measured)],
            today=date(2026, 3, 10),
        )
        for point in (drawn.start, drawn.target, *drawn.measures):
            assert 0 <= point.x <= drawn.width
            assert 0 <= point.y <= drawn.floor
            assert 0 < point.label_y < drawn.height


def test_proofs_are_joined_from_the_file_or_new_and_detached(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    settings.DOCUMENTS = tmp_path
    action, other = make_action(), make_action()
    client = sign_in(desk.lead)
    where = page("action_prove", desk, action_id=action.pk)
    assert "Dites ce qu’est ce fichier." in said(client.post(where, {"file": SimpleUploadedFile("note.txt", b"note")}))
    refused = client.post(where, {"file": SimpleUploadedFile("note.exe", b"note"), "kind": "other"})
    assert refused.status_code == 422
    assert client.post(where, {"file": SimpleUploadedFile("relevé.txt", b"note"), "kind": "other"}).status_code == 302
    evidence = ActionEvidence.objects.get()
    shown = said(client.get(page("action", desk, action_id=action.pk)))
    assert "relevé" in shown
    client.post(page("action_prove", desk, action_id=other.pk), {"document": evidence.document_id})
    assert ActionEvidence.objects.count() == 2
    client.post(page("action_unprove", desk, action_id=action.pk, evidence_id=evidence.pk))
    assert ActionEvidence.objects.get().action == other


def test_a_verdict_shows_with_its_effect(
    desk: Desk, make_action: MakeAction, make_person: Callable[..., Person], sign_in: SignIn, at: datetime
) -> None:
    action = make_action()
    set_verdict(
        action=action, occasion="implementation", mission_id=1, outcome=Outcome.LATE, effect=Effect.PARTLY,
        note="Deux agences sur trois.", by=make_person(name="Mme A."), at=at,
    )  # fmt: skip
    shown = said(sign_in(desk.lead).get(page("action", desk, action_id=action.pk)))
    for words in ("Audit de mise en œuvre", "En retard", "Efficace en partie", "Deux agences sur trois.", "Mme A."):
        assert words in shown


def test_an_action_is_given_up_with_its_reason_and_taken_up_again(desk: Desk, make_action: MakeAction, sign_in: SignIn) -> None:
    action = make_action()
    client = sign_in(desk.lead)
    assert client.post(page("action_drop", desk, action_id=action.pk), {"reason": "", "revision": 1}).status_code == 422
    client.post(page("action_drop", desk, action_id=action.pk), {"reason": "Marché infructueux.", "revision": 1})
    shown = said(client.get(page("action", desk, action_id=action.pk)))
    assert "L’action est abandonnée : Marché infructueux." in shown
    client.post(page("action_progress", desk, action_id=action.pk), {"status": "under_way", "progress": 5, "revision": 2})
    assert "L’action est en cours, à 5 %" in said(client.get(page("action", desk, action_id=action.pk)))


def test_an_action_of_a_frozen_plan_is_entrusted_to_somebody_else(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime
) -> None:
    action = make_action()
    freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)
    client = sign_in(desk.lead)
    shown = said(client.get(page("action", desk, action_id=action.pk)))
    assert page("action_entrust", desk, action_id=action.pk) in shown
    assert page("action_change", desk, action_id=action.pk) not in shown
    client.post(page("action_entrust", desk, action_id=action.pk), {"owner": desk.agent.pk, "owner_label": "", "revision": 1})
    action.refresh_from_db()
    assert action.owner == desk.agent


# --- Recommendations -----------------------------------------------------------------------------------------------


def test_a_recommendation_is_linked_detached_refused_and_taken_up_again(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, sign_in: SignIn
) -> None:
    recommendation, action = make_recommendation(), make_action()
    client = sign_in(desk.lead)
    here = {"recommendation_id": recommendation.pk}
    sheet = page("recommendation", desk, **here)
    assert "Elle n’est reliée ni à une action, ni à un refus motivé." in said(client.get(sheet))
    assert client.post(page("recommendation_link", desk, **here), {}).status_code == 422
    client.post(page("recommendation_link", desk, **here), {"action": action.pk})
    assert "Suivie par 1 action." in said(client.get(sheet))
    assert client.post(page("recommendation_refuse", desk, **here), {"reason": "Non."}).status_code == 422
    client.post(page("recommendation_unlink", desk, **here, action_id=action.pk))
    read = {"revision": client.get(sheet).context["refuse"]["revision"].value()}
    assert client.post(page("recommendation_refuse", desk, **here), read | {"reason": " "}).status_code == 422
    client.post(page("recommendation_refuse", desk, **here), read | {"reason": "Déjà fait en 2025."})
    shown = said(client.get(sheet))
    assert "Refusée le 10 mars 2026, avec son motif." in shown
    client.post(page("recommendation_reconsider", desk, **here))
    assert Recommendation.objects.get().refused_at is None


def test_a_landlord_brings_its_own_recommendations_not_those_of_audits(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in(desk.lead)
    where = page("recommendation_add", desk)
    given = {"title": "Répondre en dix jours", "text": "", "theme": "", "source": "survey"}
    assert client.post(where, given | {"source": "hqs"}).status_code == 422
    assert client.post(where, given).status_code == 302
    assert Recommendation.objects.get().source == "survey"
