"""A landlord's file with something in every room, all of its texts carrying one word that is its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from palier.audits.models import (
    ActionCheck,
    DocumentRequest,
    Finding,
    Mission,
    PlanItem,
    Recommendation,
    RecommendationBasis,
    Remark,
    Report,
    SiteCheck,
)
from palier.cases.operations import Contact, open_case
from palier.cases.operations import Place as Home
from palier.cases.rules import Said
from palier.committee.models import Decision, Session
from palier.committee.operations import found as found_committee
from palier.consultation.operations import answer_opinion, give_opinion, mark_read, open_round
from palier.consultation.queries import voices
from palier.consultation.rules import Duty, Opinion
from palier.directory.models import Landlord, Person
from palier.directory.operations import add_association, add_member, add_organisation, enter_person, invite
from palier.directory.rules import Kind, Role
from palier.documents.models import Document, Version
from palier.documents.operations import store
from palier.frameworks.operations import import_version, save_answer, start
from palier.frameworks.operations import load_shipped as load_grids
from palier.frameworks.queries import versions
from palier.label.models import Correction, InstructionNote, Journey, Passage
from palier.label.operations import deposit, load_shipped, open_journey
from palier.label.queries import required_pieces, rule_set_on, rules_of
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.minutes.operations import send
from palier.minutes.operations import start as start_minutes
from palier.plans.models import Snapshot
from palier.plans.operations import (
    add_action,
    add_evidence,
    add_recommendation,
    open_plan,
    record_measure,
    set_conditions,
    show_condition,
)
from palier.plans.rules.conditions import Asked
from palier.projects import operations as projects
from palier.projects.rules import terms as local
from palier.register.operations import catch_up, declare_use
from palier.register.rules.marks import Support
from palier.sites.models import PrioritySite
from palier.sites.operations import Given, declare_priority, open_campaign, rate
from palier.sites.rules import Level
from palier.sources.operations import Entry as Figure
from palier.sources.operations import Told, record_incident, record_readings
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given as Period
from palier.stock.models import ColumnMapping, Import, Residence, ResidenceVintage
from palier.stock.rules.imports import State
from palier.surveys.models import Household
from palier.surveys.rules.waves import Split
from palier.visits import operations as visits
from palier.visits.rules import Cleaner, Responsibility, Theme
from tests.fixtures import NOON
from tests.frameworks.samples import HELD, SMALL
from tests.plans.conftest import COMPLETE
from tests.surveys.waves import wave_of


@dataclass
class File:
    """What a landlord's file holds, by what the API's paths call ``pk``."""

    landlord: Landlord
    word: str
    lead: Person
    found: dict[str, int] = field(default_factory=dict)


def furnish(landlord: Landlord, word: str) -> File:
    """Fill a landlord's file. Every text that people wrote in it holds ``word``."""
    lead = enter_person(email=f"{word}@example.test", name=f"Mme {word}", at=NOON)
    add_member(person=lead, organisation=landlord, role=Role.QUALITY_LEAD, by=None, at=NOON)
    file = File(landlord, word, lead)
    for fill in (_stock, _visits, _journey, _tenants, _plan, _project, _assessments, _audit, _minutes, _surveys, _cases):
        fill(file)
    said = Entry.objects.get(landlord_id=landlord.pk, act="consultation.opinion_given")
    file.found["history"] = said.number
    return file


def _surveys(file: File) -> None:
    home = Residence.objects.get(pk=file.found["residences"])
    Household.objects.create(
        landlord=file.landlord, reference=file.word, residence=home, email=f"{file.word}@example.test", changed_at=NOON
    )
    wave = wave_of(file.landlord, until="drawn", at=NOON, name=f"Vague {file.word}", split=Split.RESIDENCE)
    file.found["waves"] = wave.pk


def _cases(file: File) -> None:
    place = Home(Residence.objects.get(pk=file.found["residences"]), supplier=f"Plomberie {file.word}")
    contact, said = Contact(f"Mme {file.word}", "+33612345678"), Said(score=1, text=file.word)
    made = open_case(place=place, contact=contact, said=said, words=file.word, at=NOON)
    assert made is not None
    file.found["cases"] = made.pk


def _minutes(file: File) -> None:
    """The minutes of a session that somebody else’s committee held, sent for comments."""
    committee = found_committee(name=f"Comité {file.landlord.pk}", by=file.lead, at=NOON)
    moments = dict.fromkeys(("convened_at", "opened_at", "closed_at", "created_at", "starts_at"), NOON)
    held = Session.objects.create(
        committee=committee, number=1, ends_at=NOON + timedelta(hours=1), opened_seats=0, written=True, **moments
    )
    made = start_minutes(session=held, by=file.lead, at=NOON)
    send(minutes=made, by=file.lead, at=NOON)
    file.found["minutes"] = made.pk


