"""Choosing an auditor and agreeing on a plan: what is refused, who sees what, what opens and closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.audits import operations, queries
from palier.audits.models import Mission
from palier.audits.rules.missions import APPROVED_MILESTONE, ON_SITE_STAGES, ItemKind, State
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import roles_on, visible_landlords
from palier.directory.rules import Kind, Role
from palier.label.queries import milestones
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from palier.outbox.operations import deliver
from palier.outbox.rules import DELAY
from palier.verdict import Conflict, Refusal
from tests.audits.scene import DAY, Scene
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db


def test_a_consulted_auditor_knows_of_the_mission_and_not_of_the_file(scene: Scene) -> None:
    mission = scene.to(State.PROPOSED)
    assert list(queries.offers(person=scene.auditor, on=DAY)) == [mission]
    assert not visible_landlords(person=scene.auditor, on=DAY).exists()
    assert Message.objects.filter(event="audits.mission_offered", person_id=scene.auditor.pk).count() == 1


def test_a_consultation_ended_before_it_is_told_tells_nobody(scene: Scene) -> None:
    operations.end(mission=scene.to(State.CONSULTED), act="set_aside", because="Trop loin.", by=scene.lead, at=NOON)
    assert not Message.objects.filter(event__startswith="audits.mission", state="waiting").exists()


def test_the_file_opens_to_the_chosen_auditor_alone(scene: Scene, make_person: Callable[..., Person]) -> None:
    colleague = make_person(Role.AUDITOR, scene.firm)
    scene.to(State.ACCEPTED)
    assert roles_on(person=scene.auditor, landlord=scene.landlord.pk, on=DAY) == {Role.AUDITOR}
    assert not roles_on(person=colleague, landlord=scene.landlord.pk, on=DAY)


def test_an_auditor_never_sees_another_landlord(make_scene: Callable[..., Scene]) -> None:
    mine, other = make_scene("Le mien"), make_scene("L’autre")
    mission = mine.to(State.ACCEPTED)
    other.to(State.ACCEPTED)
    assert list(visible_landlords(person=mine.auditor, on=DAY)) == [mine.landlord]
    assert list(queries.offers(person=mine.auditor, on=DAY)) == [mission]
    assert not queries.visible(landlord=other.landlord.pk, person=mine.auditor, roles=frozenset({Role.AUDITOR})).exists()


def test_an_auditor_does_not_see_what_others_propose(
    scene: Scene, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]
) -> None:
    firm = make_organisation(Kind.AUDIT_FIRM)
    rival = make_person(Role.AUDITOR, firm)
    second = operations.grant(
        person=rival, firm=firm, starts_on=DAY, ends_on=DAY, scope=list(Audit), by=scene.referent, at=NOON
    )
    scene.at_stage(Stage.AUDITOR_SELECTION)
    operations.consult(
        landlord=scene.landlord, audit=Audit.HQS, auditors=[second, scene.accreditation], request="x", by=scene.lead, at=NOON
    )
    seen = queries.visible(landlord=scene.landlord.pk, person=scene.auditor, roles=frozenset({Role.AUDITOR}))
    assert [mission.auditor_id for mission in seen] == [scene.auditor.pk]
    reps = queries.visible(landlord=scene.landlord.pk, person=rival, roles=frozenset({Role.TENANT_REPRESENTATIVE, Role.RELAY}))
    assert [mission.auditor_id for mission in reps] == [rival.pk], "only what is given, or one’s own"


def test_choosing_one_ends_the_other_consultations_and_tells_them(
    scene: Scene, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]
) -> None:
    firm = make_organisation(Kind.AUDIT_FIRM)
    rival = make_person(Role.AUDITOR, firm)
    second = operations.grant(
        person=rival, firm=firm, starts_on=DAY, ends_on=DAY, scope=list(Audit), by=scene.referent, at=NOON
    )
    mission = scene.to(State.PROPOSED)
    operations.consult(landlord=scene.landlord, audit=Audit.HQS, auditors=[second], request="x", by=scene.lead, at=NOON)
    deliver(at=NOON + DELAY, send=lambda *_: None)
    operations.accept(mission=mission, by=scene.lead, at=NOON)
    other = Mission.objects.get(auditor=rival)
    assert (other.state, other.ended_because) == (State.DECLINED, "Un autre auditeur est retenu.")
    assert Message.objects.filter(event="audits.mission_changed", person_id=rival.pk).count() == 1
    with pytest.raises(Refusal, match="déjà retenu"):
        operations.consult(landlord=scene.landlord, audit=Audit.HQS, auditors=[second], request="x", by=scene.lead, at=NOON)


def test_independence_missing_refuses(scene: Scene) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    mission = scene.propose(scene.consult())
    with pytest.raises(Refusal, match="déclaration d’indépendance n’est pas signée"):
        operations.accept(mission=mission, by=scene.lead, at=NOON)


def test_recent_advice_refuses_and_the_owner_sets_how_recent(scene: Scene) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    mission = scene.declare(scene.propose(scene.consult()), advised_until=date(2024, 1, 15))
    with pytest.raises(Refusal, match="il faut 3 ans"):
        operations.accept(mission=mission, by=scene.lead, at=NOON)
    operations.set_terms(effective_from=DAY, independence_years=2, by=scene.referent, at=NOON)
    assert operations.accept(mission=mission, by=scene.lead, at=NOON).state == State.ACCEPTED


def test_an_accreditation_that_ends_before_the_mission_refuses(scene: Scene) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    mission = scene.declare(scene.propose(scene.consult(), ends_on=date(2027, 1, 5)))
    with pytest.raises(Refusal, match="n’est pas valable le 5 janvier 2027"):
        operations.accept(mission=mission, by=scene.lead, at=NOON)


def test_an_accreditation_suspended_meanwhile_refuses_every_further_act(scene: Scene) -> None:
    mission = scene.to(State.PROPOSED)
    operations.suspend(accreditation=scene.accreditation, because="Enquête.", by=scene.referent, at=NOON)
    with pytest.raises(Refusal, match="suspendu"):
        operations.accept(mission=mission, by=scene.lead, at=NOON)
    with pytest.raises(Refusal, match="suspendu"):
        scene.consult()


def test_an_accreditation_expired_on_the_day_of_the_visit_refuses(scene: Scene) -> None:
    mission = scene.to(State.ON_SITE)
    operations.withdraw(accreditation=scene.accreditation, because="Retrait voté.", by=scene.referent, at=NOON)
    item = queries.items(mission)[0]
    with pytest.raises(Refusal, match="retiré"):
        operations.note_item(mission=mission, item=item, held=True, day=DAY, notes="", by=scene.auditor, at=NOON)
    operations.draft_report(mission=mission, by=scene.auditor, at=NOON)
    operations.save_report(mission=mission, revision=1, summary="x", conclusion="", by=scene.auditor, at=NOON)
    with pytest.raises(Refusal, match="retiré"):
        operations.deliver(mission=mission, by=scene.auditor, at=NOON)


def test_an_auditor_is_consulted_at_the_stage_of_the_choice(scene: Scene) -> None:
    with pytest.raises(Refusal, match="ne se choisit pas à l’étape « Engagement »"):
        scene.consult()
    scene.at_stage(Stage.AUDITOR_SELECTION)
    scene.audit = Audit.IMPLEMENTATION
    with pytest.raises(Refusal, match="ne se choisit pas"):
        scene.consult()


def test_acts_of_the_auditor_are_theirs_alone(scene: Scene) -> None:
    mission = scene.to(State.ACCEPTED)
    with pytest.raises(Refusal, match="Cette mission est celle de"):
        operations.propose_plan(mission=mission, by=scene.lead, at=NOON)


def test_a_plan_changed_after_its_reading_is_not_agreed_to(scene: Scene) -> None:
    mission = scene.to(State.ACCEPTED)
    scene.plan(mission)
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    mission.refresh_from_db()
    read = mission.plan_revision
    operations.remove_item(mission=mission, item=queries.items(mission)[0], by=scene.auditor, at=NOON)
    with pytest.raises(Conflict, match="a modifié le plan"):
        operations.agree_plan(mission=mission, revision=read, by=scene.director, at=NOON)
    mission.refresh_from_db()
    assert mission.plan_proposed_at is None


def test_an_incomplete_plan_is_not_proposed(scene: Scene) -> None:
    mission = scene.to(State.ACCEPTED)
    with pytest.raises(Refusal) as refused:
        operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    assert len(refused.value.verdict.reasons) == 4


def test_a_visit_names_a_residence_of_the_landlord(make_scene: Callable[..., Scene]) -> None:
    scene, other = make_scene(), make_scene("Un autre")
    mission = scene.to(State.ACCEPTED)
    for residence in (None, other.residences[0]):
        moment = operations.Moment(ItemKind.VISIT, DAY, "Visite", residence=residence)
        with pytest.raises(Refusal):
            operations.write_item(mission=mission, moment=moment, by=scene.auditor, at=NOON)


def test_the_mission_opens_on_site_with_the_journey(scene: Scene) -> None:
    mission = scene.to(State.PLANNED)
    with pytest.raises(Refusal, match="Le parcours n’est pas encore à l’étape « Diagnostic sur place »"):
        operations.open_on_site(mission=mission, by=scene.auditor, at=NOON)


def test_a_moment_to_come_is_not_noted_as_held(scene: Scene) -> None:
    mission = scene.to(State.ON_SITE)
    item = queries.items(mission)[0]
    tomorrow = DAY + timedelta(days=1)
    with pytest.raises(Refusal, match="une fois tenu"):
        operations.note_item(mission=mission, item=item, held=True, day=tomorrow, notes="", by=scene.auditor, at=NOON)


def test_an_interrupted_mission_closes_the_file_and_the_journey_forgets_it(scene: Scene) -> None:
    mission = scene.to(State.PLANNED)
    assert Milestone.AUDIT_PLAN in milestones(journey=scene.journey)
    operations.interrupt(mission=mission, because="Indisponibilité.", by=scene.auditor, at=NOON)
    assert not milestones(journey=scene.journey)
    assert not roles_on(person=scene.auditor, landlord=scene.landlord.pk, on=DAY + timedelta(days=1))
    assert scene.consult().state == State.CONSULTED, "another consultation may begin"


@pytest.mark.parametrize("audit", Audit)
def test_another_auditor_takes_over_a_mission_interrupted_once_its_report_is_delivered(
    audit: Audit, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.audit = audit
    mission = scene.to(State.REPORT_DELIVERED)
    scene.at_stage(ON_SITE_STAGES[audit][-1])
    monkeypatch.setattr(scene, "at_stage", lambda _: None)
    operations.interrupt(mission=mission, because="Indisponibilité.", by=scene.auditor, at=NOON)
    scene.to(State.APPROVED)
    assert APPROVED_MILESTONE[audit] in milestones(journey=scene.journey), "the journey goes on from where it is"


def test_the_file_stays_open_a_while_after_the_approval(scene: Scene) -> None:
    scene.to(State.APPROVED)
    opened = [bool(roles_on(person=scene.auditor, landlord=scene.landlord.pk, on=DAY + timedelta(days=n))) for n in (1, 90, 91)]
    assert opened == [True, True, False]


def test_documents_asked_are_handed_or_given_up_with_a_reason(make_scene: Callable[..., Scene]) -> None:
    scene, other = make_scene(), make_scene("Un autre")
    mission = scene.to(State.ACCEPTED)
    charts = operations.ask_document(mission=mission, title="Organigrammes", detail="", by=scene.auditor, at=NOON)
    survey = operations.ask_document(mission=mission, title="Enquête", detail="", by=scene.auditor, at=NOON)
    with pytest.raises(Refusal, match="n’est pas dans le dossier"):
        operations.hand_document(mission=mission, request=charts, document=other.pieces(("other",))[0], by=scene.lead, at=NOON)
    operations.hand_document(mission=mission, request=charts, document=scene.pieces(("other",))[0], by=scene.lead, at=NOON)
    operations.give_up_document(mission=mission, request=survey, because="Pas d’enquête.", by=scene.lead, at=NOON)
    with pytest.raises(Refusal, match="déjà remis"):
        operations.give_up_document(mission=mission, request=charts, because="x", by=scene.lead, at=NOON)
    operations.ask_document(mission=mission, title="Contrat", detail="", by=scene.auditor, at=NOON)
    assert [request.title for request in queries.document_requests(mission)] == ["Contrat", "Organigrammes", "Enquête"]


def test_clues_of_a_conflict_are_shown(scene: Scene) -> None:
    scene.auditor.memberships.create(
        organisation=scene.landlord, role=Role.CONTRIBUTOR, starts_on=date(2022, 1, 1), ends_on=date(2024, 6, 30)
    )
    mission = scene.to(State.PROPOSED)
    found = queries.clues(mission, years=3, on=DAY)
    assert [clue.sentence.endswith("jusqu’au 30 juin 2024.") for clue in found] == [True]


def test_one_mission_an_audit_holds_around_python(scene: Scene, make_person: Callable[..., Person]) -> None:
    scene.to(State.ACCEPTED)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audits_mission (landlord_id, cycle, audit, firm_id, auditor_id, state, consulted_at, request,"
            " proposed_at, amount, days, starts_on, ends_on, approach, declared_at, statement, ties, accepted_at, plan_revision,"
            " ended_because) SELECT landlord_id, cycle, audit, firm_id, %s, state, consulted_at, request, proposed_at, amount,"
            " days, starts_on, ends_on, approach, declared_at, statement, ties, accepted_at, 0, '' FROM audits_mission",
            [make_person().pk],
        )


@pytest.mark.parametrize(
    "wrong",
    [
        "declared_at = NULL",
        "ended_at = now()",
        "state = 'planned'",
        "ends_on = starts_on - 1",
        "state = 'approved'",
        "state = 'x'",
    ],
)
def test_a_mission_holds_together_around_python(wrong: str, scene: Scene) -> None:
    scene.to(State.ACCEPTED)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audits_mission SET {wrong}")


def test_the_list_costs_the_same_with_1_and_30_missions(scene: Scene, make_person: Callable[..., Person]) -> None:
    scene.to(State.CONSULTED)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            found = queries.visible(landlord=scene.landlord.pk, person=scene.lead, roles=frozenset({Role.QUALITY_LEAD}))
            assert [(m.firm.name, m.auditor.name, m.landlord.name, getattr(m, "report", None)) for m in found]
        counts.append(len(seen))
        for _ in range(29):
            Mission.objects.create(
                landlord=scene.landlord,
                cycle=1,
                audit=Audit.HQS,
                firm=scene.firm,
                auditor=make_person(Role.AUDITOR, scene.firm),
                consulted_at=NOON,
                request="x",
            )
    assert counts == [1, 1]


def test_missions_of_another_landlord_are_not_found(make_scene: Callable[..., Scene]) -> None:
    one, other = make_scene("Un"), make_scene("Deux")
    other.to(State.CONSULTED)
    landlord: Landlord = one.landlord
    assert not queries.missions(landlord=landlord.pk).exists()
