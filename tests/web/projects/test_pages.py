"""The pages of local projects: what they show, refuse and hand out; what a partner sees through its link, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.rules import Role, may
from palier.plans.models import Action
from palier.plans.operations import freeze
from palier.projects import operations
from palier.projects.models import HelpRequest, Involvement, PartnerWord, Project
from palier.projects.rules.terms import Family, Kind, Stage
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from palier.visits.rules import Responsibility
from palier.web.projects.views import context_of
from tests.projects.test_cited_walks import held
from tests.web.plans.conftest import said

if TYPE_CHECKING:
    from palier.directory.models import Person
    from palier.projects.models import Partner
    from palier.stock.models import Residence
    from tests.projects.conftest import Place

pytestmark = pytest.mark.django_db
WALK = {"trace": "walk", "held_on": "2026-03-10", "residents": "9", "note": "Le hall 3."}
ACTION = {
    "title": "Enlever les encombrants", "nature": "remedial", "responsibility": "shared", "lever": "reinforced_cleaning",
    "owner_label": "Agence", "starts_on": "2026-04-01", "due_on": "2026-12-31", "budget": "0", "indicator": "Dépôts relevés",
    "unit": "dépôts par mois", "direction": "down", "baseline": "14", "baseline_on": "2026-03-01", "target": "4",
    "target_on": "2026-12-31", "shared": "on",
}  # fmt: skip


def at_page(name: str, place: Place, **more: Any) -> str:
    kwargs = {"landlord_id": place.desk.landlord.pk} | more
    if name not in {"projects", "project_open", "projects_export"}:
        kwargs = {"project_id": place.project.pk} | kwargs
    return reverse(name, kwargs=kwargs)


@pytest.fixture
def lead(place: Place, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(place.lead)


def test_a_project_opens_from_a_priority_site_with_its_homes_warned(place: Place, lead: Client, at: datetime) -> None:
    other = declare_priority(
        landlord=place.desk.landlord, residence=place.desk.residences[1], level=Level.EXTREME, reasons="Trafic.",
        by=place.lead, at=at,
    )  # fmt: skip
    assert "sites prioritaires sans projet" not in said(lead.get(at_page("projects", place)))
    assert "Le Verger" in said(lead.get(at_page("projects", place)))
    given = {"site": other.pk, "kind": "pgs", "title": "Le Verger autrement", "homes": "40"}
    answer = lead.post(at_page("project_open", place), given, follow=True)
    assert "100 à 300 logements" in said(answer)
    made = Project.objects.get(title="Le Verger autrement")
    assert (made.site, made.homes, made.stage) == (other, 40, Stage.DIAGNOSIS)
    twice = lead.post(at_page("project_open", place), given)
    assert twice.status_code == 422
    assert "déjà un projet en cours" in said(twice)


def test_the_page_says_what_is_missing_and_where_it_is_mended(place: Place, lead: Client) -> None:
    page = said(lead.get(at_page("project", place)))
    assert "Il manque 3 choses" in page
    for remedy in ("project_diagnosis", "project_finding_add", "project_involve"):
        assert f'href="{at_page(remedy, place)}"' in page
    refused = lead.post(at_page("project_pass", place))
    assert refused.status_code == 422
    assert "habitants n’ont pas encore été associés" in said(refused)


def test_an_action_added_here_is_in_the_plan_and_lacks_no_measure(place: Place, lead: Client) -> None:
    blind = lead.post(at_page("project_action_add", place), {**ACTION, "baseline": ""})
    assert blind.status_code == 422
    assert not Action.objects.exists()
    lead.post(at_page("project_action_add", place), ACTION)
    made = Action.objects.get()
    assert (made.plan, list(made.residences.all())) == (place.desk.plan, [place.site.residence])
    action_page = said(lead.get(reverse("action", kwargs={"landlord_id": place.desk.landlord.pk, "action_id": made.pk})))
    assert at_page("project", place) in action_page
    freeze(landlord=place.desk.landlord, cycle=1, by=place.lead, at=made.added_at)
    shown = said(lead.get(at_page("project_action_add", place)))
    assert "sans toucher à la version transmise" in shown
    assert "Ajouter l’action au plan" in shown


def test_residents_are_inscribed_and_taken_back_with_a_reason(place: Place, lead: Client) -> None:
    empty = lead.post(at_page("project_involve", place), {**WALK, "residents": "0"})
    assert empty.status_code == 422
    assert "Le hall 3." in said(empty)
    lead.post(at_page("project_involve", place), WALK)
    trace = Involvement.objects.get()
    assert "9 habitants" in said(lead.get(at_page("project", place)))
    lead.post(at_page("project_involvement_withdraw", place, involvement_id=trace.pk), {"because": "Doublon."})
    assert "Retiré : Doublon." in said(lead.get(at_page("project", place)))


def test_a_walk_is_cited_instead_of_being_typed_again_and_partners_read_it(
    place: Place, partner: tuple[Partner, str], lead: Client, at: datetime
) -> None:
    assert "déjà restitué" not in said(lead.get(at_page("project_involve", place)))
    walk = held(place, at)
    assert "Printemps, mardi 10 mars 2026" in said(lead.get(at_page("project_involve", place)))
    empty = lead.post(at_page("project_involve", place), {"trace": "walk", "walk": ""})
    assert "Dites combien d’habitants sont venus." in said(empty)
    lead.post(at_page("project_involve", place), {"trace": "walk", "walk": walk.pk, "note": "CANARI-NOTE"})
    page = said(lead.get(at_page("project", place)))
    assert "14 habitants" in page
    assert reverse("walk", kwargs={"landlord_id": place.desk.landlord.pk, "walk_id": walk.pk}) in page
    shared = said(Client().get(reverse("project_shared", kwargs={"token": partner[1]})))
    assert "« Printemps » : 0 point fort, 1 point faible." in shared
    assert "CANARI-NOTE" not in shared


def test_no_link_leads_to_a_walk_that_the_reader_may_not_open(place: Place, lead: Client, at: datetime) -> None:
    walk = held(place, at)
    lead.post(at_page("project_involve", place), {"trace": "walk", "walk": walk.pk})
    request = RequestFactory().get("/")
    request.on = at.date()
    for role, link in ((Role.CONTRIBUTOR, True), (Role.COMMITTEE_MEMBER, False)):
        request.may = partial(may, frozenset({role}))
        shown = render_to_string("projects/residents.html", context_of(request, place.project))
        assert "« Printemps »" in shown
        assert ("Ouvrir le diagnostic en marchant" in shown) is link


def test_the_associations_are_asked_in_the_consultation(place: Place, lead: Client) -> None:
    lead.post(at_page("project_associate", place), {"message": "Votre regard sur le diagnostic ?"})
    landlord = place.desk.landlord.pk
    page = said(lead.get(at_page("project", place)))
    assert "Ouvrir la concertation" in page
    assert "Projet local, diagnostic" in said(lead.get(reverse("consultation", kwargs={"landlord_id": landlord})))


def test_a_stale_definition_keeps_both_texts(place: Place, lead: Client, at: datetime) -> None:
    operations.change_project(project=place.project, revision=1, given={"steering": "Le leur"}, by=place.lead, at=at)
    given = {"title": "Projet", "kind": "pgs", "steering": "Le mien", "revision": "1"}
    stale = lead.post(at_page("project_change", place), given)
    assert stale.status_code == 409
    assert "Le mien" in said(stale)
    assert lead.post(at_page("project_change", place), {**given, "revision": "2"}).status_code == 302
    place.project.refresh_from_db()
    assert place.project.steering == "Le mien"


def test_a_finding_names_the_other_actor_beside_its_field(place: Place, lead: Client) -> None:
    given = {"family": "cleanliness", "text": "Dépôts.", "responsibility": "shared", "levers": ["reinforced_cleaning"]}
    refused = lead.post(at_page("project_finding_add", place), given)
    assert refused.status_code == 422
    assert "Dites quel autre acteur en répond" in said(refused)
    lead.post(at_page("project_finding_add", place), {**given, "actor": "la ville"})
    finding = place.project.findings.get()
    assert "la ville" in said(lead.get(at_page("project_diagnosis", place)))
    lead.post(at_page("project_finding_withdraw", place, finding_id=finding.pk))
    lead.post(at_page("project_finding_restore", place, finding_id=finding.pk))
    finding.refresh_from_db()
    assert finding.withdrawn_at is None


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_handed_out_as_filtered(place: Place, lead: Client, form: str) -> None:
    assert lead.get(at_page("projects_export", place, form=form)).status_code == 200
    kept = lead.get(at_page("projects_export", place, form="csv") + "?kind=pil").content.decode("utf-8-sig")
    assert "Glycines" not in kept
    assert "Glycines" in lead.get(at_page("projects_export", place, form="csv") + "?q=glyc").content.decode("utf-8-sig")


def test_the_list_asks_the_same_with_one_and_thirty_projects(
    place: Place, lead: Client, make_residence: Callable[..., Residence], at: datetime
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert lead.get(at_page("projects", place)).status_code == 200
        return len(seen)

    asked()
    one = asked()
    for number in range(29):
        site = declare_priority(
            landlord=place.desk.landlord, residence=make_residence(place.desk.landlord, f"Site {number}"),
            level=Level.MEDIUM, reasons="x", by=place.lead, at=at,
        )  # fmt: skip
        operations.open_project(site=site, kind=Kind.PIL, title=f"Projet {number}", homes=None, by=place.lead, at=at)
    assert asked() == one


# --- Partners ------------------------------------------------------------------------------------------------------

CANARIES = ("CANARI-CONSTAT", "CANARI-ACTION", "CANARI-BUDGET", "CANARI-PILOTAGE", "CANARI-APPUI", "CANARI-VOISIN")


def _fill(place: Place, found: Partner, at: datetime) -> None:
    """A project whose every unshared text carries a canary."""
    by = {"by": place.lead, "at": at}
    operations.change_project(
        project=place.project, revision=place.project.revision,
        given={"steering": "CANARI-PILOTAGE", "shared_summary": "Un hall praticable."}, **by,
    )  # fmt: skip
    for text, shared in (("Le hall 3 est sombre.", True), ("CANARI-CONSTAT", False)):
        operations.add_finding(
            project=place.project, family=Family.BUILDING, text=text, responsibility=Responsibility.LANDLORD, levers=[],
            shared=shared, **by,
        )  # fmt: skip
    shown = place.content(title="Éclairer le hall 3", funding="CANARI-BUDGET", description="CANARI-BUDGET")
    operations.create_action(project=place.project, plan=place.desk.plan, content=shown, partner=found, **by)
    hidden = replace(shown, title="CANARI-ACTION")
    operations.create_action(project=place.project, plan=place.desk.plan, content=hidden, shared=False, **by)
    from palier.projects.rules.terms import Body, Desk

    operations.ask_help(project=place.project, desk=Desk.SUPPORT, reasons="CANARI-APPUI", tried="", documents=[], **by)
    other, _ = operations.invite_partner(
        project=place.project, body=Body.STATE, name="État", contact="M. E.", email="e@etat.test", **by
    )
    operations.speak(partner=other, text="CANARI-VOISIN", at=at)


def test_a_partner_sees_what_is_shared_and_nothing_else_of_the_landlord(
    place: Place, partner: tuple[Partner, str], at: datetime
) -> None:
    found, token = partner
    _fill(place, found, at)
    client = Client()
    answer = client.get(reverse("project_shared", kwargs={"token": token}))
    page = said(answer)
    assert "Un hall praticable." in page
    assert "Le hall 3 est sombre." in page
    assert "Éclairer le hall 3" in page
    assert [canary for canary in CANARIES if canary in page] == []
    assert "/organismes/" not in page
    assert (answer["Referrer-Policy"], "no-store" in answer["Cache-Control"]) == ("same-origin", True)
    assert "sessionid" not in client.cookies
    for name in ("project", "projects", "project_help"):
        kwargs = {"help_id": HelpRequest.objects.get().pk} if name == "project_help" else {}
        assert client.get(at_page(name, place, **kwargs)).status_code == 302
    found.refresh_from_db()
    assert found.last_seen_on == at.date()


def test_a_partner_reports_and_the_landlord_takes_it_over(
    place: Place, partner: tuple[Partner, str], lead: Client, at: datetime
) -> None:
    found, token = partner
    _fill(place, found, at)
    mine = found.links.get()
    hidden = place.project.links.exclude(pk=mine.pk).get()
    client = Client()
    report = reverse("project_shared_report", kwargs={"token": token, "link_id": mine.pk})
    too_much = client.post(report, {f"a{mine.pk}-progress": "140", f"a{mine.pk}-text": "Presque."})
    assert too_much.status_code == 422
    assert "Presque." in said(too_much)
    assert client.post(report, {f"a{mine.pk}-progress": "60"}).status_code == 302
    stolen = reverse("project_shared_report", kwargs={"token": token, "link_id": hidden.pk})
    assert client.post(stolen, {f"a{hidden.pk}-progress": "60"}).status_code == 404
    word = PartnerWord.objects.get(progress=60)
    lead.post(at_page("project_word_take_over", place, word_id=word.pk))
    mine.action.refresh_from_db()
    assert mine.action.progress == 60


def test_a_revoked_or_unknown_link_shows_nothing(place: Place, partner: tuple[Partner, str], lead: Client) -> None:
    found, token = partner
    assert Client().get(reverse("project_shared", kwargs={"token": "absent"})).status_code == 410
    lead.post(at_page("project_partner_revoke", place, partner_id=found.pk))
    closed = Client().get(reverse("project_shared", kwargs={"token": token}))
    assert closed.status_code == 410
    assert "Glycines" not in said(closed)
    assert Client().post(reverse("project_shared", kwargs={"token": token}), {"text": "?"}).status_code == 410
    assert not PartnerWord.objects.exists()


# --- Help ----------------------------------------------------------------------------------------------------------


def test_help_goes_to_the_labels_team_and_back(place: Place, lead: Client, sign_in: Callable[[Person], Client]) -> None:
    empty = lead.post(at_page("project_help_ask", place), {"desk": "support", "reasons": ""})
    assert empty.status_code == 422
    lead.post(at_page("project_help_ask", place), {"desk": "support", "reasons": "Plus personne n’intervient."})
    asked = HelpRequest.objects.get()
    team = sign_in(place.referent)
    here = {"help_id": asked.pk}
    assert "Plus personne n’intervient." in said(team.get(at_page("project_help", place, **here)))
    assert lead.post(at_page("project_help_answer", place, **here), {"answer": "Moi."}).status_code == 403
    team.post(at_page("project_help_acknowledge", place, **here))
    team.post(at_page("project_help_answer", place, **here), {"answer": "Un pair vous appelle lundi."})
    site = reverse("site", kwargs={"landlord_id": place.desk.landlord.pk, "residence_id": place.site.residence_id})
    assert "Pôle d’appui solidarité : répondue" in said(lead.get(site))
    lead.post(at_page("project_help_close", place, **here), {"closing": "Appui reçu."})
    asked.refresh_from_db()
    assert asked.closing == "Appui reçu."


def test_tenants_read_the_project_and_not_the_help_nor_the_addresses(
    place: Place, partner: tuple[Partner, str], sign_in: Callable[[Person], Client], at: datetime
) -> None:
    _fill(place, partner[0], at)
    page = said(sign_in(place.speaker).get(at_page("project", place)))
    assert "Projet des Glycines" in page
    assert "CANARI-APPUI" not in page
    assert "v@ville.test" not in page
    for act in ("project_pass", "project_abandon"):
        assert sign_in(place.speaker).post(at_page(act, place)).status_code == 403
