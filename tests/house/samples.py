"""One real value for each thing that addresses take, so that the permission table can open every page.

A room adds its own: a function that makes the thing for a landlord, with the landlord's canary in its texts, and
returns what stands in the address. It runs once a landlord.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from palier.committee import operations as committees
from palier.committee.models import Committee, Decision, Dossier, Item, Seat, Session
from palier.committee.rules.terms import Matter
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import (
    add_member,
    create_api_token,
    enter_board,
    enter_person,
    found_group,
    invite,
    join_group,
)
from palier.directory.rules import Role, Scope
from palier.documents.models import Document
from palier.documents.operations import receive, store
from palier.documents.operations import share as share_document
from palier.frameworks.operations import Entry as Answered
from palier.frameworks.operations import fill, import_version, start
from palier.label import operations as labels
from palier.label import queries as label_queries
from palier.label.models import Journey, Passage
from palier.ledger.models import Entry
from palier.minutes import operations as minutes
from palier.minutes.models import Comment, Minutes
from palier.register import operations as register
from palier.register.models import Certificate
from palier.register.operations.sealing import seal_due
from palier.register.rules.marks import Support
from palier.sites.models import SiteAlert
from palier.stock import operations as stock
from palier.stock.models import ColumnMapping, Residence
from tests.documents.samples import pdf
from tests.frameworks.samples import SMALL
from tests.house import samples_of_answers as answers
from tests.house import samples_of_cases as cases
from tests.house import samples_of_plans as plans
from tests.house import samples_of_projects as projects
from tests.house import samples_of_results as results
from tests.house import samples_of_sources as sources
from tests.house import samples_of_studies as studies
from tests.house import samples_of_surveys as surveys
from tests.house import samples_of_visits as visits


@dataclass(frozen=True, slots=True)
class World:
    """What a sample may build on."""

    landlord: Landlord
    canary: str
    """A text that no page of another landlord may show."""
    lead: Person
    staff: Person
    """Somebody of the label's team."""
    association: Organisation
    at: datetime


def membership(world: World) -> int:
    person = enter_person(email=f"{world.canary}@example.test".lower(), name=f"M. {world.canary}", at=world.at)
    return add_member(person=person, organisation=world.landlord, role=Role.CONTRIBUTOR, by=None, at=world.at).pk


def invitation(world: World) -> int:
    found, _ = invite(
        email=f"invite-{world.canary}@example.test",
        name=f"Mme {world.canary}",
        organisation=world.landlord,
        role=Role.CONTRIBUTOR,
        by=world.lead,
        at=world.at,
    )
    return found.pk


def board_mandate(world: World) -> int:
    who, since = f"board-{world.canary}@example.test", world.at.date() - timedelta(days=400)
    given = {"email": who, "name": f"Mme {world.canary}", "role": world.canary, "starts_on": since}
    return enter_board(organisation=world.landlord, by=world.lead, at=world.at, **given).pk


def group_member(world: World) -> int:
    group = found_group(name=f"Groupe {world.landlord.pk}", by=world.staff, at=world.at)
    return join_group(group=group, landlord=world.landlord, starts_on=world.at.date(), by=world.staff, at=world.at).pk


def api_token(world: World) -> int:
    key, _ = create_api_token(person=world.lead, name=world.canary, scopes=[Scope.READ], at=world.at)
    return key.pk


def residence(world: World) -> int:
    rows = f"Identifiant;Résidence;Adresse\n1;{world.canary};1 rue {world.canary}\n2;{world.canary};2 rue {world.canary}\n"
    received = stock.receive(file=BytesIO(rows.encode()), name=f"{world.canary}.csv")
    item = stock.start_import(landlord=world.landlord, received=received, year=2025, by=world.lead, at=world.at)
    stock.run_import(import_id=item.pk, at=world.at)
    item.refresh_from_db()
    stock.complete_import(item=item, year=2025, save_as=world.canary, by=world.lead, at=world.at)
    stock.run_import(import_id=item.pk, at=world.at)
    item.refresh_from_db()
    stock.ask_to_apply(item=item, by=world.lead, at=world.at)
    stock.run_import(import_id=item.pk, at=world.at)
    return Residence.objects.get(landlord=world.landlord, merged_into=None).pk


