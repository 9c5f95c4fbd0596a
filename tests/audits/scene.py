"""A landlord, an accredited auditor and a journey, and a mission carried to any state through the operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Kind, Role, plain
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from tests.fixtures import NOON

if TYPE_CHECKING:
    from palier.audits.models import Accreditation, Finding, Mission
    from palier.directory.models import Landlord, Organisation, Person
    from palier.label.models import Journey
    from palier.stock.models import Residence

CANARY = "CANARI : le hall du 4 est dégradé."
DAY = NOON.date()


@dataclass
class Scene:
    """Who is there. ``to`` carries the mission to a state, each act by its person."""

    landlord: Landlord
    lead: Person
    director: Person
    firm: Organisation
    auditor: Person
    referent: Person
    accreditation: Accreditation
    journey: Journey
    residences: list[Residence]
    audit: Audit = Audit.HQS
    findings: list[Finding] = field(default_factory=list)

    def at_stage(self, stage: Stage) -> None:
        """Place the journey somewhere on its way, as if it had climbed there."""
        from palier.label.models import Journey

        Journey.objects.filter(pk=self.journey.pk).update(stage=stage)

    def consult(self, *, at: datetime = NOON) -> Mission:
        from palier.audits import operations

        return operations.consult(
            landlord=self.landlord,
            audit=self.audit,
            auditors=[self.accreditation],
            request="Deux agences.",
            by=self.lead,
            at=at,
        )[0]

    def propose(self, mission: Mission, *, starts_on: date = DAY, ends_on: date = DAY + timedelta(days=20)) -> Mission:
        from palier.audits import operations
        from palier.audits.operations import Proposal

        proposal = Proposal(Decimal(7200), Decimal(6), starts_on, ends_on, "Sur place, puis rapport.")
        return operations.propose(mission=mission, proposal=proposal, by=self.auditor, at=NOON)

    def declare(self, mission: Mission, *, advised_until: date | None = None) -> Mission:
        from palier.audits import operations

        return operations.declare_independence(mission=mission, advised_until=advised_until, ties="", by=self.auditor, at=NOON)

    def plan(self, mission: Mission, *, day: date = DAY) -> None:
        """The four moments that no audit goes without."""
        from palier.audits import operations
        from palier.audits.operations import Moment
        from palier.audits.rules.missions import ItemKind

        for kind in (ItemKind.OPENING, ItemKind.VISIT, ItemKind.TENANTS, ItemKind.CLOSING):
            residence = self.residences[0] if kind is ItemKind.VISIT else None
            moment = Moment(kind, day, kind.label, residence=residence)
            operations.write_item(mission=mission, moment=moment, by=self.auditor, at=NOON)

    def write(self, mission: Mission, text: str = CANARY) -> Finding:
        from palier.audits import operations
        from palier.audits.operations import Written
        from palier.audits.rules.findings import FindingKind

        written = Written(FindingKind.GAP, "cleanliness", text, self.residences[0])
        finding = operations.write_finding(mission=mission, written=written, by=self.auditor, at=NOON)
        operations.write_recommendation(
            mission=mission,
            title="Contrôler le ménage",
            text="Chaque mois.",
            theme="cleanliness",
            findings=[finding],
            by=self.auditor,
            at=NOON,
        )
        self.findings.append(finding)
        return finding

    def fill_grid(self, mission: Mission) -> None:
        """Every criterion « sans objet » with words, so that the grid is complete."""
        from palier.audits import queries
        from palier.frameworks import queries as grids
        from palier.frameworks.operations import Entry, fill

        assessment = queries.assessment(mission)
        assert assessment is not None
        grid = grids.framework(assessment.version)
        entries = [
            Entry(c.code, not_applicable=True, justification="Hors du périmètre.")
            if c.na_allowed
            else Entry(c.code, value=c.scale.best, justification="Vu sur place.", documents=self.pieces(c.evidence))
            for c in grid.criteria.values()
        ]
        fill(assessment=assessment, entries=entries, by=self.auditor, at=NOON)

    def pieces(self, kinds: tuple[str, ...]) -> tuple:
        from palier.documents.models import Document, Version

        found = []
        for kind in kinds:
            document, created = Document.objects.get_or_create(
                landlord=self.landlord,
                kind=kind,
                title=kind,
                defaults={"plain_title": kind, "audience": "file", "created_at": NOON},
            )
            if created:
                Version.objects.create(
                    document=document,
                    number=1,
                    sha256="0" * 64,
                    name=f"{kind}.pdf",
                    size=1,
                    media_type="application/pdf",
                    at=NOON,
                )
            found.append(document)
        return tuple(found)

    def to(self, state: str) -> Mission:
        """A mission carried to a state."""
        from palier.audits import operations
        from palier.audits.models import PlanItem
        from palier.audits.rules.missions import CHOICE_STAGES, ON_SITE_STAGES, State

        order = [State.CONSULTED, State.PROPOSED, State.ACCEPTED, State.PLANNED, State.ON_SITE, State.REPORT_DRAFTED]
        order += [State.REPORT_DELIVERED, State.APPROVED]
        goal = order.index(State(state))
        self.at_stage(min(CHOICE_STAGES[self.audit], key=list(Stage).index))
        mission = self.consult()
        if goal >= 1:
            mission = self.declare(self.propose(mission))
        if goal >= 2:
            mission = operations.accept(mission=mission, by=self.lead, at=NOON)
        if goal >= 3:
            self.plan(mission)
            operations.propose_plan(mission=mission, by=self.auditor, at=NOON)
            mission.refresh_from_db()
            mission = operations.agree_plan(mission=mission, revision=mission.plan_revision, by=self.director, at=NOON)
        if goal >= 4:
            self.at_stage(ON_SITE_STAGES[self.audit][0])
            mission = operations.open_on_site(mission=mission, by=self.auditor, at=NOON)
            for item in PlanItem.objects.filter(mission=mission):
                operations.note_item(mission=mission, item=item, held=True, day=DAY, notes="Vu.", by=self.auditor, at=NOON)
            self.write(mission)
            if self.audit is Audit.HQS:
                self.fill_grid(mission)
        if goal >= 5:
            report = operations.draft_report(mission=mission, by=self.auditor, at=NOON)
            operations.save_report(
                mission=mission,
                revision=report.revision,
                summary="Une équipe solide.",
                conclusion="Merci.",
                by=self.auditor,
                at=NOON,
            )
        if goal >= 6:
            operations.deliver(mission=mission, by=self.auditor, at=NOON)
        if goal >= 7:
            self.approve(mission)
        mission.refresh_from_db()
        return mission

    def reopen(self, mission: Mission, because: str = "Une erreur de lieu.", by: Person | None = None) -> None:
        from palier.audits import operations

        delivered = operations.print_delivered(mission=mission, at=NOON)
        operations.reopen(mission=mission, delivered=delivered, because=because, by=by or self.auditor, at=NOON)
        mission.refresh_from_db()

    def approve(self, mission: Mission) -> None:
        from palier.audits import operations
        from palier.audits.models import Report

        revision = Report.objects.get(mission=mission).revision
        operations.approve(mission=mission, revision=revision, by=self.director, at=NOON)


@pytest.fixture
def make_scene(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
) -> Callable[..., Scene]:
    """A landlord with a journey, three residences, and an accredited auditor."""
    from palier.audits import operations
    from palier.frameworks.operations import load_shipped as load_grids
    from palier.label import operations as label
    from palier.label import queries as rules
    from palier.stock.models import Import, Residence, ResidenceVintage
    from palier.stock.rules.imports import State

    def make(name: str = "Montfictif Habitat", **more: object) -> Scene:
        load_grids(at=NOON)
        if rules.rule_set_on(on=DAY) is None:
            label.load_shipped(effective_from=date(2020, 1, 1), at=NOON)
        landlord = make_landlord(name)
        director = make_person(Role.DIRECTOR, landlord, "Mme D.")
        firm = make_organisation(Kind.AUDIT_FIRM, f"Cabinet de {name}")
        auditor = make_person(Role.AUDITOR, firm, f"M. R. ({name})")
        referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme B.")
        source = Import.objects.create(
            landlord=landlord,
            state=State.APPLIED,
            year=2026,
            file_name="parc.csv",
            file_digest="0" * 64,
            file_bytes=1,
            at=NOON,
            applied_at=NOON,
        )
        residences = [
            Residence.objects.create(
                landlord=landlord, name=title, plain_name=plain(title), first_source=source, last_source=source
            )
            for title in ("Les Glycines", "Le Verger", "Les Tilleuls")
        ]
        for residence in residences:
            ResidenceVintage.objects.create(residence=residence, source=source, homes=40)
        found = rules.rule_set_on(on=DAY, code="eighteen_eighteen")
        assert found is not None
        return Scene(
            landlord=landlord,
            lead=make_person(Role.QUALITY_LEAD, landlord, "Mme Q."),
            director=director,
            firm=firm,
            auditor=auditor,
            referent=referent,
            accreditation=operations.grant(
                person=auditor,
                firm=firm,
                starts_on=date(2025, 1, 1),
                ends_on=date(2026, 12, 31),
                scope=list(Audit),
                by=referent,
                at=NOON,
            ),
            journey=label.open_journey(landlord=landlord, rules=found, by=director, at=NOON),
            residences=residences,
            **more,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """One landlord, one auditor."""
    return make_scene()
