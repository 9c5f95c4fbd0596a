"""What is adopted takes effect as it was voted: accreditations, rules, grids, conditions; each from agenda to effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from palier.audits import operations as audits
from palier.audits import queries as audit_queries
from palier.audits.models import Accreditation
from palier.audits.rules.accreditation import Standing
from palier.committee import operations, queries
from palier.committee.models import Item, Poll
from palier.committee.rules.effects import Effect, plain
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.frameworks.models import FrameworkVersion
from palier.frameworks.operations import import_version
from palier.label import operations as label
from palier.label.models import Journey, RuleSetVersion
from palier.label.queries import shipped_rule_sets
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.outbox.models import Message
from palier.plans import operations as plans
from palier.plans.models import Condition, ConditionAnswer
from palier.plans.queries import condition_standing, conditions, unmet_conditions
from palier.plans.rules.conditions import Asked, ShownBy
from palier.plans.rules.conditions import Standing as Met
from tests.committee.by_hand import by_hand
from tests.committee.conftest import AFTERNOON, Sitting
from tests.committee.test_sessions import refused
from tests.frameworks.samples import SMALL

pytestmark = pytest.mark.django_db
DAY = AFTERNOON.date()
YEARS = Effect(starts_on=DAY, ends_on=date(2029, 3, 31), scope=(Audit.HQS,), trained_on=date(2026, 2, 1))


@pytest.fixture
def firm(make_organisation: Callable[..., Organisation]) -> Organisation:
    return make_organisation(Kind.AUDIT_FIRM)


@pytest.fixture
def auditor(firm: Organisation, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.AUDITOR, firm)


def voted(sitting: Sitting, item: Item, **more: Any) -> Poll:
    """A poll on the matter, adopted by everybody."""
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    return adopt(sitting, item, **more)


def adopt(sitting: Sitting, item: Item, **more: Any) -> Poll:
    poll = sitting.poll(item, **more)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    return sitting.close(poll)


def conclude(sitting: Sitting, item: Item) -> Item:
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    item.refresh_from_db()
    return item


def asks(sitting: Sitting, person: Person, firm: Organisation, effect: Effect = YEARS, **more: object) -> Item:
    about = {"candidate": person, "firm": firm, "proposal": plain(effect)} | more
    return sitting.put("Un agrément", matter=Matter.ACCREDITATION, **about)


def held(sitting: Sitting, person: Person, firm: Organisation, ends_on: date = date(2026, 12, 31)) -> Accreditation:
    given = {"starts_on": date(2026, 1, 1), "ends_on": ends_on, "scope": [Audit.HQS], "by": sitting.referent, "at": sitting.at}
    return audits.grant(person=person, firm=firm, **given)  # type: ignore[arg-type]


# --- Accreditations ------------------------------------------------------------------------------------------------


def test_an_accreditation_is_granted_as_it_was_proposed_and_voted(
    sitting: Sitting, auditor: Person, firm: Organisation
) -> None:
    item = asks(sitting, auditor, firm)
    poll = voted(sitting, item, outcome=Outcome.ACCREDITED)
    assert poll.effect == plain(YEARS)
    assert not Accreditation.objects.exists()
    made = conclude(sitting, item).granted
    assert made is not None
    assert (made.person, made.starts_on, made.ends_on, made.scope, made.trained_on) == (
        auditor, DAY, YEARS.ends_on, ["hqs"], YEARS.trained_on,
    )  # fmt: skip
    assert Message.objects.filter(event="audits.accreditation_changed", person_id=auditor.pk).count() == 1


def test_the_committee_may_vote_other_dates_and_they_are_the_ones_that_count(
    sitting: Sitting, auditor: Person, firm: Organisation
) -> None:
    item = asks(sitting, auditor, firm)
    one_year = Effect(starts_on=DAY, ends_on=date(2027, 3, 31), scope=(Audit.HQS, Audit.VERIFICATION))
    voted(sitting, item, outcome=Outcome.ACCREDITED, effect=one_year)
    made = conclude(sitting, item).granted
    assert made is not None
    assert (made.ends_on, made.scope, made.trained_on) == (date(2027, 3, 31), ["hqs", "verification"], None)


def test_a_refusal_is_told_and_grants_nothing(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    item = asks(sitting, auditor, firm)
    poll = voted(sitting, item, outcome=Outcome.ACCREDITATION_REFUSED, reasons="Sa formation reste à suivre.")
    assert poll.effect == {}
    conclude(sitting, item)
    assert not Accreditation.objects.exists()
    assert (
        Message.objects.get(person_id=auditor.pk, event="audits.accreditation_changed").body == "Sa formation reste à suivre."
    )


def test_a_renewal_follows_the_accreditation_that_ends(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    before = held(sitting, auditor, firm)
    with refused("audits.overlap"):
        asks(sitting, auditor, firm, accreditation=before)
    after = Effect(starts_on=date(2027, 1, 1), ends_on=date(2029, 12, 31), scope=(Audit.HQS,))
    item = asks(sitting, auditor, firm, after, accreditation=before)
    voted(sitting, item, outcome=Outcome.ACCREDITATION_RENEWED)
    conclude(sitting, item)
    assert list(Accreditation.objects.order_by("starts_on").values_list("starts_on", flat=True)) == [
        date(2026, 1, 1), date(2027, 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "after"),
    [(Outcome.ACCREDITATION_SUSPENDED, Standing.SUSPENDED), (Outcome.ACCREDITATION_WITHDRAWN, Standing.WITHDRAWN)],
)
def test_an_accreditation_is_suspended_or_withdrawn_by_a_vote(
    sitting: Sitting, auditor: Person, firm: Organisation, outcome: Outcome, after: Standing
) -> None:
    before = held(sitting, auditor, firm)
    item = sitting.put("Son agrément", matter=Matter.ACCREDITATION, accreditation=before, firm=firm)
    with refused("committee.reasons_missing"):
        voted(sitting, item, outcome=outcome)
    adopt(sitting, item, outcome=outcome, reasons="Deux rapports rendus sans visite.")
    conclude(sitting, item)
    now = audit_queries.accreditations().get(pk=before.pk)
    assert audit_queries.as_rule(now).standing(DAY) is after


def test_a_suspension_is_lifted_by_a_vote(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    before = held(sitting, auditor, firm)
    audits.suspend(accreditation=before, because="En attente.", by=sitting.referent, at=sitting.at)
    item = sitting.put("Son agrément", matter=Matter.ACCREDITATION, accreditation=before, firm=firm)
    voted(sitting, item, outcome=Outcome.ACCREDITATION_RESTORED)
    conclude(sitting, item)
    now = audit_queries.accreditations().get(pk=before.pk)
    assert audit_queries.as_rule(now).standing(DAY) is Standing.GRANTED


def test_what_became_impossible_since_the_vote_is_refused_whole(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    item = asks(sitting, auditor, firm)
    voted(sitting, item, outcome=Outcome.ACCREDITED)
    held(sitting, auditor, firm)
    with refused("audits.overlap"):
        conclude(sitting, item)
    item.refresh_from_db()
    assert item.concluded_at is None


# --- Evolutions of the label ---------------------------------------------------------------------------------------


@pytest.fixture
def draft(sitting: Sitting) -> RuleSetVersion:
    label.load_shipped(effective_from=date(2020, 1, 1), at=sitting.at)
    data = next(one for one in shipped_rule_sets() if one["code"] == "eighteen_eighteen") | {"grace_days": 77}
    return label.draft_rule_set(data=data, effective_from=date(2026, 6, 1), by=sitting.referent, at=sitting.at)


def change(sitting: Sitting, draft: RuleSetVersion, **more: object) -> None:
    given = {"over": draft.drafted_at, "effective_from": draft.effective_from, "by": sitting.referent, "at": sitting.at}
    label.change_draft(draft=draft, data=draft.data | more, **given)  # type: ignore[arg-type]


FROM = Effect(effective_from=date(2026, 7, 1))


def test_adopted_rules_are_published_from_the_day_that_was_voted(sitting: Sitting, draft: RuleSetVersion) -> None:
    item = sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=plain(FROM))
    voted(sitting, item, outcome=Outcome.EVOLUTION_ADOPTED)
    frozen = item.dossiers.get().content["text"]
    assert [(c["where"], c["after"]) for c in frozen["changes"]] == [
        ("Jours de grâce après le terme, quand un dossier est en cours", "77")
    ]
    draft.refresh_from_db()
    assert draft.published_at is None
    conclude(sitting, item)
    draft.refresh_from_db()
    assert (draft.published_at is not None, draft.effective_from) == (True, date(2026, 7, 1))


def test_rules_that_are_not_adopted_stay_a_draft(sitting: Sitting, draft: RuleSetVersion) -> None:
    item = sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=plain(FROM))
    voted(sitting, item, outcome=Outcome.EVOLUTION_REJECTED, reasons="À reprendre après le bilan.")
    conclude(sitting, item)
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_draft_changed_after_the_convocation_is_neither_voted_nor_concluded(sitting: Sitting, draft: RuleSetVersion) -> None:
    item = sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=plain(FROM))
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    change(sitting, draft, grace_days=78)
    with refused("committee.draft_moved"):
        sitting.poll(item, outcome=Outcome.EVOLUTION_ADOPTED)
    change(sitting, draft, grace_days=77)
    adopt(sitting, item, outcome=Outcome.EVOLUTION_ADOPTED)
    change(sitting, draft, grace_days=90)
    with refused("committee.draft_moved"):
        conclude(sitting, item)
    change(sitting, draft, grace_days=77)
    conclude(sitting, item)
    draft.refresh_from_db()
    assert (draft.published_at is not None, draft.data["grace_days"]) == (True, 77)


def test_a_draft_on_an_agenda_is_not_dropped(sitting: Sitting, draft: RuleSetVersion) -> None:
    sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=plain(FROM))
    with refused("label.rules_on_agenda"):
        label.drop_draft(draft=draft, by=sitting.referent, at=sitting.at)
    with refused("committee.on_another_agenda"):
        sitting.put("Encore", matter=Matter.EVOLUTION, rule_set=draft, proposal=plain(FROM))


def test_an_adopted_grid_becomes_the_next_version(sitting: Sitting) -> None:
    import_version(text=SMALL, by=None, at=sitting.at, effective_from=date(2020, 1, 1))
    with refused("committee.published_already"):
        sitting.put("La grille", matter=Matter.EVOLUTION, grid=SMALL, proposal=plain(FROM))
    with refused("frameworks.unreadable"):
        sitting.put("La grille", matter=Matter.EVOLUTION, grid="code: [", proposal=plain(FROM))
    grid = SMALL.replace("title: ", "title: Nouvelle ", 1)
    item = sitting.put("La grille", matter=Matter.EVOLUTION, grid=grid, proposal=plain(FROM))
    voted(sitting, item, outcome=Outcome.EVOLUTION_ADOPTED)
    assert FrameworkVersion.objects.count() == 1
    made = conclude(sitting, item).framework
    assert made is not None
    assert (made.number, made.effective_from, made.sha256) == (
        2,
        date(2026, 7, 1),
        item.dossiers.get().content["text"]["sha256"],
    )


def test_a_date_of_effect_that_is_past_is_refused(sitting: Sitting, draft: RuleSetVersion) -> None:
    past = plain(Effect(effective_from=sitting.at.date() - timedelta(days=1)))
    with refused("committee.effective_past"):
        sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=past)


def test_a_second_convocation_names_the_matter_whose_date_is_past(sitting: Sitting, draft: RuleSetVersion) -> None:
    soon = plain(Effect(effective_from=DAY + timedelta(days=1)))
    sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal=soon)
    sitting.convene()
    later = AFTERNOON + timedelta(days=20)
    with refused("committee.not_again"):
        operations.convene_again(
            session=sitting.session, starts_at=later, ends_at=later + timedelta(hours=2), by=sitting.referent,
            at=AFTERNOON + timedelta(days=5),
        )  # fmt: skip


def test_what_a_matter_asks_never_changes(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    asks(sitting, auditor, firm)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE committee_item SET proposal = '{}'")


def test_nothing_is_adopted_without_choosing_what(sitting: Sitting, auditor: Person, firm: Organisation) -> None:
    item = asks(sitting, auditor, firm)
    with refused("committee.not_here"):
        voted(sitting, item)
    with refused("committee.not_here"):
        adopt(sitting, item, outcome=Outcome.LABEL_AWARDED)


# --- Conditions ----------------------------------------------------------------------------------------------------

ASKED = (
    Asked("Former les gardiens.", date(2026, 9, 30)),
    Asked("Mesurer le délai d’intervention.", date(2026, 12, 31), ShownBy.AUDIT),
)


def test_each_condition_of_a_vote_is_followed_until_it_is_met(
    sitting: Sitting, at_the_committee: Callable[..., Journey], make_person: Callable[..., Person]
) -> None:
    journey = at_the_committee(Stage.DECISION_CONFIRMATION, label_from=date(2024, 10, 1), label_until=date(2026, 4, 30))
    lead = make_person(Role.QUALITY_LEAD, journey.landlord)
    item = sitting.put("Confirmation", matter=Matter.CONFIRMATION, journey=journey)
    with refused("committee.conditions_missing"):
        voted(sitting, item, outcome=Outcome.CONFIRMED_WITH_RESERVATIONS)
    adopt(sitting, item, outcome=Outcome.CONFIRMED_WITH_RESERVATIONS, effect=Effect(ASKED))
    decision = conclude(sitting, item).decision
    assert decision is not None
    assert "1. Former les gardiens, au plus tard le 30 septembre 2026" in decision.conditions
    assert decision.conditions in Message.objects.filter(event="label.decided")[0].body
    first, second = conditions(landlords=[journey.landlord_id])
    assert [(one.code, one.due_on, one.shown_by) for one in (first, second)] == [
        ("R-01", date(2026, 9, 30), "landlord"), ("R-02", date(2026, 12, 31), "audit"),
    ]  # fmt: skip
    assert condition_standing(first, on=date(2026, 9, 30)) is Met.OPEN
    assert condition_standing(first, on=date(2026, 10, 1)) is Met.LATE
    plans.show_condition(condition=first, text="Douze gardiens formés.", by=lead, at=sitting.later())
    with refused("plans.condition_found"):
        plans.find_condition(condition=first, met=True, text=" ", by=sitting.referent, at=sitting.later())
    plans.find_condition(
        condition=first, met=False, text="La feuille de présence manque.", by=sitting.referent, at=sitting.later()
    )
    assert Message.objects.filter(event="plans.condition_found", person_id=lead.pk).count() == 1
    plans.show_condition(condition=first, text="Feuille jointe.", by=lead, at=sitting.later())
    assert condition_standing(conditions(landlords=[journey.landlord_id])[0], on=DAY) is Met.SHOWN
    plans.find_condition(condition=first, met=True, text="Vu.", by=sitting.referent, at=sitting.later())
    with refused("plans.condition_met"):
        plans.show_condition(condition=first, text="Encore.", by=lead, at=sitting.later())
    assert [one.code for one in unmet_conditions(landlords=[journey.landlord_id])] == ["R-02"]


def test_the_next_file_of_the_committee_says_what_became_of_the_conditions(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    by_hand(
        journey=journey, outcome=Outcome.ADMISSIBLE_WITH_RESERVATIONS, decided_on=sitting.at.date(), conditions=ASKED,
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    one = Condition.objects.get(code="R-01")
    plans.find_condition(condition=one, met=True, text="Attestations vues.", by=sitting.referent, at=sitting.at)
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.DECISION_AWARD)
    journey.refresh_from_db()
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    frozen = item.dossiers.get().content["conditions"]
    assert [(c["code"], c["standing"]) for c in frozen] == [("R-01", "met"), ("R-02", "open")]
    assert frozen[0]["answers"][0]["text"] == "Attestations vues."


def test_a_condition_is_due_after_the_decision_and_says_something(
    at_the_committee: Callable[..., Journey], sitting: Sitting
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    day = sitting.at.date()
    for wrong, code in ((Asked(" ", date(2027, 1, 1)), "plans.condition_empty"), (Asked("Agir", day), "plans.condition_past")):
        with refused(code):
            by_hand(
                journey=journey, outcome=Outcome.ADMISSIBLE_WITH_RESERVATIONS, decided_on=day, conditions=[wrong],
                by=sitting.referent, at=sitting.at,
            )  # fmt: skip
    assert not Condition.objects.exists()


def test_what_is_asked_and_said_of_a_condition_never_changes(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    by_hand(
        journey=journey, outcome=Outcome.ADMISSIBLE_WITH_RESERVATIONS, decided_on=sitting.at.date(), conditions=ASKED,
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    one = Condition.objects.get(code="R-01")
    plans.find_condition(condition=one, met=True, text="Vu.", by=sitting.referent, at=sitting.at)
    for change_it in (
        lambda: Condition.objects.update(text="Autre"),
        lambda: ConditionAnswer.objects.update(said="unmet"),
        lambda: ConditionAnswer.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change_it()


def test_a_matter_and_the_accreditation_that_it_renewed_name_each_other(
    sitting: Sitting, auditor: Person, firm: Organisation, make_person: Callable[..., Person]
) -> None:
    before = held(sitting, auditor, firm)
    after = Effect(starts_on=date(2027, 1, 1), ends_on=date(2029, 12, 31), scope=(Audit.HQS,))
    item = asks(sitting, auditor, firm, after, accreditation=before)
    voted(sitting, item, outcome=Outcome.ACCREDITATION_RENEWED)
    conclude(sitting, item)
    item.refresh_from_db()
    renewed = Accreditation.objects.get(starts_on=date(2027, 1, 1))
    assert (item.accreditation, item.granted) == (before, renewed)
    team = {"person": sitting.referent, "roles": frozenset({Role.REFERENT}), "on": DAY}
    assert list(queries.matters_of(accreditation=renewed.pk, **team)) == [item]
    nobody = {"person": make_person(), "roles": frozenset({Role.COMMITTEE_MEMBER}), "on": DAY}
    assert not queries.matters_of(accreditation=renewed.pk, **nobody).exists()