def absorbed(world: World) -> int:
    kept = Residence.objects.filter(landlord=world.landlord, merged_into=None).first()
    kept = kept or Residence.objects.get(pk=residence(world))
    return Residence.objects.create(
        landlord=world.landlord,
        name=world.canary,
        first_source_id=kept.first_source_id,
        last_source_id=kept.last_source_id,
        merged_into=kept,
        brought={"groups": [], "placements": []},
    ).pk


def site_alert(world: World) -> int:
    home = Residence.objects.filter(landlord=world.landlord, merged_into=None).first()
    return SiteAlert.objects.create(
        landlord=world.landlord,
        residence_id=home.pk if home else residence(world),
        indicator="occupations",
        since=world.at.date(),
        before=1,
        after=5,
        at_least=2,
        q=0.01,
        first_seen_at=world.at,
        seen_at=world.at,
        reason=world.canary,
    ).pk


def stock_import(world: World) -> int:
    received = stock.receive(file=BytesIO(b"Adresse;Surface\n1 rue X;\n"), name=f"{world.canary}-2026.csv")
    return stock.start_import(landlord=world.landlord, received=received, year=2026, by=world.lead, at=world.at).pk


def stock_mapping(world: World) -> int:
    return ColumnMapping.objects.create(
        landlord=world.landlord,
        name=world.canary,
        signature=world.canary,
        columns={"0": "own_id"},
        unit="home",
        saved_at=world.at,
    ).pk


def document(world: World) -> int:
    kept = store(
        landlord=world.landlord,
        file=pdf(world.canary),
        name=f"{world.canary}.pdf",
        title=f"Pièce {world.canary}",
        kind="procedure",
        by=world.lead,
        at=world.at,
    )
    return kept.document_id


def share(world: World) -> int:
    shared = Document.objects.get(landlord=world.landlord, title=f"Pièce {world.canary}")
    return share_document(document=shared, organisation=world.association, by=world.lead, at=world.at).pk


def assessment(world: World) -> int:
    version = import_version(text=SMALL, by=None, at=world.at, effective_from=world.at.date())
    import_version(text=SMALL.replace("Guichet", "Comptoir"), by=None, at=world.at, effective_from=world.at.date())
    subject = ("landlord", world.landlord.pk, world.canary)
    started = start(version=version, landlord=world.landlord, subject=subject, by=world.lead, at=world.at)
    piece = Document.objects.get(landlord=world.landlord, title=f"Pièce {world.canary}")
    answer = Answered("control", 3, justification=world.canary, documents=(piece,))
    fill(assessment=started, entries=[answer], by=world.lead, at=world.at)
    return started.pk


# By the name of the thing in the address; ``name of the page:name of the thing`` where one name stands for several.
def committee(world: World) -> int:
    return committees.found(name=f"Comité {world.landlord.pk}", by=None, at=world.at).pk


def _seat_of_committee(world: World) -> Seat:
    found = Committee.objects.get(name=f"Comité {world.landlord.pk}")
    body = world.staff.memberships.get().organisation
    return committees.add_seat(committee=found, body=body, voting=True, by=None, at=world.at)


def mandate(world: World) -> int:
    seat, who = _seat_of_committee(world), f"Mme S. {world.landlord.pk}"
    given = {"email": f"seat-{world.landlord.pk}@example.test", "name": who, "starts_on": world.at.date()}
    return committees.appoint(seat=seat, titular=True, by=world.staff, at=world.at, **given).pk


def _session(world: World) -> Session:
    """The session in preparation of the sample committee."""
    found = Committee.objects.get(name=f"Comité {world.landlord.pk}")
    start = world.at + timedelta(days=30)
    return found.sessions.first() or committees.prepare(
        committee=found, starts_at=start, ends_at=start + timedelta(hours=3), by=world.staff, at=world.at
    )


