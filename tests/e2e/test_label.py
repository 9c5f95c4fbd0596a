"""A landlord walks from its engagement to its label, then to the renewal, each step taken in a browser by whom it belongs to.

Six people: the director, the quality lead, a tenants' representative (with the light link of an e-mail), the auditor,
the référent who records what the committee decided, the committee's chair who reads. In the first cycle, the diagnosis and
the verdicts of the implementation audit (``audited``), the plan and its work (``planned``) go through their pages. What
would only be done again is written through the operations, as the demonstration does: these chapters at the renewal, the
choice, plan and approval of the second audit, most criteria of the grid, the progress of the other actions, the pieces of
each stage. The stock and its rating have their own walk (``test_bondy``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from palier.audits.models import Mission
from palier.calendar import paris_day
from palier.commands.demo import audit, papers, plan, rating, stock, world
from palier.commands.demo.landlord import Course
from palier.commands.demo.timeline import Part
from palier.commands.demo.world import Household, World, welcome
from palier.committee.rules.outcomes import Outcome
from palier.consultation.models import Voice
from palier.consultation.rules import Duty
from palier.directory.models import Person
from palier.directory.rules import LandlordType
from palier.frameworks.operations import load_shipped as load_grids
from palier.jobs.letters import mail_server
from palier.label import operations as label
from palier.label import queries
from palier.label.models import Journey
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.queries import verify
from palier.outbox.operations import deliver
from palier.plans import queries as plans
from palier.plans.rules.terms import Status
from tests.browser import OpenPage, check
from tests.e2e import audited, planned

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


class Walk:
    """One landlord's walk: the clock, the browser, and who does what."""

    def __init__(
        self, clock: time_machine.Traveller, open_page: OpenPage, scheme: World, home: Household, journey: Journey
    ) -> None:
        self.clock, self.open_page, self.scheme, self.home, self.journey = clock, open_page, scheme, home, journey
        self.seen: set[str] = set()
        self.browsers: dict[Person | None, Page] = {}

    @property
    def at(self) -> datetime:
        return timezone.now()

    def wait(self, days: float) -> None:
        self.clock.move_to(self.at + timedelta(days=days))

    def live(self, part: Part) -> None:
        """Let a chapter written through the operations happen, the clock following it."""
        try:
            at = next(part)
            while True:
                self.clock.move_to(max(at, self.at))
                at = part.send(self.at)
        except StopIteration as ended:
            self.clock.move_to(max(ended.value, self.at))
        self.journey.refresh_from_db()

    def page(self, person: Person | None, path: str) -> Page:
        """The browser of a person, or of a stranger, where they sign in at this hour."""
        page = self.open_page(person, again=self.browsers.get(person))
        self.browsers[person] = page
        page.goto(path.format(id=self.home.landlord.pk))
        return page

    def look(self, page: Page, name: str) -> None:
        """Look at each kind of page once: axe, widths, console, pictures."""
        if name not in self.seen:
            self.seen.add(name)
            check(page, f"label-{name}")

    def take(self, button: str, person: Person, reaches: Stage) -> None:
        """Read what the step does, then take it, as its person."""
        page = self.page(person, "/organismes/{id}/parcours/")
        self.look(page, f"journey-{self.journey.stage}")
        page.get_by_role("link", name=button, exact=True).click()
        self.look(page, "step")
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_text(f"C’est fait : le parcours est à l’étape « {reaches.label} ».").wait_for()
        self.journey.refresh_from_db()
        assert self.journey.stage == reaches

    def associate(self) -> None:
        """The quality lead shares; each representative answers through the link of the e-mail."""
        page = self.page(self.home.lead, "/organismes/{id}/concertation/associer/")
        self.look(page, "associate")
        page.get_by_label("Objet").fill(f"Étape {self.journey.stage}")
        page.get_by_label("Message aux associations").fill("Nous préparons cette étape et vous en rendons compte.")
        page.get_by_role("button", name="Partager avec les associations").click()
        page.wait_for_url(re.compile(r"/concertation/\d+/$"))
        self.look(page, "round")
        asked = [f"/voix/{pk}/" for pk in Voice.objects.filter(round=int(page.url.split("/")[-2])).values_list("pk", flat=True)]
        mail.outbox.clear()
        later = self.at + timedelta(hours=1)
        with mail_server(at=later) as send:
            deliver(at=later, send=send)
        if queries.gate_ask(self.journey).duty is Duty.INFORM:
            return
        letters = [letter for letter in mail.outbox if any(path in unquote(str(letter.body)) for path in asked)]
        assert {letter.to[0] for letter in letters} == {person.email for person in self.home.representatives.values()}
        for letter in letters:
            self._answer(re.search(r"/acces/\S+", str(letter.body)))

    def _answer(self, link: re.Match[str] | None) -> None:
        assert link is not None, "the letter lets nobody in"
        page = self.page(None, link[0])
        self.look(page, "light-link")
        page.get_by_role("button", name="Entrer dans Palier").click()
        self.look(page, "voice")
        page.get_by_label("Favorable. Nous sommes d’accord.").check()
        page.get_by_label("Votre texte").fill("Nous approuvons. Que l’affichage soit tenu à jour.")
        page.get_by_role("button", name="Relire avant l’envoi").click()
        self.look(page, "review")
        page.get_by_role("button", name="Envoyer notre avis").click()
        page.get_by_role("heading", name="Votre avis est envoyé").wait_for()
        self.look(page, "thanks")

    def decide(self, outcome: Outcome, reaches: Stage) -> None:
        """The chair reads the file; the référent records what the committee decided."""
        chair = self.page(self.scheme.committee[0], "/organismes/{id}/dossier/")
        self.look(chair, "dossier")
        assert "Nous approuvons. Que l’affichage soit tenu à jour." in chair.content().replace("\u202f", " ")
        page = self.page(self.scheme.referent, "/organismes/{id}/decisions/enregistrer/")
        self.look(page, f"record-{self.journey.stage}")
        page.get_by_label(outcome.about.label, exact=True).check()
        page.get_by_label("Séance du").fill(paris_day(self.at).isoformat())
        letter = {"name": "lettre.pdf", "mimeType": "application/pdf", "buffer": papers.pdf([outcome.about.label])}
        page.get_by_label("Le document qui dit cette décision").set_input_files(letter)
        page.get_by_role("button", name="Enregistrer la décision").click()
        page.get_by_text("Décision enregistrée").wait_for()
        self.look(page, "decisions")
        self.journey.refresh_from_db()
        assert self.journey.stage == reaches

    def instruct(self, reaches: Stage) -> None:
        """The référent checks the pieces, writes and delivers the note, presents the file."""
        page = self.page(self.scheme.referent, "/organismes/{id}/instruction/")
        self.look(page, f"instruction-{self.journey.stage}")
        unread = page.get_by_role("button", name=re.compile("^Dire contrôlée"))
        for left in range(unread.count() - 1, -1, -1):
            unread.first.click()
            expect(unread).to_have_count(left)
        page.get_by_role("textbox", name="Note d’instruction").fill(
            "Le dossier est complet. Les avis des représentants sont joints sans modification."
        )
        page.get_by_role("button", name="Enregistrer et rendre la note").click()
        page.get_by_text("La note est rendue au comité").wait_for()
        page.get_by_role("button", name="Présenter au comité").click()
        page.get_by_text("C’est fait").wait_for()
        self.journey.refresh_from_db()
        assert self.journey.stage == reaches

    def mission(self, of: Audit) -> Mission:
        found = Mission.objects.select_related("auditor", "landlord", "firm").filter(accepted_at__isnull=False)
        return found.get(landlord=self.home.landlord, audit=of, cycle=self.journey.cycle)

    def actions(self) -> list[str]:
        """The codes of the plan's actions, in their order."""
        found = plans.actions(landlord=self.home.landlord.pk, cycle=self.journey.cycle).exclude(status=Status.DROPPED)
        return [action.code for action in found]

    def diagnose(self) -> None:
        """From the choice of the auditor to the plan before the committee: on the pages at first, alike at the renewal."""
        first = self.journey.cycle == 1
        course = Course(self.scheme, self.home, self.journey, None)  # type: ignore[arg-type] -- its fate plays no part here
        if first:
            audited.choose(self, days=40)
        else:
            self.live(audit.appoint(self.scheme, self.home, self.journey, Audit.HQS, self.at, days=40))
        course.pieces(self.at)
        self.associate()
        self.take("Retenir l’auditeur", self.home.lead, Stage.SELF_ASSESSMENT)
        stock.bring(self.home, self.at.year, self.at)
        self.wait(1)
        self.live(rating.rate(self.home, self.journey, self.at))
        course.pieces(self.at)
        self.associate()
        self.take("Clore la cotation", self.home.lead, Stage.HQS_PLANNING)
        mission = self.mission(Audit.HQS)
        if first:
            audited.plan(self, mission)
        else:
            self.live(audit.plan(self.home, mission, self.at))
        self.associate()
        self.take("Arrêter le plan de diagnostic", mission.auditor, Stage.HQS_ON_SITE)
        if first:
            audited.visit(self, mission)
        else:
            self.live(audit.visit(self.home, mission, self.at, level=0.6))
        self.associate()
        self.take("Rendre le rapport", mission.auditor, Stage.HQS_REPORT)
        if first:
            audited.approve(self, mission)
        else:
            self.live(audit.approve(self.home, mission, self.at))
        self.associate()
        self.take("Passer au plan d’actions", self.home.lead, Stage.PLAN_DRAFTING)
        if first:
            planned.draft(self)
        else:
            self.live(plan.draft(self.home, self.journey, self.at))
        self.associate()
        self.take("Transmettre le plan", self.home.lead, Stage.INSTRUCTION_ADMISSIBILITY)
        self.wait(3)
        self.instruct(Stage.DECISION_ADMISSIBILITY)
        self.wait(20)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """From today on: a browser drops cookies that end before its own day."""
    with time_machine.travel(datetime.now().astimezone()) as traveller:
        yield traveller