def _stock(file: File) -> None:
    item = Import.objects.create(
        landlord=file.landlord,
        state=State.APPLIED,
        year=2026,
        file_name=f"{file.word}.csv",
        file_digest="0" * 64,
        file_bytes=1,
        faults=[{"place": "ligne 3", "sentence": f"Code inconnu : {file.word}."}],
        fault_count=1,
        mapping={"0": "own_id"},
        report={"homes": 40},
        by=file.lead,
        at=NOON,
        applied_at=NOON,
    )
    made = [
        Residence.objects.create(
            landlord=file.landlord,
            name=f"Résidence {file.word} {n}",
            plain_name=f"residence {file.word} {n}",
            commune_name=f"Ville {file.word}",
            first_source=item,
            last_source=item,
        )
        for n in range(3)
    ]
    for residence in made:
        ResidenceVintage.objects.create(residence=residence, source=item, homes=40)
    campaign = open_campaign(landlord=file.landlord, cycle=1, by=file.lead, at=NOON)
    rate(campaign=campaign, given=[Given(made[0].pk, Level.EXTREME, f"Crise {file.word}.")], by=file.lead, at=NOON)
    declare_priority(
        landlord=file.landlord, residence=made[0], level=Level.EXTREME, reasons=f"Crise {file.word}.", by=file.lead, at=NOON
    )
    ColumnMapping.objects.create(
        landlord=file.landlord,
        name=f"Colonnes {file.word}",
        signature=file.word,
        columns={"0": "own_id"},
        unit="home",
        saved_at=NOON,
    )
    file.found |= {"residences": made[0].pk, "imports": item.pk, "ratings": 1}
    _figures(file, made[0].pk)


def _figures(file: File, residence: int) -> None:
    common = {"landlord": file.landlord, "origin": Origin.API, "by": file.lead, "at": NOON}
    period = Period(date(2025, 1, 1), date(2025, 12, 31), Decimal(3))
    record_readings(entries=[Figure(residence, "vacancy", period)], **common)
    told = Told(residence, date(2026, 3, 1), IncidentKind.GRAFFITI, Place.HALL, text=f"tags, {file.word}.")
    record_incident(told=told, **common)


def _visits(file: File) -> None:
    load_grids(at=NOON)
    home, lead = Residence.objects.get(pk=file.found["residences"]), {"by": file.lead, "at": NOON}
    visits.add_staircases(residence=home, names=[f"Escalier {file.word}"], cleaned_by=Cleaner.EMPLOYEE, **lead)
    planned = {"planned_on": NOON.date(), "entrusted_to": file.lead}
    [sheet] = visits.plan(landlord=file.landlord, places=[home], **planned, **lead)
    sheet = visits.take(visit=sheet, **lead)
    answer = {"criterion": "paths", "revision": 0, "value": 1, "not_seen": False, "note": f"Trou {file.word}"}
    visits.answer(visit=sheet, **answer, **lead)
    walk = visits.open_walk(landlord=file.landlord, residence=home, title=file.word, held_on=NOON.date(), **lead)
    stop = visits.add_stop(walk=walk, place=f"Hall {file.word}", **lead)
    seen = {"theme": Theme.WASTE, "positive": False, "text": f"Bacs {file.word}", "responsible": Responsibility.SHARED}
    visits.observe(stop=stop, **seen, **lead)
    file.found |= {"visits": sheet.pk, "walks": walk.pk}


def _document(file: File, kind: str) -> Document:
    content = BytesIO(f"{file.word} {kind}".encode())
    version = store(
        landlord=file.landlord,
        file=content,
        name=f"{file.word}.txt",
        title=f"Pièce {file.word}",
        kind=kind,
        by=file.lead,
        at=NOON,
    )
    return version.document


