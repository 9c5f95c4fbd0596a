"""Drafting a plan, freezing it, living with it; what is frozen never changes, even around Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.ledger.models import Entry
from palier.ledger.rules import canonical
from palier.outbox.models import Message
from palier.plans import queries
from palier.plans.models import Action, ActionVerdict, Measure, Plan, Recommendation, Snapshot
from palier.plans.operations import (
    add_action,
    add_recommendation,
    change_action,
    drop_action,
    entrust_action,
    freeze,
    link,
    open_plan,
    reconsider_recommendation,
    record_measure,
    refuse_recommendation,
    reopen,
    report_progress,
    set_term,
    set_verdict,
    unlink,
)
from palier.plans.rules.action import ActionContent
from palier.plans.rules.terms import Effect, Outcome, Scope, Source, Status, Vocabulary
from palier.stock.models import Residence
from palier.verdict import Conflict, Refusal
from tests.plans.conftest import COMPLETE, Desk

pytestmark = pytest.mark.django_db

MakeAction = Callable[..., Action]
MakeRecommendation = Callable[..., Recommendation]


def summary(act: str) -> str:
    content = Entry.objects.filter(act=act).order_by("-number")[0].content
    assert content is not None
    return str(content["summary"])


def frozen(desk: Desk, at: datetime) -> Snapshot:
    return freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)


# --- Drafting ------------------------------------------------------------------------------------------------------


def test_a_plan_is_opened_once_a_cycle(desk: Desk, at: datetime) -> None:
    assert open_plan(landlord=desk.landlord, cycle=1, by=desk.lead, at=at) == desk.plan
    assert open_plan(landlord=desk.landlord, cycle=2, by=desk.lead, at=at) != desk.plan
    with pytest.raises(IntegrityError, match="plan_once"), transaction.atomic():
        Plan.objects.create(landlord=desk.landlord, cycle=1, opened_at=at)


def test_codes_follow_one_another_and_the_ledger_names_them(
    make_action: MakeAction, make_recommendation: MakeRecommendation
) -> None:
    assert [make_action().code, make_action().code] == ["A-01", "A-02"]
    assert [make_recommendation().code, make_recommendation().code] == ["P-01", "P-02"]
    assert summary("plans.action_added") == "a ajouté l’action A-02, Contrôler le ménage par cage d’escalier."


def test_an_action_may_be_an_idea_at_first(desk: Desk, at: datetime) -> None:
    action = add_action(plan=desk.plan, content=ActionContent(title="Une idée"), by=desk.lead, at=at)
    verdict = queries.submittable(landlord=desk.landlord.pk, cycle=1, priority={})
    assert [reason.code for reason in verdict.reasons] == ["plans.action_incomplete"]
    assert queries.full_content(action) == ActionContent(title="Une idée")


def test_what_is_said_is_kept_whole(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    content = replace(
        COMPLETE,
        owner=desk.agent.pk,
        contributors=frozenset({desk.lead.pk}),
        tfpb_axis="extra_maintenance",
        ordinary="Deux passages.",
    )
    action = add_action(plan=desk.plan, content=content, by=desk.lead, at=at)
    assert queries.full_content(Action.objects.get(pk=action.pk)) == content
    sited = make_action(*desk.residences[:2])
    assert queries.full_content(sited).residences == {r.pk for r in desk.residences[:2]}


def test_strangers_unknown_words_and_other_stocks_are_refused(
    desk: Desk,
    make_person: Callable[..., Person],
    make_landlord: Callable[..., Landlord],
    make_residence: Callable[..., Residence],
    make_action: MakeAction,
) -> None:
    other = make_landlord()
    stranger = make_person(Role.QUALITY_LEAD, other)
    for more in ({"owner": stranger.pk}, {"contributors": frozenset({stranger.pk})}, {"lever": "magic"}, {"theme": "magic"}):
        with pytest.raises(Refusal):
            make_action(**more)
    with pytest.raises(Refusal, match="pas de ce patrimoine"):
        make_action(make_residence(other, "Ailleurs"))


def test_whoever_is_entrusted_with_an_action_is_told_once(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action(owner=desk.agent.pk, contributors=frozenset({desk.lead.pk}))
    (told,) = Message.objects.filter(event="plans.action_assigned")
    assert told.person_id == desk.agent.pk
    assert told.link == f"/organismes/{desk.landlord.pk}/plan/actions/{action.pk}/"
    content = replace(queries.full_content(action), title="Autre titre")
    change_action(action=action, revision=1, content=content, by=desk.lead, at=at)
    assert Message.objects.filter(event="plans.action_assigned").count() == 1


def test_who_no_longer_has_an_action_is_not_told_that_it_is_theirs(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    waiting = Message.objects.filter(event="plans.action_assigned", state="waiting")
    action = make_action(owner=desk.agent.pk)
    given = {"action": action, "owner_label": "Secteur", "contributors": frozenset(), "by": desk.lead, "at": at}
    entrust_action(revision=1, owner=None, **given)
    assert not waiting.exists()
    entrust_action(revision=2, owner=desk.agent.pk, **given)
    assert waiting.get().person_id == desk.agent.pk
    drop_action(action=action, revision=3, reason="Sans objet.", by=desk.lead, at=at)
    assert not waiting.exists()


def test_a_change_says_what_changed(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action()
    change_action(action=action, revision=1, content=replace(COMPLETE, target=Decimal(85)), by=desk.lead, at=at)
    content = Entry.objects.get(act="plans.action_changed").content
    assert content is not None
    assert content["facts"]["changes"] == {"target": ["80.000", "85"]}
    assert action.revision == 2


def test_a_stale_change_is_refused_and_shows_what_stands(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action()
    mine = Action.objects.get(pk=action.pk)
    change_action(action=action, revision=1, content=replace(COMPLETE, title="La leur"), by=desk.agent, at=at)
    for act in (
        lambda: change_action(action=mine, revision=1, content=replace(COMPLETE, title="La mienne"), by=desk.lead, at=at),
        lambda: report_progress(action=mine, revision=1, status=Status.UNDER_WAY, progress=5, by=desk.lead, at=at),
        lambda: drop_action(action=mine, revision=1, reason="Doublon.", by=desk.lead, at=at),
        lambda: entrust_action(
            action=mine, revision=1, owner=desk.agent.pk, owner_label="", contributors=frozenset(), by=desk.lead, at=at
        ),
    ):
        with pytest.raises(Conflict, match=r"M\. D\. a modifié l’action A-01") as stale, transaction.atomic():
            act()
        assert isinstance(stale.value.theirs, Action)
        assert stale.value.theirs.title == "La leur"
    assert Action.objects.get(pk=action.pk).title == "La leur"


# --- Recommendations -----------------------------------------------------------------------------------------------


def test_a_recommendation_of_one_source_comes_once(desk: Desk, at: datetime) -> None:
    def bring() -> Recommendation:
        return add_recommendation(plan=desk.plan, title="T", text="", theme="", source=Source.HQS, source_id=44, by=None, at=at)

    assert bring() == bring()


def test_a_recommendation_is_followed_or_refused_never_both(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    recommendation = make_recommendation()
    action = make_action(follows=(recommendation.pk,))
    with pytest.raises(Refusal, match="P-01 est suivie par A-01"):
        refuse_recommendation(recommendation=recommendation, revision=1, reason="Trop cher.", by=desk.lead, at=at)
    unlink(action=action, recommendation=recommendation, by=desk.lead, at=at)
    with pytest.raises(Refusal, match="se motive"):
        refuse_recommendation(recommendation=recommendation, revision=1, reason=" ", by=desk.lead, at=at)
    refuse_recommendation(recommendation=recommendation, revision=1, reason="Déjà fait en 2025.", by=desk.lead, at=at)
    assert queries.plan_state(landlord=desk.landlord.pk, cycle=1).recommendations[0].traced
    link(action=action, recommendation=recommendation, by=desk.lead, at=at)
    assert Recommendation.objects.get().refused_at is None


def test_of_two_refusals_written_at_once_the_second_sees_the_first(
    desk: Desk, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    mine, theirs = make_recommendation(), Recommendation.objects.get()
    refuse_recommendation(recommendation=theirs, revision=1, reason="Déjà fait en 2025.", by=desk.lead, at=at)
    with pytest.raises(Conflict) as stale:
        refuse_recommendation(recommendation=mine, revision=1, reason="Trop cher.", by=desk.lead, at=at)
    assert stale.value.theirs.refusal_reason == "Déjà fait en 2025."
    reconsider_recommendation(recommendation=mine, by=desk.lead, at=at)
    with pytest.raises(Conflict):
        refuse_recommendation(recommendation=mine, revision=2, reason="Trop cher.", by=desk.lead, at=at)
    assert refuse_recommendation(recommendation=mine, revision=3, reason="Trop cher.", by=desk.lead, at=at).revision == 4


def test_a_refusal_may_be_reconsidered(desk: Desk, make_recommendation: MakeRecommendation, at: datetime) -> None:
    recommendation = make_recommendation()
    refuse_recommendation(recommendation=recommendation, revision=1, reason="Non.", by=desk.lead, at=at)
    reconsider_recommendation(recommendation=recommendation, by=desk.lead, at=at)
    assert not queries.plan_state(landlord=desk.landlord.pk, cycle=1).recommendations[0].traced


def test_a_dropped_action_follows_nothing(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    recommendation = make_recommendation()
    action = make_action(follows=(recommendation.pk,))
    drop_action(action=action, revision=1, reason="Reprise dans A-02.", by=desk.lead, at=at)
    assert not queries.plan_state(landlord=desk.landlord.pk, cycle=1).recommendations[0].traced
    with pytest.raises(Refusal, match="abandonnée"):
        link(action=action, recommendation=make_recommendation(), by=desk.lead, at=at)


def test_a_site_merged_into_a_priority_one_is_covered(desk: Desk, make_action: MakeAction) -> None:
    old, new = desk.residences[:2]
    make_action(old)
    Residence.objects.filter(pk=old.pk).update(merged_into=new)
    assert queries.submittable(landlord=desk.landlord.pk, cycle=1, priority={new.pk: new.name})


# --- Freezing ------------------------------------------------------------------------------------------------------


def test_freezing_keeps_a_copy_with_its_fingerprint(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    recommendation = make_recommendation()
    make_action(desk.residences[0], follows=(recommendation.pk,))
    copy = frozen(desk, at)
    assert frozen(desk, at + timedelta(days=1)) == copy
    stored = Snapshot.objects.get(pk=copy.pk)
    assert stored.sha256 == hashlib.sha256(canonical(stored.content)).hexdigest()
    (action,) = stored.content["actions"]
    assert (action["code"], action["baseline"], action["recommendations"]) == ("A-01", "61", ["P-01"])
    assert action["sites"] == [{"residence": desk.residences[0].pk, "name": "Les Glycines"}]
    assert action["lever"] == {"code": "reinforced_cleaning", "label": "Nettoyage renforcé"}


def test_a_frozen_plan_refuses_every_change_of_what_defines_it(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    followed, left = make_recommendation(), make_recommendation()
    action = make_action(follows=(followed.pk,))
    frozen(desk, at)
    for act in (
        make_action,
        lambda: change_action(action=action, revision=1, content=replace(COMPLETE, title="Autre"), by=desk.lead, at=at),
        lambda: link(action=action, recommendation=left, by=desk.lead, at=at),
        lambda: unlink(action=action, recommendation=followed, by=desk.lead, at=at),
        lambda: refuse_recommendation(recommendation=left, revision=1, reason="Non.", by=desk.lead, at=at),
        lambda: reconsider_recommendation(recommendation=left, by=desk.lead, at=at),
    ):
        with pytest.raises(Refusal, match="Le plan est figé depuis le 10 mars 2026"), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE plans_action SET title = 'Autre'",
        "UPDATE plans_action SET target = 1",
        "UPDATE plans_action SET baseline = NULL",
        "UPDATE plans_action SET due_on = due_on + 365",
        "UPDATE plans_action SET budget = 0",
        "DELETE FROM plans_action",
        "INSERT INTO plans_trace (action_id, recommendation_id) SELECT a.id, r.id FROM plans_action a, plans_recommendation r WHERE r.code = 'P-02'",
        "DELETE FROM plans_trace",
        "DELETE FROM plans_actionsite",
        "UPDATE plans_actionsite SET residence_id = (SELECT max(id) FROM stock_residence)",
        "UPDATE plans_recommendation SET refusal_reason = 'Non.', refused_at = now() WHERE code = 'P-02'",
        "DELETE FROM plans_recommendation WHERE code = 'P-02'",
        "UPDATE plans_recommendation SET title = 'Autre'",
        "UPDATE plans_snapshot SET content = '{}'",
        "UPDATE plans_snapshot SET sha256 = repeat('0', 64)",
        "DELETE FROM plans_snapshot",
        "UPDATE plans_measure SET value = 100",
        "DELETE FROM plans_measure",
    ],
)
def test_the_database_refuses_to_change_what_was_frozen(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime, sql: str
) -> None:
    action = make_action(desk.residences[0], follows=(make_recommendation().pk,))
    make_recommendation()
    record_measure(action=action, on=date(2026, 3, 1), value=Decimal(63), source="Relevé", by=desk.lead, at=at)
    frozen(desk, at)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_new_action_in_a_frozen_plan_is_refused_by_the_database(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action()
    frozen(desk, at)
    twin = Action(**{f.attname: getattr(action, f.attname) for f in Action._meta.fields if f.name != "id"} | {"code": "A-99"})
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Action.objects.bulk_create([twin])


def test_an_action_added_after_the_freeze_is_dated_complete_fixed_and_outside_of_the_frozen_version(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    refused, arrived = make_recommendation(), make_recommendation()
    refuse_recommendation(recommendation=refused, revision=1, reason="Hors de portée.", by=desk.lead, at=at)
    make_action()
    copy = frozen(desk, at)
    later = at + timedelta(days=40)

    def add(content: ActionContent = COMPLETE, follows: tuple[int, ...] = ()) -> Action:
        return add_action(plan=desk.plan, content=content, by=desk.lead, at=later, follows=follows)

    with pytest.raises(Refusal, match=r"complète dès son ajout. Il manque l’échéance, le budget"), transaction.atomic():
        add(replace(COMPLETE, due_on=None, budget=None))
    with pytest.raises(Refusal, match="Le plan arrêté refuse P-01"), transaction.atomic():
        add(follows=(refused.pk,))
    on_site = replace(COMPLETE, scope=Scope.SITE, residences=frozenset({desk.residences[0].pk}))
    added = add(on_site, follows=(arrived.pk,))
    assert summary("plans.action_added") == f"a ajouté l’action A-02, {COMPLETE.title}, après l’arrêt du plan."
    assert [(one.code, one.addition) for one in queries.actions(landlord=desk.landlord.pk)] == [("A-01", False), ("A-02", True)]
    assert Snapshot.objects.values().get(pk=copy.pk)["content"] == copy.content
    assert queries.submittable(landlord=desk.landlord.pk, cycle=1, priority={})
    with pytest.raises(Refusal, match="Le plan est figé"), transaction.atomic():
        change_action(action=added, revision=1, content=replace(on_site, title="Autre"), by=desk.lead, at=later)
    for sql in (
        "UPDATE plans_action SET target = 1 WHERE code = 'A-02'",
        "UPDATE plans_action SET added_at = added_at + interval '90 days' WHERE code = 'A-01'",
        "DELETE FROM plans_actionsite",
        "DELETE FROM plans_trace",
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    reopen(landlord=desk.landlord, cycle=1, by=None, at=later)
    assert [action["code"] for action in frozen(desk, later).content["actions"]] == ["A-01", "A-02"]
    assert not any(one.addition for one in queries.actions(landlord=desk.landlord.pk))


def test_later_edits_never_change_a_frozen_copy(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action()
    first = frozen(desk, at)
    before = Snapshot.objects.values().get(pk=first.pk)
    reopen(landlord=desk.landlord, cycle=1, by=None, at=at, because="cible à revoir")
    assert summary("plans.reopened") == "a rouvert le plan d’actions aux corrections : cible à revoir."
    change_action(action=action, revision=1, content=replace(COMPLETE, target=Decimal(85)), by=desk.lead, at=at)
    second = frozen(desk, at + timedelta(days=3))
    assert Snapshot.objects.values().get(pk=first.pk) == before
    assert (second.number, second.content["actions"][0]["target"]) == (2, "85")
    assert second.sha256 != first.sha256


def test_a_recommendation_reaches_a_frozen_plan_and_waits(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, at: datetime
) -> None:
    make_action()
    frozen(desk, at)
    make_recommendation(source="audit", source_id=9)
    verdict = queries.submittable(landlord=desk.landlord.pk, cycle=1, priority={})
    assert [reason.code for reason in verdict.reasons] == ["plans.recommendation_untraced"]


# --- Living with it ------------------------------------------------------------------------------------------------


def test_a_frozen_plan_goes_on_living(
    desk: Desk, make_action: MakeAction, make_person: Callable[..., Person], at: datetime
) -> None:
    action = make_action()
    frozen(desk, at)
    report_progress(action=action, revision=1, status=Status.UNDER_WAY, progress=40, by=desk.lead, at=at)
    record_measure(action=action, on=date(2026, 3, 1), value=Decimal("66.7"), source="Relevé", by=desk.lead, at=at)
    assert summary("plans.measure_recorded") == "a mesuré A-01 : 66,7 % le 1er mars 2026."
    entrust_action(
        action=action, revision=2, owner=desk.agent.pk, owner_label="", contributors=frozenset(), by=desk.lead, at=at
    )
    drop_action(action=action, revision=3, reason="Le marché est infructueux.", by=desk.lead, at=at)
    report_progress(action=action, revision=4, status=Status.UNDER_WAY, progress=50, by=desk.lead, at=at)
    assert (action.status, action.dropped_reason, action.owner) == (Status.UNDER_WAY, "", desk.agent)


def test_an_action_is_dropped_with_its_reason(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    action = make_action()
    with pytest.raises(Refusal, match="se motive"):
        drop_action(action=action, revision=1, reason="", by=desk.lead, at=at)
    with pytest.raises(IntegrityError, match="action_dropped_with_reason"), transaction.atomic():
        Action.objects.update(status=Status.DROPPED)
    with pytest.raises(IntegrityError, match="action_progress"), transaction.atomic():
        Action.objects.update(status=Status.DONE, progress=10)


@pytest.mark.parametrize("more", [{"on": date(2026, 3, 11)}, {"source": "  "}])
def test_a_measure_to_come_or_from_nowhere_is_refused(
    desk: Desk, make_action: MakeAction, at: datetime, more: dict[str, Any]
) -> None:
    with pytest.raises(Refusal):
        record_measure(
            **{
                "action": make_action(),
                "on": date(2026, 3, 10),
                "value": Decimal(1),
                "source": "Relevé",
                "by": desk.lead,
                "at": at,
            }
            | more
        )
    assert not Measure.objects.exists()


def test_an_auditor_says_one_thing_of_an_action_in_an_audit(
    desk: Desk, make_action: MakeAction, make_person: Callable[..., Person], at: datetime
) -> None:
    action, auditor = make_action(), make_person()
    with pytest.raises(Refusal, match="observation"):
        set_verdict(action=action, occasion="implementation", mission_id=5, outcome=Outcome.LATE, by=auditor, at=at)
    for outcome in (Outcome.UNDER_WAY, Outcome.DONE):
        set_verdict(
            action=action,
            occasion="implementation",
            mission_id=5,
            outcome=outcome,
            effect=Effect.PARTLY,
            by=auditor,
            at=at,
        )
    set_verdict(
        action=action, occasion="verification", mission_id=8, outcome=Outcome.DONE, by=auditor, at=at + timedelta(days=300)
    )
    assert list(ActionVerdict.objects.order_by("pk").values_list("mission_id", "outcome")) == [(5, "done"), (8, "done")]
    assert queries.actions(landlord=desk.landlord.pk)[0].outcome == "done"


def test_the_owner_of_the_label_edits_the_lists(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    def lever(label: str, code: str = "", *, retired: bool = False) -> None:
        set_term(vocabulary=Vocabulary.LEVER, code=code, label=label, retired=retired, by=desk.lead, at=at)

    lever("Médiation nocturne")
    make_action(lever="mediation_nocturne")
    lever("Veille de nuit", "mediation_nocturne")
    lever("Sécurité privée", "private_security", retired=True)
    words = queries.terms()[Vocabulary.LEVER]
    assert words["mediation_nocturne"] == "Veille de nuit"
    assert "private_security" not in words
    assert queries.terms(retired=True)[Vocabulary.LEVER]["private_security"] == "Sécurité privée"
    with pytest.raises(Refusal, match="déjà dans la liste"):
        lever("formation des équipes")


# --- Asking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 30])
def test_the_state_of_a_plan_costs_the_same_with_many_actions(
    desk: Desk, make_action: MakeAction, make_recommendation: MakeRecommendation, many: int
) -> None:
    for _ in range(many):
        make_action(desk.residences[0], follows=(make_recommendation().pk,))
    with CaptureQueriesContext(connection) as state:
        assert queries.submittable(landlord=desk.landlord.pk, cycle=1, priority={desk.residences[0].pk: "Les Glycines"})
    with CaptureQueriesContext(connection) as listed:
        for action in queries.actions(landlord=desk.landlord.pk):
            assert [r.name for r in action.residences.all()] == ["Les Glycines"]
            assert len(action.recommendations.all()) == 1
    assert (len(state), len(listed)) == (4, 4)


def test_late_actions_come_the_oldest_first(desk: Desk, make_action: MakeAction, at: datetime) -> None:
    make_action(starts_on=date(2026, 1, 1), due_on=date(2026, 3, 9))
    make_action(starts_on=date(2026, 1, 1), due_on=date(2026, 3, 1))
    make_action(starts_on=date(2026, 1, 1), due_on=date(2026, 3, 10))
    late = queries.late_actions(landlord=desk.landlord.pk, on=date(2026, 3, 10))
    assert [action.code for action in late] == ["A-02", "A-01"]


def test_the_actions_entrusted_to_somebody(desk: Desk, make_action: MakeAction) -> None:
    make_action()
    make_action(owner=desk.agent.pk)
    make_action(contributors=frozenset({desk.agent.pk}))
    mine = queries.entrusted_to(person=desk.agent, landlord=desk.landlord.pk)
    assert [action.code for action in mine] == ["A-02", "A-03"]
