"""The plan's own pages: where it stands, what is missing, files, paper, before and after, frozen versions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.plans import queries
from palier.plans.models import Action, Recommendation
from palier.plans.operations import (
    add_action,
    change_action,
    drop_action,
    freeze,
    record_measure,
    refuse_recommendation,
    reopen,
    report_progress,
    set_verdict,
)
from palier.plans.rules.terms import Effect, Outcome, Status, Vocabulary
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from tests.plans.conftest import COMPLETE, Desk
from tests.web.plans.conftest import said

SignIn = Callable[[Person], Client]
MakeAction = Callable[..., Action]
MakeRecommendation = Callable[..., Recommendation]

pytestmark = pytest.mark.django_db


def page(name: str, desk: Desk, **more: int | str) -> str:
    return reverse(name, kwargs={"landlord_id": desk.landlord.pk} | more)


def test_a_landlord_without_plan_is_told_when_it_opens(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], sign_in: SignIn
) -> None:
    landlord = make_landlord()
    client = sign_in(make_person(Role.QUALITY_LEAD, landlord))
    where = reverse("plan", kwargs={"landlord_id": landlord.pk})
    assert "Le plan n’est pas encore ouvert." in said(client.get(where))
    for name in ("plan_whole", "plan_effects"):
        assert client.get(reverse(name, kwargs={"landlord_id": landlord.pk})).status_code == 404


def test_an_empty_plan_says_how_to_begin(desk: Desk, sign_in: SignIn) -> None:
    shown = said(sign_in(desk.lead).get(page("plan", desk)))
    assert "Le plan n’a encore aucune action." in shown
    assert page("action_add", desk) in shown


def test_what_is_missing_is_named_with_the_place_where_it_is_mended(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, sign_in: SignIn
) -> None:
    action = make_action(baseline=None)
    recommendation = make_recommendation("accueil téléphonique")
    shown = said(sign_in(desk.lead).get(page("plan", desk)))
    assert "Il manque 2 choses" in shown
    assert "La préconisation P-01, accueil téléphonique, n’est pas tracée." in shown
    assert f'{page("recommendation", desk, recommendation_id=recommendation.pk)}">Relier P-01' in shown
    assert f'{page("action_change", desk, action_id=action.pk)}">Compléter A-01' in shown
    assert "1 action, 0 préconisation sur 1 tracée." in shown


def test_a_whole_plan_says_that_it_is_ready(desk: Desk, make_action: MakeAction, sign_in: SignIn) -> None:
    make_action()
    shown = said(sign_in(desk.lead).get(page("plan", desk)))
    assert "Le plan est prêt" in shown
    assert "il n’est pas à transmettre" in shown


def test_a_priority_site_without_action_is_named(desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime) -> None:
    make_action()
    declare_priority(
        landlord=desk.landlord, residence=desk.residences[0], level=Level.EXTREME, reasons="Halls occupés.", by=desk.lead, at=at
    )
    shown = said(sign_in(desk.lead).get(page("plan", desk)))
    assert "Le site prioritaire Les Glycines n’a pas d’action." in shown


def test_a_frozen_plan_says_since_when_and_changes_by_dated_additions_alone(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime
) -> None:
    action = make_action()
    freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)
    client = sign_in(desk.lead)
    shown = said(client.get(page("plan", desk)))
    assert "Le plan est figé depuis le 10 mars 2026." in shown
    assert "sans toucher à la version transmise" in said(client.get(page("action_add", desk)))
    answer = client.post(page("action_add", desk), {"title": "Autre", "scope": "transversal"})
    assert answer.status_code == 422
    assert "est complète dès son ajout" in said(answer)
    later = at + timedelta(days=2)
    added = add_action(plan=desk.plan, content=COMPLETE, by=desk.lead, at=later)
    mark = "Ajoutée le 12 mars 2026, après l’arrêt du plan"
    for where in (page("plan", desk), page("plan_whole", desk), page("action", desk, action_id=added.pk)):
        assert said(client.get(where)).count(mark) == 1
    answer = client.post(
        page("action_change", desk, action_id=action.pk), {"title": "Autre", "scope": "transversal", "revision": 1}
    )
    assert answer.status_code == 422
    assert "Pas encore possible." in said(client.get(page("action_change", desk, action_id=action.pk)))


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("", ["A-01", "A-02", "A-03", "A-04"]),
        ("q=menage", []),
        ("q=hall", ["A-02"]),
        ("q=a-03", ["A-03"]),
        ("q=glycines", ["A-02"]),
        ("scope=site", ["A-02"]),
        ("status=done", ["A-03"]),
        ("status=late", ["A-01"]),
        ("status=incomplete", ["A-04"]),
        ("status=dropped", []),
        ("owner=me", ["A-03"]),
        ("theme=move_in", ["A-04"]),
        ("sort=-code", ["A-04", "A-03", "A-02", "A-01"]),
        ("sort=due", ["A-01", "A-02", "A-03", "A-04"]),
        ("sort=-progress", ["A-03", "A-01", "A-02", "A-04"]),
        ("sort=; DROP TABLE", ["A-01", "A-02", "A-03", "A-04"]),
        ("owner=abc&site=99999&theme=rien", ["A-01", "A-02", "A-03", "A-04"]),
        ("cycle=9", []),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime, asked: str, codes: list[str]
) -> None:
    make_action(starts_on=date(2026, 1, 1), due_on=date(2026, 3, 1))
    make_action(desk.residences[0], title="Reprendre le hall du 4")
    done = make_action(owner=desk.lead.pk)
    report_progress(action=done, revision=1, status=Status.DONE, progress=100, by=desk.lead, at=at)
    make_action(theme="move_in", lever="", due_on=None)
    client = sign_in(desk.lead)
    answer = client.get(f"{page('plan', desk)}?{asked}")
    assert answer.status_code == 200
    rows = answer.context.get("rows", [])
    assert [row.action.code for row in rows] == codes
    if codes:
        sheet = client.get(f"{page('plan_export', desk, form='csv')}?{asked}").content.decode("utf-8-sig")
        assert [line["Code"] for line in csv.DictReader(io.StringIO(sheet), delimiter=";")] == codes


def test_the_plan_leaves_as_a_spreadsheet_that_runs_nothing(desk: Desk, make_action: MakeAction, sign_in: SignIn) -> None:
    make_action(desk.residences[0], title="=HYPERLINK(1)", budget=Decimal("1234.5"))
    client = sign_in(desk.lead)
    (line,) = csv.DictReader(
        io.StringIO(client.get(page("plan_export", desk, form="csv")).content.decode("utf-8-sig")), delimiter=";"
    )
    assert line["Action"] == "'=HYPERLINK(1)"
    assert (line["Budget (€ TTC)"], line["Échéance"], line["Sites"]) == ("1234,50", "31/12/2026", "Les Glycines")
    assert client.get(page("plan_export", desk, form="xlsx")).content[:2] == b"PK"
    assert client.get(page("plan_export", desk, form="exe")).status_code == 404


def test_the_whole_plan_is_printed_with_what_was_refused(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, sign_in: SignIn, at: datetime
) -> None:
    refuse_recommendation(recommendation=make_recommendation(), revision=1, reason="Déjà fait en 2025.", by=desk.lead, at=at)
    make_action()
    dropped = make_action(title="Autre")
    drop_action(action=dropped, revision=1, reason="Doublon de A-01.", by=desk.lead, at=at)
    shown = said(sign_in(desk.lead).get(page("plan_whole", desk)))
    for words in ("Déjà fait en 2025.", "Doublon de A-01.", "Nettoyage renforcé", "61 % le 1"):
        assert words in shown


def test_of_two_tabs_on_a_refusal_the_second_is_refused_and_shows_both_reasons(
    desk: Desk, make_recommendation: MakeRecommendation, sign_in: SignIn
) -> None:
    found = make_recommendation()
    client = sign_in(desk.lead)
    shown, act = (page(name, desk, recommendation_id=found.pk) for name in ("recommendation", "recommendation_refuse"))
    read = client.get(shown).context["refuse"]["revision"].value()
    assert client.post(act, {"reason": "Déjà fait en 2025.", "revision": read}).status_code == 302
    stale = client.post(act, {"reason": "Trop cher.", "revision": read})
    assert stale.status_code == 409
    for words in ("Votre motif n’est pas enregistré", "Déjà fait", "Trop cher"):
        assert words in said(stale)
    found.refresh_from_db()
    assert found.refusal_reason == "Déjà fait en 2025."
    kept = {"reason": "Trop cher.", "revision": stale.context["refuse"]["revision"].value()}
    assert client.post(act, kept).status_code == 302
    found.refresh_from_db()
    assert found.refusal_reason == "Trop cher."


def test_before_and_after_counts_only_what_was_measured(
    desk: Desk, make_action: MakeAction, make_person: Callable[..., Person], sign_in: SignIn, at: datetime
) -> None:
    for value in (Decimal(82), Decimal("66.7"), Decimal(40), None):
        action = make_action()
        if value is not None:
            record_measure(action=action, on=date(2026, 3, 1), value=value, source="Relevé", by=desk.lead, at=at)
    set_verdict(
        action=action, occasion="implementation", mission_id=1, outcome=Outcome.DONE, effect=Effect.NOT_MEASURABLE,
        by=make_person(), at=at,
    )  # fmt: skip
    shown = said(sign_in(desk.lead).get(page("plan_effects", desk)))
    assert "3 indicateurs mesurés sur 4. 1 atteint sa cible, 1 s’en approche, 1 s’en éloigne." in shown
    assert "30 % du chemin" in shown
    assert "Effet non mesurable" in shown


def test_a_frozen_version_shows_what_was_handed_in_not_what_followed(
    desk: Desk, make_action: MakeAction, sign_in: SignIn, at: datetime
) -> None:
    action = make_action()
    copy = freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)
    reopen(landlord=desk.landlord, cycle=1, by=None, at=at)
    content = queries.full_content(action)
    change_action(action=action, revision=1, content=type(content)(title="Titre d’après"), by=desk.lead, at=at)
    shown = said(sign_in(desk.lead).get(page("plan_snapshot", desk, number=1)))
    assert COMPLETE.title in shown
    assert "Titre d’après" not in shown
    assert copy.sha256 in shown


def test_tenants_read_the_plan_and_change_nothing(
    desk: Desk,
    make_action: MakeAction,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: SignIn,
    at: datetime,
) -> None:
    action = make_action()
    pond = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=desk.landlord, association=pond, by=None, at=at)
    client = sign_in(make_person(Role.TENANT_REPRESENTATIVE, pond))
    assert client.get(page("plan", desk)).status_code == 200
    assert client.get(page("action", desk, action_id=action.pk)).status_code == 200
    for name in ("action_change", "action_progress", "action_drop", "action_measure"):
        assert client.post(page(name, desk, action_id=action.pk), {}).status_code == 403, name


def test_another_landlord_s_action_is_not_found(
    desk: Desk,
    make_action: MakeAction,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: SignIn,
) -> None:
    action = make_action()
    other = make_landlord()
    client = sign_in(make_person(Role.QUALITY_LEAD, other))
    assert client.get(page("action", desk, action_id=action.pk)).status_code == 404
    assert client.get(reverse("action", kwargs={"landlord_id": other.pk, "action_id": action.pk})).status_code == 404


def test_the_plan_costs_the_same_with_many_actions(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, sign_in: SignIn
) -> None:
    client = sign_in(desk.lead)

    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page(name, desk)).status_code == 200
        return len(asked)

    names = ("plan", "plan_whole", "plan_effects")
    make_action(desk.residences[0], owner=desk.agent.pk, follows=(make_recommendation().pk,))
    alone = [cost(name) for name in names]
    for _ in range(29):
        make_action(desk.residences[0], owner=desk.agent.pk, follows=(make_recommendation().pk,))
    assert [cost(name) for name in names] == alone
    assert alone[0] <= 32


def test_the_label_s_owner_edits_the_lists(
    make_organisation: Callable[..., Organisation], make_person: Callable[..., Person], desk: Desk, sign_in: SignIn
) -> None:
    referent = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))
    where = reverse("plan_terms")
    assert "Nettoyage renforcé" in said(referent.get(where))
    assert referent.post(where, {"vocabulary": "lever", "label": "Médiation nocturne"}).status_code == 302
    assert "Médiation nocturne" in queries.terms()[Vocabulary.LEVER].values()
    again = referent.post(where, {"vocabulary": "lever", "label": "médiation nocturne", "code": "other"})
    assert again.status_code == 422
    assert sign_in(desk.lead).get(where).status_code == 200
    assert sign_in(desk.lead).post(where, {"vocabulary": "lever", "label": "x"}).status_code == 403