def _journey(file: File) -> None:
    load_shipped(effective_from=date(2020, 1, 1), at=NOON)
    rules = rule_set_on(on=NOON.date())
    assert rules is not None
    journey = open_journey(landlord=file.landlord, rules=rules, by=file.lead, at=NOON)
    asked = required_pieces(rules_of(rules), Stage.ENGAGEMENT)
    document = _document(file, "letter")
    piece = deposit(journey=journey, kind=asked[0].kind, document=document, by=file.lead, at=NOON)
    passage = Passage.objects.create(
        journey=journey, cycle=1, act="essai", source="engagement", target="engagement", by=file.lead, at=NOON, note=file.word
    )
    Correction.objects.create(
        journey=journey,
        cycle=1,
        stage=journey.stage,
        piece=piece,
        subject=f"Objet {file.word}",
        reason=f"Motif {file.word}",
        asked_by=file.lead,
        asked_at=NOON,
        due_on=date(2026, 5, 1),
    )
    InstructionNote.objects.create(
        journey=journey,
        cycle=1,
        stage=journey.stage,
        entered_on=journey.entered_on,
        text=f"Note {file.word}",
        changed_by=file.lead,
        changed_at=NOON,
        delivered_at=NOON,
    )
    Decision.objects.create(
        journey=journey,
        cycle=1,
        stage=journey.stage,
        outcome="admissible",
        decided_on=NOON.date(),
        conditions=f"Réserve {file.word}",
        passage=passage,
        recorded_by=file.lead,
        recorded_at=NOON,
    )
    given = {"landlord": file.landlord, "cycle": 1, "decision": 1, "decided_on": NOON.date(), "by": file.lead, "at": NOON}
    [condition] = set_conditions(asked=[Asked(f"Réserve {file.word}", date(2026, 9, 30))], **given)
    show_condition(condition=condition, text=f"Faite {file.word}", by=file.lead, at=NOON)
    _register(file, journey)
    file.found |= {"journeys": journey.pk, "documents": document.pk, "rule-sets": rules.pk}


def _register(file: File, journey: Journey) -> None:
    """A label, its certificate, and where its mark is shown."""
    given = {"journey": journey, "cycle": 1, "by": file.lead, "at": NOON, "label_from": NOON.date(), "label_until": NOON.date()}
    awarded = Passage.objects.create(act="award_label", source="decision_award", target="labelled", **given)
    Decision.objects.create(
        journey=journey,
        cycle=1,
        stage="decision_award",
        outcome="label_awarded",
        decided_on=NOON.date(),
        passage=awarded,
        recorded_by=file.lead,
        recorded_at=NOON,
    )
    catch_up(at=NOON)
    shown = {"licence": journey.licence, "support": Support.WEB, "place": f"Site {file.word}", "since": NOON.date()}
    declare_use(**shown, by=file.lead, at=NOON)


def _tenants(file: File) -> None:
    association = add_organisation(kind=Kind.TENANTS_ASSOCIATION, name=f"Amicale {file.word}", by=None, at=NOON)
    add_association(landlord=file.landlord, association=association, by=None, at=NOON)
    speaker = enter_person(email=f"voix-{file.word}@example.test", name=f"M. {file.word}", at=NOON)
    add_member(person=speaker, organisation=association, role=Role.TENANT_REPRESENTATIVE, by=None, at=NOON)
    round_ = open_round(
        landlord=file.landlord,
        cycle=1,
        stage=Stage.ENGAGEMENT,
        duty=Duty.OPINION,
        subject=f"Sujet {file.word}",
        message=f"Message {file.word}",
        documents=Version.objects.filter(document__landlord=file.landlord),
        lapse_days=30,
        reminders=2,
        by=file.lead,
        at=NOON,
    )
    (voice,) = voices(round_)
    voice = mark_read(voice=voice, by=speaker, at=NOON)
    voice = give_opinion(voice=voice, opinion=Opinion.RESERVED, text=f"Avis {file.word}", by=speaker, at=NOON)
    answer_opinion(voice=voice, text=f"Réponse {file.word}", by=file.lead, at=NOON)
    invited = {"email": f"invite-{file.word}@example.test", "name": f"Invité {file.word}", "role": Role.CONTRIBUTOR}
    invite(organisation=file.landlord, by=file.lead, at=NOON, **invited)
    file.found |= {"rounds": round_.pk, "organisations": association.pk}


def _plan(file: File) -> None:
    plan = open_plan(landlord=file.landlord, cycle=1, by=file.lead, at=NOON)
    recommended = add_recommendation(
        plan=plan,
        title=f"Préconisation {file.word}",
        text=file.word,
        theme="cleanliness",
        source="hqs",
        by=None,
        at=NOON,
    )
    content = replace(COMPLETE, title=f"Action {file.word}", owner=file.lead.pk, owner_label="")
    action = add_action(plan=plan, content=content, by=None, at=NOON, follows=(recommended.pk,))
    record_measure(action=action, on=NOON.date(), value=Decimal("61.5"), source=f"Relevé {file.word}", by=file.lead, at=NOON)
    add_evidence(action=action, document=Document.objects.get(landlord=file.landlord), by=file.lead, at=NOON)
    Snapshot.objects.create(
        plan=plan, number=1, content={"word": file.word}, sha256="0" * 64, taken_at=NOON, taken_by=file.lead
    )
    file.found |= {"actions": action.pk, "plans": 1}