@pytest.fixture
def walk(clock: time_machine.Traveller, browser_page: OpenPage, settings: object, tmp_path: object) -> Walk:
    settings.DATA = settings.DOCUMENTS = tmp_path  # type: ignore[attr-defined]
    at = timezone.now()
    label.load_shipped(effective_from=paris_day(at), at=at)
    load_grids(at=at)
    scheme = world.found(at, at)
    audit.accredit(scheme, at)
    home = welcome(scheme, number=7, name="Habitat des Coteaux", kind=LandlordType.OPH, dwellings=3200, at=at)
    rules = queries.rule_set_on(on=paris_day(at), code="one_year_then_three")
    assert rules is not None
    return Walk(
        clock, browser_page, scheme, home, label.open_journey(landlord=home.landlord, rules=rules, by=scheme.referent, at=at)
    )


def test_from_engagement_to_the_label_then_to_its_renewal(walk: Walk) -> None:
    home, journey = walk.home, walk.journey
    early = walk.page(home.director, "/organismes/{id}/parcours/")
    assert early.get_by_role("button", name="Formaliser l’engagement").get_attribute("aria-disabled") == "true"
    walk.look(early, "journey-blocked")
    Course(walk.scheme, home, journey, None).pieces(walk.at)  # type: ignore[arg-type]
    walk.associate()
    walk.take("Formaliser l’engagement", home.director, Stage.AUDITOR_SELECTION)
    walk.diagnose()
    walk.decide(Outcome.ADMISSIBLE, Stage.IMPLEMENTING)

    walk.live(plan.carry_out(home, journey, walk.at, days=200, level=0.7))
    planned.carry_out(walk)
    walk.live(audit.appoint(walk.scheme, home, journey, Audit.IMPLEMENTATION, walk.at, days=30))
    Course(walk.scheme, home, journey, None).pieces(walk.at)  # type: ignore[arg-type]
    walk.associate()
    walk.take("Demander l’audit de mise en œuvre", home.lead, Stage.IMPLEMENTATION_AUDIT)
    mission = walk.mission(Audit.IMPLEMENTATION)
    walk.live(audit.plan(home, mission, walk.at))
    audited.visit(walk, mission)
    walk.live(audit.approve(home, mission, walk.at))
    walk.associate()
    walk.take("Clore l’audit de mise en œuvre", mission.auditor, Stage.INSTRUCTION_AWARD)
    walk.instruct(Stage.DECISION_AWARD)
    walk.wait(15)
    walk.decide(Outcome.LABEL_AWARDED, Stage.LABELLED)
    first = journey.label_until
    assert first is not None

    walk.wait(740)  # the window of the renewal opens twelve months before the end
    walk.associate()
    walk.take("Préparer le renouvellement", home.lead, Stage.AUDITOR_SELECTION)
    assert journey.cycle == 2
    walk.diagnose()
    walk.decide(Outcome.RENEWED, Stage.LABELLED)
    assert journey.label_from == first + timedelta(days=1)
    assert verify()[1] is None
    passages = [passage.at for passage in queries.passages(journey=journey)]
    assert all(before <= after for before, after in pairwise(passages))
    assert Voice.objects.filter(round__landlord=home.landlord, answered_at__isnull=False).count() >= 6
