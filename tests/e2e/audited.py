"""An audit on its pages, each by whom it belongs to: the choice, the plan, the days on site, the report, its approval.

Everybody comes in by the home page and follows links and buttons; a sentence on the page says that an act is done.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from palier.audits.models import Mission
from palier.audits.queries import assessment, items
from palier.audits.rules.findings import FindingKind, Treatment
from palier.audits.rules.missions import ItemKind
from palier.calendar import at_hour, is_working_day, paris_day
from palier.commands.demo import grids, papers
from palier.commands.demo.matters import JUSTIFICATIONS, MATTERS
from palier.directory.models import Person
from palier.label.rules.rulesets import Audit
from palier.plans.rules.terms import Effect, Outcome
from palier.sites.queries import priority_sites

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.test_label import Walk

GIVEN, WITHHELD = "Derniers résultats de l’enquête de satisfaction", "Registre des réclamations"
SAID, ANSWERED = "L’affichage est à jour depuis la visite.", "Le constat porte sur le jour de la visite."


def _name(audit: Audit) -> str:
    return audit.label[0].upper() + audit.label[1:]


def _open(walk: Walk, person: Person, audit: Audit, section: str = "") -> Page:
    """The mission, from the home page: an auditor finds it among their own, a landlord in its file."""
    page = walk.page(person, "/")
    if person in (walk.home.lead, walk.home.director):
        page.get_by_role("link", name="Diagnostic et audits").click()
        page.get_by_role("link", name=_name(audit), exact=True).click()
    else:
        page.get_by_role("link", name=walk.home.landlord.name, exact=True).click()
    page.get_by_role("heading", name=_name(audit), level=1).wait_for()
    if section:
        page.get_by_role("navigation", name="Sections de la mission").get_by_role("link", name=section, exact=True).click()
        page.locator("nav [aria-current=page]", has_text=section).wait_for()
    return page


def _said(page: Page, words: str) -> None:
    page.get_by_text(words).wait_for()


def _pdf(title: str) -> dict[str, object]:
    return {"name": f"{title}.pdf", "mimeType": "application/pdf", "buffer": papers.pdf([title])}


def choose(walk: Walk, *, days: int) -> None:
    """The quality lead consults two auditors; the first signs its independence and proposes, and is retained."""
    (firm, (auditor, *_)), (other_firm, (other, *_)) = list(walk.scheme.auditors.items())[:2]
    page = walk.page(walk.home.lead, "/")
    page.get_by_role("link", name="Diagnostic et audits").click()
    page.get_by_role("link", name="Consulter des auditeurs").first.click()
    walk.look(page, "consult")
    page.get_by_label(f"{auditor.name}, {firm.name}.").check()
    page.get_by_label(f"{other.name}, {other_firm.name}.").check()
    page.get_by_label("Votre demande").fill("Deux agences, 3 200 logements : votre approche, vos dates et votre prix.")
    page.get_by_label("Réponse attendue le").fill((paris_day(walk.at) + timedelta(days=21)).isoformat())
    page.get_by_role("button", name="Envoyer la consultation").click()
    _said(page, "2 auditeurs : la consultation part")
    walk.wait(9)
    _propose(walk, auditor, days)
    walk.wait(8)
    page = walk.page(walk.home.lead, "/")
    page.get_by_role("link", name="Diagnostic et audits").click()
    walk.look(page, "offers")
    page.get_by_role("rowheader").filter(has_text=firm.name).get_by_role("link").click()
    walk.look(page, "offer-read")
    page.get_by_role("button", name="Retenir cet auditeur").click()
    _said(page, f"La mission est confiée à {auditor.name}")


def _propose(walk: Walk, auditor: Person, days: int) -> None:
    page, begins = walk.page(auditor, "/"), paris_day(walk.at) + timedelta(days=days)
    page.get_by_role("link", name=walk.home.landlord.name, exact=True).click()
    walk.look(page, "offer")
    page.get_by_label("Non, jamais").check()
    page.get_by_role("button", name="Signer la déclaration").click()
    _said(page, "Votre déclaration est signée.")
    page.get_by_label("Montant, en euros hors taxes").fill("9 200,50")
    page.get_by_label("Jours d’intervention").fill("6,5")
    page.get_by_label("Du", exact=True).fill(begins.isoformat())
    page.get_by_label("Au", exact=True).fill((begins + timedelta(days=45)).isoformat())
    page.get_by_label("Démarche proposée").fill("Entretiens au siège et en agence, visites de sites.")
    page.get_by_role("button", name="Envoyer la proposition").click()
    _said(page, "Votre proposition est envoyée.")


def plan(walk: Walk, mission: Mission) -> None:
    """The auditor writes and proposes the plan and asks for documents; the lead answers; the director agrees."""
    audit = Audit(mission.audit)
    page = _open(walk, mission.auditor, audit)
    walk.look(page, "mission-planning")
    page.get_by_role("link", name="Composer le plan").click()
    walk.look(page, "plan-empty")
    day = max(paris_day(walk.at) + timedelta(days=12), mission.starts_on or paris_day(walk.at))
    site = priority_sites(landlord=walk.home.landlord.pk, on=paris_day(walk.at))[0].residence
    moments = {
        ItemKind.OPENING: "Ouverture avec la direction et les équipes",
        ItemKind.TENANTS: "Rencontre des associations de locataires",
        ItemKind.VISIT: f"Visite : {site.name}",
        ItemKind.CLOSING: "Restitution à chaud",
    }
    for kind, title in moments.items():
        while not is_working_day(day):
            day += timedelta(days=1)
        page.get_by_label("Nature").select_option(kind.label)
        page.get_by_label("Jour", exact=True).fill(day.isoformat())
        page.get_by_label("Objet").fill(title)
        if kind is ItemKind.VISIT:
            page.get_by_label("Résidence visitée").select_option(str(site.pk))
        page.get_by_role("button", name="Ajouter au plan").click()
        page.get_by_role("cell").filter(has_text=title).wait_for()
        day += timedelta(days=1)
    for title in (GIVEN, WITHHELD):
        if title is WITHHELD:  # the form is open as long as nothing is asked
            page.get_by_text("Demander un document").click()
        page.get_by_label("Document demandé").fill(title)
        page.get_by_role("button", name="Inscrire la demande").click()
        page.get_by_role("rowheader").filter(has_text=title).wait_for()
    walk.look(page, "plan-ready")
    page.get_by_role("button", name="Proposer le plan").click()
    _said(page, "Le plan est proposé.")
    walk.wait(4)
    page = _open(walk, walk.home.lead, audit, "Le plan")
    page.get_by_role("link", name=f"Remettre : {GIVEN}").click()
    walk.look(page, "hand")
    page.get_by_label("Ou un nouveau fichier").set_input_files(_pdf(GIVEN))
    page.get_by_role("button", name="Remettre à l’auditeur").click()
    _said(page, f"« {GIVEN} » est remis à l’auditeur.")
    page.get_by_role("link", name=f"Remettre : {WITHHELD}").click()
    page.locator("summary", has_text="Ne peut pas être remis").click()
    page.get_by_label("Pourquoi").fill("Il n’est tenu que depuis janvier.")
    page.get_by_role("dialog").get_by_role("button", name="Ne peut pas être remis").click()
    _said(page, "L’auditeur en est informé sur cette page.")
    page = _open(walk, walk.home.director, audit)
    page.get_by_role("link", name="Arrêter le plan").click()
    walk.look(page, "plan-to-agree")
    page.get_by_role("button", name="Arrêter le plan").click()
    _said(page, "Le plan est arrêté.")


def visit(walk: Walk, mission: Mission) -> None:
    """The auditor opens the mission on its first day, notes each moment on the last, and delivers the report."""
    auditor, audit, found = mission.auditor, Audit(mission.audit), list(items(mission))
    _go_to(walk, at_hour(found[0].day, 9))
    page = _open(walk, auditor, audit)
    page.get_by_role("link", name="Ouvrir la mission sur place").click()
    walk.look(page, "on-site")
    page.get_by_role("button", name="Ouvrir la mission sur place").click()
    _said(page, "La mission est ouverte sur place.")
    _go_to(walk, at_hour(found[-1].day, 17))
    page = _open(walk, auditor, audit, "Sur place")
    for item in found:
        line = page.get_by_role("listitem").filter(has_text=item.title)
        line.get_by_text("Noter ce moment").click()
        line.get_by_label("Ce moment").select_option("S’est tenu")
        line.get_by_label("Notes").fill("Les équipes annoncées étaient là.")
        line.get_by_role("button", name="Enregistrer la note").click()
        _said(page, f"« {item.title} » est noté.")
    walk.look(page, f"noted-{audit}")
    if audit is Audit.HQS:
        _find(walk, mission)
        _rate(walk, mission)
    else:
        _judge(walk, mission)
    walk.wait(9)
    _report(walk, mission)


def _go_to(walk: Walk, at: datetime) -> None:
    walk.clock.move_to(max(at, walk.at))


def _find(walk: Walk, mission: Mission) -> None:
    """A strength, and what does not go well with what to do about it."""
    page = _open(walk, mission.auditor, Audit.HQS, "Constats")
    walk.look(page, "findings-none")
    kinds = (FindingKind.STRENGTH, FindingKind.GAP, FindingKind.SENSITIVE, FindingKind.IMPROVEMENT)
    seen = dict(zip(kinds, MATTERS, strict=False))
    for number, (kind, matter) in enumerate(seen.items(), 1):
        page.get_by_role("link", name="Écrire un constat").first.click()
        page.get_by_label(kind.label).check()
        page.get_by_label("Thème").select_option(matter.theme)
        text = matter.strength if kind is FindingKind.STRENGTH else matter.weakness
        page.get_by_label("Constat", exact=True).fill(text)
        if kind is FindingKind.GAP:
            page.get_by_label("Ajouter une preuve").set_input_files(_pdf("Fiche de visite"))
            walk.look(page, "finding")
        page.get_by_role("button", name="Enregistrer le constat").click()
        _said(page, f"Le constat C-{number:02d} est enregistré.")
    for number, matter in enumerate(list(seen.values())[1:], 1):
        page.get_by_role("link", name="Écrire une préconisation").click()
        page.get_by_label("Préconisation", exact=True).fill(matter.advice)
        page.get_by_label("Thème").select_option(matter.theme)
        page.get_by_label(f"C-{number + 1:02d}. ").check()
        if number == 1:
            walk.look(page, "recommendation")
        page.get_by_role("button", name="Enregistrer la préconisation").click()
        _said(page, f"La préconisation P-{number:02d} est enregistrée.")
    walk.look(page, "findings")


def _rate(walk: Walk, mission: Mission) -> None:
    """Two criteria on the page, one of them with its evidence; the others alike, through the operations."""
    grid = assessment(mission)
    assert grid is not None
    page = _open(walk, mission.auditor, Audit.HQS, "Sur place")
    page.get_by_role("link", name=grid.title).click()
    walk.look(page, "grid")
    page.get_by_role("link", name="1. Projet et pilotage de la qualité").click()
    for number in ("1.3", "1.1"):
        criterion = page.get_by_role("region", name=re.compile(f"^{re.escape(number)} "))
        criterion.get_by_role("radio", name="3 Satisfaisant").check()
        criterion.get_by_text("est noté sans justification").wait_for()
        criterion.get_by_label("Justification").fill(JUSTIFICATIONS[0])
        criterion.get_by_text("est noté sans justification").wait_for(state="detached")
    walk.look(page, "grid-theme")
    criterion.get_by_role("link", name="Déposer").first.click()
    walk.look(page, "grid-evidence")
    page.get_by_label("Titre").first.fill("Projet de qualité de service")
    page.get_by_label("Fichier").set_input_files(_pdf("Projet"))
    page.get_by_role("button", name="Déposer et joindre la pièce").click()
    _said(page, "est déposé et joint au critère 1.1.")
    expect(page.get_by_role("region", name=re.compile(r"^1\.1 ")).get_by_text("est noté")).to_have_count(0)
    grids.answer(walk.home, grid, 0.6, mission.auditor, walk.at)


def _judge(walk: Walk, mission: Mission) -> None:
    """A finding, then a word on each action and on each priority site, one page leading to the next."""
    page = _open(walk, mission.auditor, Audit.IMPLEMENTATION, "Constats")
    page.get_by_role("link", name="Écrire un constat").first.click()
    page.get_by_label(FindingKind.STRENGTH.label).check()
    page.get_by_label("Thème").select_option(MATTERS[1].theme)
    page.get_by_label("Constat", exact=True).fill(MATTERS[1].strength)
    page.get_by_role("button", name="Enregistrer le constat").click()
    _said(page, "Le constat C-01 est enregistré.")
    sections = page.get_by_role("navigation", name="Sections de la mission")
    sections.get_by_role("link", name="Actions et sites").click()
    walk.look(page, "verdicts-none")
    page.get_by_role("link", name=re.compile("^Donner un verdict sur ")).first.click()
    for number, code in enumerate(walk.actions(), 1):
        page.get_by_role("heading", name=f"Verdict sur {code}").wait_for()
        done = number == 1
        page.get_by_label("Verdict", exact=True).select_option((Outcome.DONE if done else Outcome.LATE).label)
        if done:
            page.get_by_label("Effet").select_option(Effect.PARTLY.label)
        page.get_by_label("Observation").fill("Une agence sur trois reste à faire.")
        walk.look(page, "verdict-action")
        page.get_by_role("button", name="Enregistrer le verdict").click()
    sites = priority_sites(landlord=walk.home.landlord.pk, on=paris_day(walk.at))
    page.get_by_role("link", name=re.compile("^Contrôler ")).first.click()
    for _ in sites:
        name = page.get_by_role("heading", level=1, name=re.compile("^Contrôler "))
        page.get_by_label("Le site est identifié comme prioritaire").check()
        page.get_by_label("Il a au moins une action dédiée").check()
        page.get_by_label("Traitement").select_option(Treatment.UNDER_WAY.label)
        walk.look(page, "verdict-site")
        was = name.inner_text().removeprefix("Contrôler ")
        page.get_by_role("button", name="Enregistrer le contrôle").click()
        _said(page, f"Le contrôle est enregistré : {was}.")
    walk.look(page, "verdicts")


def _report(walk: Walk, mission: Mission) -> None:
    """The report drafted, its text written, delivered."""
    page = _open(walk, mission.auditor, Audit(mission.audit), "Rapport")
    page.get_by_role("button", name="Rédiger le rapport").click()
    _said(page, "Le rapport reprend ce que la mission contient déjà.")
    page.get_by_label("Synthèse").fill("L’organisme a ouvert ses portes ; les constats disent ce qui tient et ce qui manque.")
    page.get_by_label("Conclusion").fill("Le rapport n’attribue ni ne refuse rien : c’est le comité qui décide.")
    page.get_by_role("button", name="Enregistrer le texte").click()
    _said(page, "Enregistré à")
    walk.look(page, f"report-{mission.audit}")
    page.get_by_role("button", name="Rendre le rapport").click()
    _said(page, "Le rapport est rendu.")


def approve(walk: Walk, mission: Mission) -> None:
    """The landlord answers a finding, the auditor answers the landlord, the director approves what is then frozen."""
    audit = Audit(mission.audit)
    walk.wait(7)
    page = _open(walk, walk.home.lead, audit)
    walk.look(page, "mission-delivered")
    page.get_by_role("link", name="Relire le rapport").click()
    page.get_by_role("link", name="Voir les remarques").click()
    walk.look(page, "remarks-none")
    page.get_by_label("Porte sur").select_option(index=1)
    page.get_by_label("Votre remarque").fill(SAID)
    page.get_by_role("button", name="Envoyer la remarque").click()
    _said(page, "Votre remarque est envoyée à l’auditeur.")
    walk.wait(4)
    page = _open(walk, mission.auditor, audit, "Remarques")
    _said(page, SAID)
    page.get_by_label("Votre réponse").fill(ANSWERED)
    page.get_by_role("button", name="Enregistrer la réponse").click()
    _said(page, "Votre réponse est enregistrée.")
    walk.wait(3)
    page = _open(walk, walk.home.director, audit, "Rapport")
    expect(page.get_by_role("article", name="Le rapport")).to_contain_text(ANSWERED)
    page.get_by_role("button", name="Approuver le rapport").click()
    _said(page, "Le rapport est approuvé et figé.")
    walk.look(page, f"approved-{audit}")
    printed = page.request.get(page.get_by_role("link", name="Télécharger le rapport (PDF)").get_attribute("href") or "")
    assert printed.body().startswith(b"%PDF")
    mission.refresh_from_db()