def _item(world: World) -> int:
    given = {"matter": Matter.OTHER, "title": f"Point {world.landlord.pk}"}
    return committees.add_item(session=_session(world), by=world.staff, at=world.at, **given).pk


def frozen_file(world: World) -> int:
    """A document of the landlord, in the frozen file of the sample matter."""
    found = Document.objects.get(pk=document(world)).versions.get()
    item = Item.objects.filter(title=f"Point {world.landlord.pk}").latest("pk")
    files = [{"id": found.pk, "title": world.canary, "kind": "procedure", "number": 1, "sha256": found.sha256}]
    Dossier.objects.create(item=item, number=1, content={"files": files}, digest="0" * 64, frozen_at=world.at)
    return found.pk


def _held(world: World) -> Session:
    """A session that was held, its minutes sent for comments."""
    found = Committee.objects.get(name=f"Comité {world.landlord.pk}")
    held = found.sessions.filter(closed_at__isnull=False).first()
    if held is None:
        moments = dict.fromkeys(("convened_at", "opened_at", "closed_at", "created_at", "starts_at"), world.at)
        held = Session.objects.create(
            committee=found, number=100, ends_at=world.at + timedelta(hours=1), opened_seats=0, written=True, **moments
        )
        one = minutes.start(session=held, by=world.staff, at=world.at)
        minutes.send(minutes=one, by=world.staff, at=world.at)
    return held


def _comment(world: World) -> int:
    about = Minutes.objects.get(session=_held(world))
    return Comment.objects.create(minutes=about, by=world.staff, text=world.canary, at=world.at).pk


def _labelled(world: World) -> Certificate:
    """The landlord just labelled, its certificate issued and sealed."""
    found = Certificate.objects.filter(landlord=world.landlord).first()
    if found:
        return found
    labels.load_shipped(effective_from=world.at.date(), at=world.at)
    rules = label_queries.rule_set_on(on=world.at.date(), code="one_year_then_three")
    assert rules is not None
    journey = Journey.objects.filter(landlord=world.landlord).first() or labels.open_journey(
        landlord=world.landlord, rules=rules, by=world.staff, at=world.at
    )
    passage = Passage.objects.create(
        journey=journey,
        cycle=1,
        act="award_label",
        source="decision_award",
        target="labelled",
        by=world.staff,
        at=world.at,
        label_from=world.at.date(),
        label_until=world.at.date() + timedelta(days=1000),
        note=world.canary,
    )
    Decision.objects.create(
        journey=journey,
        cycle=1,
        stage="decision_award",
        outcome="label_awarded",
        decided_on=world.at.date(),
        conditions=world.canary,
        reasons=world.canary,
        passage=passage,
        recorded_by=world.staff,
        recorded_at=world.at,
    )
    register.catch_up(at=world.at)
    seal_due(at=world.at)
    return Certificate.objects.get(landlord=world.landlord)


def mark_use(world: World) -> int:
    licence = _labelled(world).journey.licence
    given = {"licence": licence, "support": Support.WEB, "place": world.canary, "since": world.at.date()}
    return register.declare_use(**given, by=world.lead, at=world.at).pk


