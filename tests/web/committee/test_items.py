"""The pages of the matters: each kind put on the agenda, in order; the frozen file whole, its files for those not recused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from palier.audits import operations as audits
from palier.audits.models import Accreditation
from palier.committee import operations
from palier.committee.models import Item
from palier.committee.rules.effects import Effect, plain
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.directory.operations import add_member, open_file
from palier.directory.rules import Kind, Role
from palier.documents.operations import store
from palier.frameworks.models import FrameworkVersion
from palier.frameworks.operations import Entry, fill, finish, import_version, start
from palier.label import operations as label
from palier.label.models import Journey
from palier.label.queries import shipped_rule_sets
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.rules import Audience
from palier.plans.operations import add_action, freeze, open_plan, set_conditions
from palier.plans.rules.conditions import Asked
from tests.browser import OpenPage, check
from tests.committee.conftest import Sitting
from tests.documents.samples import pdf
from tests.frameworks.samples import SMALL
from tests.plans.conftest import COMPLETE
from tests.web.committee.test_sessions import url, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, sitting: Sitting) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: sitting.at)


@pytest.fixture
def firm(make_organisation: Callable[..., Organisation]) -> Organisation:
    return make_organisation(Kind.AUDIT_FIRM, "Cabinet Lumen")


@pytest.fixture
def auditor(firm: Organisation, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.AUDITOR, firm, "M. A.")


def test_an_accreditation_is_put_on_the_agenda_with_what_is_proposed(
    sitting: Sitting, sign_in: SignIn, auditor: Person
) -> None:
    client = sign_in(sitting.referent)
    here = url("committee_item_add_kind", sitting, kind="agrement")
    assert "Cabinet Lumen" in words(client.get(here))
    member = auditor.memberships.get().pk
    given = {"member": member, "starts_on": "2026-04-01", "ends_on": "2026-03-01", "scope": ["hqs"], "trained_on": "2026-02-01"}
    answer = client.post(here, given)
    assert (answer.status_code, "vient avant son début" in words(answer)) == (422, True)
    assert client.post(here, given | {"ends_on": "2029-03-31"}).status_code == 302
    item = Item.objects.get()
    assert (item.title, item.candidate) == ("Agrément : M. A., Cabinet Lumen", auditor)
    page = words(client.get(url("committee_item", sitting, item_id=item.pk)))
    assert "du 1er avril 2026 au 31 mars 2029" in page
    assert "suivie le 1er février 2026" in page


def test_a_renewal_and_a_reexamination_name_the_accreditation_that_runs(
    sitting: Sitting, sign_in: SignIn, auditor: Person, firm: Organisation
) -> None:
    client = sign_in(sitting.referent)
    reexamine = url("committee_item_add_kind", sitting, kind="reexamen")
    assert "Aucun agrément ne court" in words(client.get(reexamine))
    day = sitting.at.date()
    held = audits.grant(
        person=auditor, firm=firm, starts_on=day, ends_on=day + timedelta(days=300), scope=[Audit.HQS], by=sitting.referent,
        at=sitting.at,
    )  # fmt: skip
    given = {"member": auditor.memberships.get().pk, "starts_on": "2027-02-01", "ends_on": "2030-01-31", "scope": ["hqs"]}
    assert client.post(url("committee_item_add_kind", sitting, kind="agrement"), given).status_code == 302
    assert Item.objects.get().accreditation == held
    answer = client.post(reexamine, {"accreditation": held.pk, "presentation": "Deux rapports sans visite."})
    assert "déjà à l’ordre du jour" in words(answer)
    operations.take_off(item=Item.objects.get(), because="Plus tard.", by=sitting.referent, at=sitting.at)
    card = reverse("auditor", kwargs={"accreditation_id": held.pk})
    assert reverse("auditor_suspend", kwargs={"accreditation_id": held.pk}) in words(client.get(card))
    assert client.post(reexamine, {"accreditation": held.pk, "presentation": "Deux rapports sans visite."}).status_code == 302
    page = words(client.get(card))
    assert "est à l’ordre du jour de « " in page
    assert not [
        act for act in ("auditor_suspend", "auditor_withdraw") if reverse(act, kwargs={"accreditation_id": held.pk}) in page
    ]


def test_a_frozen_file_says_that_a_suspension_was_lifted_the_day_it_began(
    sitting: Sitting, sign_in: SignIn, auditor: Person, firm: Organisation
) -> None:
    act, day = {"by": sitting.referent, "at": sitting.at}, sitting.at.date()
    held = audits.grant(
        person=auditor, firm=firm, starts_on=day, ends_on=day + timedelta(days=300), scope=[Audit.HQS], **act
    )  # fmt: skip
    audits.suspend(accreditation=held, because="Par erreur.", **act)
    audits.lift(accreditation=held, **act)
    item = sitting.put("Réexamen", matter=Matter.ACCREDITATION, accreditation=held)
    sitting.convene()
    page = " ".join(words(sign_in(sitting.referent).get(url("committee_item", sitting, item_id=item.pk))).split())
    assert "Suspension le 10 mars 2026, levée le jour même : Par erreur." in page


def test_an_accreditation_goes_from_the_agenda_to_its_effect_through_the_pages(
    sitting: Sitting, sign_in: SignIn, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(sitting.referent)
    given = {"member": auditor.memberships.get().pk, "starts_on": "2026-04-01", "ends_on": "2029-03-31", "scope": ["hqs"]}
    client.post(url("committee_item_add_kind", sitting, kind="agrement"), given)
    client.post(url("committee_session_convene", sitting))
    item = Item.objects.get()
    sitting.session.refresh_from_db()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)
    client = sign_in(sitting.referent)
    here = url("committee_poll_open", sitting, item_id=item.pk)
    assert 'value="2029-03-31"' in words(client.get(here))
    assert client.post(here, {"outcome": "accredited", "ends_on": "2026-01-01"}).status_code == 422
    answer = client.post(here, {"outcome": "accredited", "ends_on": "2027-03-31"}, follow=True)
    assert "Agrément : du 1er avril 2026 au 31 mars 2027" in " ".join(strip_tags(words(answer)).split())
    poll = item.polls.get()
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    client.post(url("committee_item_conclude", sitting, item_id=item.pk))
    made = Accreditation.objects.get()
    assert (made.person, made.ends_on, made.scope) == (auditor, date(2027, 3, 31), ["hqs"])
    assert "Ce point est conclu" in words(client.get(url("committee_item", sitting, item_id=item.pk)))


def test_rules_and_a_grid_are_put_on_the_agenda(sitting: Sitting, sign_in: SignIn) -> None:
    client = sign_in(sitting.referent)
    rules = url("committee_item_add_kind", sitting, kind="regles")
    assert "Aucun brouillon" in words(client.get(rules))
    label.load_shipped(effective_from=date(2020, 1, 1), at=sitting.at)
    data = next(one for one in shipped_rule_sets() if one["code"] == "eighteen_eighteen") | {"grace_days": 77}
    draft = label.draft_rule_set(data=data, effective_from=date(2026, 6, 1), by=sitting.referent, at=sitting.at)
    assert client.post(rules, {"rule_set": draft.pk}).status_code == 302
    assert "à l’ordre du jour d’un comité" in words(client.get(reverse("rule_set", kwargs={"version_id": draft.pk})))
    import_version(text=SMALL, by=None, at=sitting.at, effective_from=date(2020, 1, 1))
    grid = url("committee_item_add_kind", sitting, kind="grille")
    answer = client.post(grid, {"text": "code: [", "effective_from": "2026-07-01"})
    assert (answer.status_code, "code: [" in words(answer)) == (422, True)
    changed = SMALL.replace("title: ", "title: Nouvelle ", 1)
    assert client.post(grid, {"text": changed, "effective_from": "2026-07-01"}).status_code == 302
    assert FrameworkVersion.objects.count() == 1
    sitting.convene()
    first, second = Item.objects.order_by("position")
    page = words(client.get(url("committee_item", sitting, item_id=first.pk)))
    assert "Jours de grâce" in page
    assert "77" in page
    assert "à partir du 1er juin 2026" in page
    assert "Le texte entier de la grille" in words(client.get(url("committee_item", sitting, item_id=second.pk)))
    publish = reverse("rule_set_publish", kwargs={"version_id": draft.pk})
    shown = words(client.get(reverse("rule_set", kwargs={"version_id": draft.pk})))
    assert (publish in shown, "retirez d’abord le point" in shown) == (False, True)
    answer = client.post(publish)
    assert (answer.status_code, "Voir la séance n° 1" in words(answer)) == (422, True)
    own = {"text": changed.replace("Nouvelle", "Autre"), "effective_from": "2026-08-01"}
    assert "retirez d’abord le point" in words(client.post(reverse("framework_import"), own))
    assert client.post(reverse("framework_import"), own | {"publish": "1"}).status_code == 422
    assert FrameworkVersion.objects.count() == 1
    for item in (first, second):
        operations.take_off(item=item, because="Publié sans vote.", by=sitting.referent, at=sitting.later())
    assert client.post(publish).status_code == 302
    assert client.post(reverse("framework_import"), own | {"publish": "1"}).status_code == 302
    assert FrameworkVersion.objects.count() == 2


def test_matters_go_up_and_down(sitting: Sitting, sign_in: SignIn) -> None:
    first, second, third = sitting.put("Un"), sitting.put("Deux"), sitting.put("Trois")
    client = sign_in(sitting.referent)

    def order() -> list[str]:
        return list(Item.objects.order_by("position").values_list("title", flat=True))

    client.post(url("committee_item_place", sitting, item_id=first.pk), {"way": "down"})
    assert order() == ["Deux", "Un", "Trois"]
    client.post(url("committee_item_place", sitting, item_id=third.pk), {"way": "up"})
    assert order() == ["Deux", "Trois", "Un"]
    client.post(url("committee_item_place", sitting, item_id=second.pk), {"way": "up"})
    client.post(url("committee_item_place", sitting, item_id=first.pk), {"way": "down"})
    assert order() == ["Deux", "Trois", "Un"]
    client.post(url("committee_item_off", sitting, item_id=third.pk), {"because": "Reporté."})
    client.post(url("committee_item_place", sitting, item_id=first.pk), {"way": "up"})
    assert [title for title in order() if title != "Trois"] == ["Un", "Deux"]


@pytest.fixture
def matter(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> Item:
    """An award, its file frozen with a piece, a condition, an assessment and a plan."""
    journey = at_the_committee(Stage.DECISION_AWARD)
    _assess(sitting, journey, RATING, "Un passage sur deux.")
    plan = open_plan(landlord=journey.landlord, cycle=1, by=sitting.referent, at=sitting.at)
    add_action(plan=plan, content=COMPLETE, by=sitting.referent, at=sitting.at)
    freeze(landlord=journey.landlord, cycle=1, by=sitting.referent, at=sitting.at)
    given = {"landlord": journey.landlord, "by": sitting.referent, "at": sitting.at}
    store(file=pdf("La preuve"), name="preuve.pdf", title="La preuve", kind="procedure", **given)  # type: ignore[arg-type]
    set_conditions(
        cycle=1, decision=1, asked=[Asked("Former les gardiens", date(2026, 9, 30))], decided_on=date(2026, 1, 5), **given,  # type: ignore[arg-type]
    )  # fmt: skip
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    return item


RATING = SMALL.replace("code: small", "code: rating").replace("charter_review", "complex_sites")


def _assess(sitting: Sitting, journey: Journey, text: str, words: str) -> None:
    """A finished assessment, each answer saying these words."""
    version = import_version(text=text, by=None, at=sitting.at, effective_from=date(2020, 1, 1))
    given = {"by": sitting.referent, "at": sitting.at}
    subject = ("landlord", journey.landlord_id, journey.landlord.name)
    started = start(version=version, landlord=journey.landlord, subject=subject, **given)  # type: ignore[arg-type]
    said = [Entry(code, 3, justification=words) for code in ("control", "sharing", "waste", "phone", "desk")]
    piece = store(
        landlord=journey.landlord, file=pdf("Fiche"), name="fiche.pdf", title="Fiche de contrôle", kind="control_sheet", **given
    ).document  # type: ignore[arg-type]
    said[0] = Entry("control", 2, justification=words, documents=(piece,))
    fill(assessment=started, entries=said, **given)  # type: ignore[arg-type]
    finish(assessment=started, **given)  # type: ignore[arg-type]


def test_the_frozen_file_holds_nothing_that_the_committee_does_not_read(
    sitting: Sitting, at_the_committee: Callable[..., Journey]
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    _assess(sitting, journey, SMALL, "CANARI de la charte")
    given = {"landlord": journey.landlord, "by": sitting.referent, "at": sitting.at, "kind": "proposal"}
    for audience in (Audience.LANDLORD, Audience.AUDIT, Audience.SCHEME):
        store(file=pdf("CANARI"), name="canari.pdf", title="CANARI du prix", audience=audience, **given)  # type: ignore[arg-type]
    item = sitting.put("Attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    frozen = item.dossiers.get().content
    assert "CANARI" not in json.dumps(frozen)
    assert (frozen["assessments"], [one["title"] for one in frozen["files"]]) == ([], ["Fiche de contrôle"])


def test_the_frozen_file_hands_out_its_files_as_they_were(sitting: Sitting, sign_in: SignIn, matter: Item) -> None:
    kept = next(one for one in matter.dossiers.get().content["files"] if one["title"] == "La preuve")
    mandate = sitting.titulars[0]
    add_member(person=mandate.person, organisation=mandate.seat.body, role=Role.COMMITTEE_MEMBER, by=None, at=sitting.at)
    client = sign_in(mandate.person)
    here = url("committee_item_file", sitting, item_id=matter.pk, file_id=kept["id"])
    shut = words(client.get(url("committee_item", sitting, item_id=matter.pk)))
    assert "Déclarez d’abord vos liens" in shut
    assert "Former les gardiens" not in shut
    assert client.get(here).status_code == 422, "declared first, read after"
    sitting.declare(matter, mandate)
    page = words(client.get(url("committee_item", sitting, item_id=matter.pk)))
    for said in (
        "Former les gardiens", "1. Propreté : 2,5 (meilleure note : 4)", "1.1 Contrôle", "2, à améliorer", "Un passage sur deux.",
        "Contrôler le ménage par cage d’escalier", "de 61 à 80 %",
    ):  # fmt: skip
        assert said in page
    assert here in page
    assert matter.journey is not None
    given = {"landlord": matter.journey.landlord, "by": sitting.referent, "at": sitting.at}
    later = store(file=pdf("Une autre"), name="autre.pdf", title="Une autre", kind="procedure", **given)  # type: ignore[arg-type]
    assert b"".join(client.get(here).streaming_content) == pdf("La preuve").read()  # type: ignore[attr-defined]
    assert client.get(url("committee_item_file", sitting, item_id=matter.pk, file_id=later.pk)).status_code == 404


def test_a_member_enters_the_pages_of_a_landlord_once_they_have_declared(
    sitting: Sitting, sign_in: SignIn, matter: Item
) -> None:
    mandate = sitting.titulars[1]
    assert matter.journey is not None
    landlord, body, role = matter.journey.landlord, mandate.seat.body, Role.COMMITTEE_MEMBER
    add_member(person=mandate.person, organisation=body, role=role, by=None, at=sitting.at)
    open_file(landlord=landlord, holder=body, role=role, source="committee", by=None, at=sitting.at)
    client = sign_in(mandate.person)
    item = url("committee_item", sitting, item_id=matter.pk)
    for page in ("journey", "plan"):
        answer = client.get(reverse(page, kwargs={"landlord_id": landlord.pk}))
        assert answer.status_code == 403
        assert f'href="{item}"' in answer.content.decode()
    assert client.get(item).status_code == 200
    sitting.declare(matter, mandate)
    for page in ("journey", "plan"):
        assert client.get(reverse(page, kwargs={"landlord_id": landlord.pk})).status_code == 200


def test_a_recused_member_meets_no_file_of_the_matter(sitting: Sitting, sign_in: SignIn, matter: Item) -> None:
    kept = next(one for one in matter.dossiers.get().content["files"] if one["title"] == "La preuve")
    mandate = sitting.titulars[1]
    add_member(person=mandate.person, organisation=mandate.seat.body, role=Role.COMMITTEE_MEMBER, by=None, at=sitting.at)
    client = sign_in(mandate.person)
    sitting.declare(matter, mandate)
    here = url("committee_item_file", sitting, item_id=matter.pk, file_id=kept["id"])
    assert client.get(here).status_code == 200
    operations.recuse(
        item=matter, mandate=mandate, reach=Reach.PERSONAL, because="Un lien.", by=sitting.referent, at=sitting.at
    )
    assert client.get(here).status_code == 404
    assert client.get(url("committee_item", sitting, item_id=matter.pk)).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_matters_in_the_browser(
    browser_page: OpenPage, sitting: Sitting, matter: Item, auditor: Person, make_landlord: Callable[..., object]
) -> None:
    page = browser_page(sitting.referent)
    page.goto(url("committee_item", sitting, item_id=matter.pk))
    for fold in page.locator("details.fold summary").all():
        fold.click()
    check(page, "committee-item-frozen")
    start = sitting.session.starts_at + timedelta(days=30)
    sitting.session = operations.prepare(
        committee=sitting.committee, starts_at=start, ends_at=start + timedelta(hours=3), by=sitting.referent, at=sitting.at
    )
    label.load_shipped(effective_from=date(2020, 1, 1), at=sitting.at)
    data = next(one for one in shipped_rule_sets() if one["code"] == "eighteen_eighteen") | {
        "grace_days": 77,
        "grants": [24, 12],
    }
    draft = label.draft_rule_set(data=data, effective_from=date(2026, 6, 1), by=sitting.referent, at=sitting.at)
    old = sitting.session
    first = {"starts_at": start - timedelta(days=5), "ends_at": start - timedelta(days=5) + timedelta(hours=1)}
    sitting.session = operations.prepare(committee=sitting.committee, by=sitting.referent, at=sitting.at, **first)
    effect = Effect(starts_on=date(2026, 6, 1), ends_on=date(2029, 5, 31), scope=tuple(Audit))
    asked = sitting.put(
        "Agrément : M. A.", matter=Matter.ACCREDITATION, candidate=auditor, firm=auditor.memberships.get().organisation,
        proposal=plain(effect), presentation="Première demande.",
    )  # fmt: skip
    from_july = plain(Effect(effective_from=date(2026, 7, 1)))
    rules = sitting.put("Règles du label", matter=Matter.EVOLUTION, rule_set=draft, proposal=from_july)
    import_version(text=SMALL, by=None, at=sitting.at, effective_from=date(2020, 1, 1))
    changed = SMALL.replace("Guichet", "Comptoir").replace("Encombrants", "Encombrants et déchets")
    grid = sitting.put("Grille", matter=Matter.EVOLUTION, grid=changed, proposal=from_july)
    sitting.convene()
    for name, one in (("accreditation", asked), ("rules", rules), ("grid", grid)):
        page.goto(url("committee_item", sitting, item_id=one.pk))
        check(page, f"committee-item-{name}")
    sitting.session = old
    for number in range(31):
        sitting.put(f"Office public de l’habitat de la communauté d’agglomération n° {number} : attribution du label")
    page.goto(url("committee_session", sitting))
    check(page, "committee-session-thirty")
    page.get_by_role("button", name="Descendre").first.click()
    page.wait_for_load_state()
    for kind in ("agrement", "reexamen", "regles", "grille"):
        page.goto(url("committee_item_add_kind", sitting, kind=kind))
        check(page, f"committee-item-add-{kind}")
    page.goto(reverse("decision_record", kwargs={"landlord_id": matter.journey.landlord_id}))  # type: ignore[union-attr]
    check(page, "decision-record")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_accreditation_put_to_the_vote_in_the_browser(
    browser_page: OpenPage, sitting: Sitting, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = Effect(starts_on=date(2026, 4, 1), ends_on=date(2029, 3, 31), scope=(Audit.HQS,))
    firm = auditor.memberships.get().organisation
    given = {"matter": Matter.ACCREDITATION, "candidate": auditor, "firm": firm, "proposal": plain(effect)}
    item = sitting.put("Agrément : M. A., Cabinet Lumen", **given)
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)
    page = browser_page(sitting.referent)
    page.goto(url("committee_poll_open", sitting, item_id=item.pk))
    check(page, "committee-poll-accreditation")
    page.get_by_label("Agrément accordé").check()
    page.get_by_role("button", name="Mettre aux voix").click()
    page.get_by_text("Le scrutin est ouvert.").wait_for()
    check(page, "committee-room-accreditation")
