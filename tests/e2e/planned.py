"""An action plan on its pages: each recommendation traced, each priority site covered, then the work told by who does it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from palier.calendar import paris_day
from palier.commands.demo import papers
from palier.commands.demo.matters import MATTERS
from palier.plans.rules.terms import Direction, Nature
from palier.sites.queries import priority_sites
from palier.visits.rules import Responsibility

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.test_label import Walk

REFUSED = "Le marché en cours couvre déjà ce point ; y revenir au prochain cycle."


def _open(walk: Walk) -> Page:
    page = walk.page(walk.home.lead, "/")
    page.get_by_role("navigation", name="Le dossier").get_by_role("link", name="Plan d’actions").click()
    page.get_by_role("heading", name="Plan d’actions", level=1).wait_for()
    return page


def draft(walk: Walk) -> None:
    """The quality lead follows a recommendation, refuses one with its reason, links another, then covers the sites."""
    first, *others = priority_sites(landlord=walk.home.landlord.pk, on=paris_day(walk.at))
    page = _open(walk)
    walk.look(page, "action-plan-empty")
    page.get_by_role("link", name="P-01. ").click()
    walk.look(page, "to-trace")
    page.get_by_role("link", name="Ajouter une action pour P-01").click()
    _define(walk, page, MATTERS[1].action)
    page.get_by_text("L’action A-01 est ajoutée.").wait_for()
    walk.look(page, "action")
    _back(page)
    page.get_by_role("link", name="P-02. ").click()
    page.get_by_label("Motif du refus").fill(REFUSED)
    page.get_by_role("button", name="Refuser P-02").click()
    page.get_by_text("Le refus de P-02 est enregistré, avec son motif.").wait_for()
    _back(page)
    page.get_by_role("link", name="P-03. ").click()
    page.get_by_label("Action", exact=True).select_option(index=1)
    page.get_by_role("button", name="Relier P-03").click()
    page.get_by_text("P-03 est reliée à A-01.").wait_for()
    _back(page)
    # What is missing leads to where it is mended: the form comes with the site already said.
    page.get_by_role("listitem").filter(has_text=first.residence.name).get_by_role("link").click()
    _define(walk, page, f"Rattraper l’entretien : {first.residence.name}")
    page.get_by_text("L’action A-02 est ajoutée.").wait_for()
    _back(page)
    if others:
        page.get_by_role("link", name="Ajouter une action").click()
        page.get_by_label("Un ou plusieurs sites").check()
        for site in others:
            page.get_by_label(site.residence.name, exact=True).check()
        _define(walk, page, "Renforcer la présence sur les autres sites")
        page.get_by_text("L’action A-03 est ajoutée.").wait_for()
        _back(page)
    page.get_by_role("heading", name="Le plan est prêt").wait_for()
    walk.look(page, "action-plan-ready")


def _back(page: Page) -> None:
    page.get_by_role("navigation", name="Fil d’Ariane").get_by_role("link", name="Plan d’actions").click()
    page.get_by_role("heading", name="Plan d’actions", level=1).wait_for()


def _define(walk: Walk, page: Page, title: str) -> None:
    """The whole form, as far as the plan is to be handed in; who answers for it is one of the team."""
    walk.look(page, "action-form")
    today, matter = paris_day(walk.at), MATTERS[1]
    page.get_by_label("Action", exact=True).fill(title)
    page.get_by_label("Description").fill("Un contrôle par cage, chaque mois, affiché dans le hall.")
    page.get_by_label("Thème").select_option(matter.theme)
    page.get_by_label("Nature").select_option(Nature.PREVENTIVE.label)
    page.get_by_label("Responsabilité").select_option(Responsibility.LANDLORD.label)
    page.get_by_label("Levier").select_option(matter.lever)
    page.get_by_label("Budget").fill("8 450,50")
    page.get_by_label("Personne responsable").select_option(walk.home.team[0].name)
    page.get_by_label("Début").fill((today + timedelta(days=20)).isoformat())
    page.get_by_label("Échéance").fill((today + timedelta(days=300)).isoformat())
    page.get_by_label("Indicateur").fill(matter.indicator)
    page.get_by_label("Unité").fill(matter.unit)
    page.get_by_label("Sens").select_option(Direction.UP.label)
    page.get_by_label("Valeur de départ").fill(str(matter.baseline))
    page.get_by_label("Mesurée le").fill(today.isoformat())
    page.get_by_label("Cible").fill(str(matter.target))
    page.get_by_label("À atteindre le").fill((today + timedelta(days=300)).isoformat())
    page.get_by_role("button", name="Ajouter l’action").click()


def carry_out(walk: Walk) -> None:
    """Who answers for an action says that it is done, measures it and proves it."""
    page, today = walk.page(walk.home.team[0], "/"), paris_day(walk.at)
    page.get_by_role("navigation", name="Le dossier").get_by_role("link", name="Plan d’actions").click()
    page.get_by_role("link", name="A-01. ").click()
    page.get_by_role("link", name="Dire où elle en est").click()
    walk.look(page, "progress")
    page.get_by_label("Faite").check()
    page.get_by_label("Avancement, en %").fill("100")
    page.get_by_label("Locataires informés le").fill(today.isoformat())
    page.get_by_role("button", name="Enregistrer l’avancement").click()
    page.get_by_text("L’avancement de A-01 est enregistré.").wait_for()
    page.get_by_role("link", name="Enregistrer une mesure").click()
    walk.look(page, "measure")
    page.get_by_label("Valeur").fill(str(MATTERS[1].baseline + Decimal("8.5")).replace(".", ","))
    page.get_by_label("Source").fill("Relevé de contrôle du ménage")
    page.get_by_role("button", name="Enregistrer la mesure").click()
    page.get_by_text("La mesure est enregistrée.").wait_for()
    page.get_by_role("link", name="Joindre une preuve").click()
    walk.look(page, "prove")
    proof = {"name": "bilan.pdf", "mimeType": "application/pdf", "buffer": papers.pdf(["Bilan de l’action"])}
    page.get_by_label("Ou nouveau fichier").set_input_files(proof)
    page.get_by_label("Nature du nouveau fichier").select_option("control_sheet")
    page.get_by_role("button", name="Joindre la preuve").click()
    page.get_by_text("« bilan » est jointe à A-01.").wait_for()
    walk.look(page, "action-done")
