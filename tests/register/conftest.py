"""Landlords whose label was decided: through the operations, from the committee's table on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Kind, Role

if TYPE_CHECKING:
    from palier.committee.models import Decision
    from palier.directory.models import Landlord, Organisation, Person
    from palier.label.models import Journey


@dataclass
class Scene:
    """A committee that decides, day after day."""

    referent: Person
    at: datetime
    make_landlord: Callable[..., Landlord]
    make_person: Callable[..., Person]
    association: Organisation

    def journey(self, name: str = "", code: str = "eighteen_eighteen", **more: object) -> Journey:
        """A journey before the committee's award, its tenants informed."""
        from palier.directory.operations import open_file
        from palier.label import operations, queries

        operations.load_shipped(effective_from=date(2020, 1, 1), at=self.at)
        rules = queries.rule_set_on(on=self.at.date(), code=code)
        assert rules is not None
        landlord = self.make_landlord(name, declared_dwellings=12_345, **more)
        open_file(
            landlord=landlord, holder=self.association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=self.at
        )
        self.make_person(Role.QUALITY_LEAD, landlord)
        return operations.open_journey(landlord=landlord, rules=rules, by=self.referent, at=self.at)

    def decide(self, journey: Journey, outcome: str, stage: str = "", at: datetime | None = None, **more: object) -> Decision:
        """What the committee decides on a day, from a stage where the journey is put."""
        from palier.committee.rules.outcomes import Outcome
        from palier.consultation.operations import inform
        from palier.label.models import Journey
        from tests.committee.by_hand import by_hand

        at = at or self.at
        if stage:
            Journey.objects.filter(pk=journey.pk).update(stage=stage)
        journey.refresh_from_db()
        given = {"landlord": journey.landlord, "cycle": journey.cycle, "stage": journey.stage}
        inform(**given, subject="Décision", message="Le comité se réunit.", by=None, at=at)  # type: ignore[arg-type]
        decision = by_hand(
            journey=journey,
            outcome=Outcome(outcome),
            decided_on=at.date(),
            by=self.referent,
            at=at,
            **more,  # type: ignore[arg-type]
        )
        journey.refresh_from_db()
        return decision

    def award(self, name: str = "", **more: object) -> Journey:
        """A landlord just labelled, its certificate issued."""
        from palier.register.operations import catch_up

        journey = self.journey(name, **more)  # type: ignore[arg-type]
        self.decide(journey, "label_awarded", "decision_award")
        catch_up(at=self.at)
        return journey

    def grant(self) -> None:
        """One more landlord labelled, as rows alone: for lists, where only their number counts."""
        from palier.committee.models import Decision
        from palier.label.models import Journey, Passage, RuleSetVersion

        day, rules = self.at.date(), RuleSetVersion.objects.order_by("pk")[0]
        until = day + timedelta(days=500)
        journey = Journey.objects.create(
            landlord=self.make_landlord(),
            rules=rules,
            stage="labelled",
            entered_on=day,
            label_from=day,
            label_until=until,
            opened_at=self.at,
        )
        given = {"journey": journey, "cycle": 1, "label_from": day, "label_until": until, "at": self.at}
        passage = Passage.objects.create(act="award_label", source="decision_award", target="labelled", **given)  # type: ignore[misc]
        Decision.objects.create(
            journey=journey,
            cycle=1,
            stage="decision_award",
            outcome="label_awarded",
            decided_on=day,
            passage=passage,
            recorded_by=self.referent,
            recorded_at=self.at,
        )

    def later(self, days: int) -> datetime:
        """The same hour some days after."""
        return self.at + timedelta(days=days)


@pytest.fixture
def scene(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> Scene:
    referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme R.")
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    make_person(Role.TENANT_REPRESENTATIVE, association)
    return Scene(referent, at, make_landlord, make_person, association)