def mark_piece(world: World) -> int:
    received = receive(file=pdf("Logo"), name="logo.pdf")
    return register.add_to_kit(received=received, title=f"Logo {world.landlord.pk}", by=world.staff, at=world.at).document_id


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "landlord_id": lambda world: world.landlord.pk,
    "membership_id": membership,
    "person_id": lambda world: world.lead.pk,
    "invitation_id": invitation,
    "board_mandate_id": board_mandate,
    "group_member_id": group_member,
    "group_id": lambda world: world.landlord.groups.get().group_id,
    "association_id": lambda world: world.association.pk,
    "organisation_id": lambda world: world.association.pk,
    "api_token_revoke:pk": api_token,
    "history_export:form": lambda _: "csv",
    "ledger_file:name": lambda _: "cles.txt",
    "size": lambda _: 1,
    "line": lambda world: Entry.objects.filter(landlord_id=world.landlord.pk).latest("number").number,
    "board_export:form": lambda _: "csv",
    "residence_id": residence,
    "absorbed_id": absorbed,
    "alert_id": site_alert,
    "site_alerts_export:form": lambda _: "csv",
    "import_id": stock_import,
    "intake_id": sources.intake,
    "saved_id": sources.saved_mapping,
    "incident_id": sources.incident,
    "indicator": lambda _: "vacancy",
    "sources_export:kind": lambda _: "csv",
    "sources_file_faults:kind": lambda _: "csv",
    "incidents_export:kind": lambda _: "csv",
    "mapping_id": stock_mapping,
    "stock_export:kind": lambda _: "csv",
    "stock_import_faults:kind": lambda _: "csv",
    "stock_import_differences:kind": lambda _: "csv",
    "document_id": document,
    "document_file:number": lambda _: 1,
    "share_id": share,
    "assessment_id": assessment,
    "assessment_export:form": lambda _: "csv",
    "theme": lambda _: "cleaning",
    "criterion": lambda _: "control",
    "code": lambda _: "small",
    "framework_version:number": lambda _: 1,
    "framework_source:number": lambda _: 1,
    "old": lambda _: 1,
    "new": lambda _: 2,
    "round_id": plans.consultation_round,
    "voice_id": plans.voice,
    "shared_id": plans.shared_document,
    "meeting_id": plans.meeting,
    "recommendation_id": plans.recommendation,
    "action_id": plans.action,
    "evidence_id": plans.evidence,
    "condition_id": plans.condition,
    "plan_export:form": lambda _: "csv",
    "plan_snapshot:number": lambda _: 1,
    "project_id": projects.project,
    "projects_export:form": lambda _: "csv",
    "finding_id": projects.finding,
    "link_id": projects.link,
    "partner_id": projects.partner,
    "project_shared:token": projects.token,
    "project_shared_report:token": projects.token,
    "word_id": projects.word,
    "involvement_id": projects.involvement,
    "help_id": projects.help_request,
    "committee_id": committee,
    "seat_id": lambda world: _seat_of_committee(world).pk,
    "mandate_id": mandate,
    "session_number": lambda world: _session(world).number,
    "item_id": _item,
    "poll_number": lambda _: 1,
    "proxy_id": lambda _: 1,
    "recusal_id": lambda _: 1,
    "version": lambda _: 1,
    "committee_item_add_kind:kind": lambda _: "agrement",
    "file_id": frozen_file,
    "committee_terms_version:number": lambda _: 1,
    "committee_terms_publish:number": lambda _: 1,
    "certificate_id": lambda world: _labelled(world).pk,
    "verification": lambda world: _labelled(world).code,
    "siren": lambda world: _labelled(world).landlord.siren,
    "fingerprint": lambda world: _labelled(world).file.authority.fingerprint,
    "register_export:form": lambda _: "json",
    "mark_shipped:form": lambda _: "svg",
    "use_id": mark_use,
    "piece_id": mark_piece,
    "decision_id": lambda world: _labelled(world).decision_id,
    "comment_id": _comment,
    "minutes_version:number": lambda _: 1,
    "minutes_file:number": lambda _: 1,
    "minutes_file:form": lambda _: "json",
    "comparison_export:form": lambda _: "csv",
    "all_sites_export:form": lambda _: "csv",
    "own_comparison_export:form": lambda _: "csv",
}
OF_MINUTES = ("", "_start", "_write", "_send", "_answer", "_sign", "_correct", "_version", "_file")
SAMPLES |= visits.SAMPLES
SAMPLES |= answers.SAMPLES
SAMPLES |= surveys.SAMPLES
SAMPLES |= results.SAMPLES
SAMPLES |= cases.SAMPLES
SAMPLES |= studies.SAMPLES
SAMPLES |= {f"minutes{page}:session_number": lambda world: _held(world).number for page in OF_MINUTES}