def _project(file: File) -> None:
    site = PrioritySite.objects.get(landlord=file.landlord)
    by = {"by": file.lead, "at": NOON}
    made = projects.open_project(site=site, kind=local.Kind.PGS, title=f"Projet {file.word}", homes=120, **by)
    projects.add_finding(
        project=made,
        family=local.Family.BUILDING,
        text=f"Constat {file.word}",
        responsibility=local.Responsibility.LANDLORD,
        levers=[],
        **by,
    )
    projects.ask_help(project=made, desk=local.Desk.SUPPORT, reasons=f"Appui {file.word}", tried="", documents=[], **by)
    file.found["projects"] = made.pk


def _assessments(file: File) -> None:
    for text, code in ((SMALL, "small"), (HELD, "held")):
        version = versions(code=code).first() or import_version(text=text, by=None, at=NOON, effective_from=date(2020, 1, 1))
        subject = ("landlord", file.landlord.pk, file.landlord.name)
        made = start(version=version, landlord=file.landlord, subject=subject, by=file.lead, at=NOON)
        said = f"{code.capitalize()} {file.word}"
        for revision in range(2):
            save_answer(
                assessment=made,
                criterion="control",
                revision=revision,
                value=2 - revision,
                justification=said,
                by=file.lead,
                at=NOON,
            )
        file.found["assessments" if code == "small" else "held"] = made.pk


def _audit(file: File) -> None:
    firm = add_organisation(kind=Kind.AUDIT_FIRM, name=f"Cabinet {file.word}", by=None, at=NOON)
    auditor = enter_person(email=f"audit-{file.word}@example.test", name=f"Auditrice {file.word}", at=NOON)
    mission = Mission.objects.create(
        landlord=file.landlord,
        cycle=1,
        audit="implementation",
        firm=firm,
        auditor=auditor,
        state="report_delivered",
        consulted_at=NOON,
        request=f"Demande {file.word}",
        proposed_at=NOON,
        amount=Decimal("7200.50"),
        days=Decimal("6.5"),
        starts_on=NOON.date(),
        ends_on=NOON.date(),
        declared_at=NOON,
        statement=f"Déclaration {file.word}",
        accepted_at=NOON,
        plan_agreed_at=NOON,
    )
    residence = Residence.objects.get(pk=file.found["residences"])
    PlanItem.objects.create(
        mission=mission, kind="visit", day=NOON.date(), starts_at=NOON.time(), title=f"Visite {file.word}", residence=residence
    )
    DocumentRequest.objects.create(mission=mission, title=f"Document {file.word}", asked_at=NOON)
    finding = Finding.objects.create(
        mission=mission, number=1, kind="gap", theme="cleanliness", text=f"Constat {file.word}", written_at=NOON
    )
    advice = Recommendation.objects.create(
        mission=mission, number=1, title=f"Conseil {file.word}", theme="cleanliness", written_at=NOON
    )
    RecommendationBasis.objects.create(recommendation=advice, finding=finding)
    Report.objects.create(mission=mission, summary=f"Synthèse {file.word}", drafted_at=NOON, delivered_at=NOON)
    Remark.objects.create(mission=mission, finding=finding, text=f"Remarque {file.word}", by=file.lead, at=NOON)
    ActionCheck.objects.create(mission=mission, action_id=file.found["actions"], outcome="done", checked_at=NOON)
    site = PrioritySite.objects.get(residence=residence)
    SiteCheck.objects.create(mission=mission, site=site, identified=True, has_action=True, treatment="treated", checked_at=NOON)
    file.found["missions"] = mission.pk


def fill_path(path: str, file: File) -> str:
    """A path of the document, with what stands in a landlord's file: what is called ``pk`` follows the name of its list."""
    parts = path.split("/")
    values = {"{landlord_id}": str(file.landlord.pk), "{criterion}": "control", "{code}": "small", "{number}": "1"}
    for index, part in enumerate(parts):
        if part in {"{pk}", "{cycle}", "{line}"}:
            parts[index] = str(file.found[parts[index - 1]])
        elif part.startswith("{"):
            parts[index] = values[part]
    return "/".join(parts)
