"""The file of a matter, gathered from every room below, as plain data: what is frozen, and never changes after."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Prefetch

from palier.audits import queries as audits
from palier.audits.models import Report
from palier.audits.rules.missions import State
from palier.committee.models import Item
from palier.consultation import queries as consultation
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.documents.models import Version
from palier.documents.rules import audiences_of
from palier.frameworks import queries as grids
from palier.frameworks.models import Answer, Assessment
from palier.frameworks.rules.changes import Sort, compare
from palier.frameworks.rules.grid import Criterion, build
from palier.frameworks.rules.reading import read
from palier.frameworks.rules.scoring import Score, in_words, score
from palier.label import queries as label
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.rulesets import differences
from palier.ledger.rules import canonical
from palier.plans import queries as plans
from palier.sites import queries as sites

COMMITTEE = frozenset({Role.COMMITTEE_MEMBER})
"""Whose rights say what of a landlord's file goes into it."""


def dossier_content(*, item: Item, on: date) -> dict[str, Any]:
    """Everything that the committee reads on a matter, as it stands on a day.

    For a journey: the withdrawal procedure with the landlord's observations, earlier conditions and what was shown of them, instruction note, opinions of the tenants' representatives word for word, reports of audits, answers of
    the assessments, the plan as it was last handed in, priority sites, and every file with its SHA-256: what a member of the committee may read, and nothing else. For an auditor: accreditations and audits.
    For an evolution: the text proposed, its SHA-256, and what it changes. The room that writes minutes gives their text itself.
    """
    content: dict[str, Any] = {
        "matter": item.matter,
        "title": item.title,
        "presentation": item.presentation,
        "on": on.isoformat(),
        "proposal": item.proposal,
    }
    if item.journey is not None:
        content |= _of_journey(item.journey, on)
    if person := item.candidate or (item.accreditation.person if item.accreditation else None):
        content |= _of_auditor(person, on)
    if item.rule_set is not None:
        content["text"] = _of_rules(item.rule_set, on)
    elif item.grid:
        content["text"] = _of_grid(item.grid, on)
    return content


def _of_auditor(person: Person, on: date) -> dict[str, Any]:
    """An auditor: the accreditations held, and the audits carried out."""
    held = list(audits.accreditations(person=person))
    done = audits.past_missions(person=person).filter(state=State.APPROVED)
    return {
        "auditor": {"name": person.name},
        "accreditations": [
            {
                "firm": one.firm.name,
                "starts_on": one.starts_on.isoformat(),
                "ends_on": one.ends_on.isoformat(),
                "scope": one.scope,
                "trained_on": one.trained_on and one.trained_on.isoformat(),
                "standing": audits.as_rule(one).standing(on),
                "withdrawn_because": one.withdrawn_because,
                "suspensions": [
                    {"starts_on": s.starts_on.isoformat(), "ends_on": s.ends_on and s.ends_on.isoformat(), "because": s.because}
                    for s in one.suspensions.all()
                ],
            }
            for one in held
        ],
        "missions": [{"landlord": m.landlord.name, "audit": m.audit, "cycle": m.cycle} for m in done],
    }


def _of_rules(draft: RuleSetVersion, on: date) -> dict[str, Any]:
    """A draft of rules, and what it changes of the version in force."""
    before = label.rule_set_on(on=on, code=draft.code)
    return {
        "kind": "rules",
        "title": draft.title,
        "code": draft.code,
        "number": draft.number,
        "before": before.number if before else None,
        "changes": [
            {"where": one.where, "before": one.before, "after": one.after}
            for one in (differences(label.rules_of(before), label.rules_of(draft)) if before else [])
        ],
        "data": draft.data,
        "sha256": sha256(canonical(draft.data)).hexdigest(),
    }


def _of_grid(text: str, on: date) -> dict[str, Any]:
    """A grid proposed, and what it changes of the version in force, criterion by criterion."""
    body, _ = read(text)
    grid = build(body)
    before = grids.versions(code=grid.code).filter(effective_from__lte=on).order_by("-effective_from", "-number").first()
    return {
        "kind": "grid",
        "title": grid.title,
        "code": grid.code,
        "before": before.number if before else None,
        "changes": [
            {"where": change.criterion.title, "before": change.sort.label, "after": " ".join(change.details)}
            for change in (compare(grids.framework(before), grid) if before else ())
            if change.sort is not Sort.SAME
        ],
        "data": body,
        "source": text,
        "sha256": sha256(canonical(body)).hexdigest(),
    }


def _of_journey(journey: Journey, on: date) -> dict[str, Any]:
    landlord, cycle = journey.landlord, journey.cycle
    hearing = label.hearing(journey=journey)
    note = None if hearing else label.notes(journey=journey).filter(delivered_at__isnull=False).first()
    snapshot = plans.snapshots(landlord=landlord.pk, cycle=cycle).order_by("-number").first()
    return {
        "landlord": {"name": landlord.name, "siren": landlord.siren},
        "cycle": cycle,
        "stage": journey.stage,
        "label_from": journey.label_from and journey.label_from.isoformat(),
        "label_until": journey.label_until and journey.label_until.isoformat(),
        "conditions": [
            {
                "code": one.code,
                "text": one.text,
                "due_on": one.due_on.isoformat(),
                "asked_on": one.asked_on.isoformat(),
                "standing": plans.condition_standing(one, on=on),
                "answers": [
                    {"said": answer.said, "text": answer.text, "by": answer.by.name, "at": _moment(answer.at)}
                    for answer in one.answers.all()
                ],
            }
            for one in plans.conditions(landlords=[landlord.pk])
        ],
        "hearing": hearing
        and {
            "because": hearing.opened.note,
            "opened_at": _moment(hearing.opened.at),
            "observations": hearing.observations.detail if hearing.observations else None,
            "presented_at": _moment(hearing.observations.at) if hearing.observations else None,
        },
        "note": {"text": note.text, "delivered_at": _moment(note.delivered_at)} if note else None,
        "opinions": [
            {
                "association": voice.association.name,
                "stage": voice.round.stage,
                "opinion": voice.opinion,
                "text": voice.text,
                "given_at": _moment(voice.answered_at),
                "replies": [reply.text for reply in voice.replies.all()],
            }
            for voice in consultation.opinions(landlord=landlord.pk, cycle=cycle)
        ],
        "reports": [
            {"digest": report.digest, "content": report.content}
            for report in Report.objects.filter(
                mission__landlord=landlord, mission__cycle=cycle, approved_at__isnull=False
            ).order_by("approved_at", "pk")
        ],
        "assessments": _assessments(journey),
        "plan": {"number": snapshot.number, "sha256": snapshot.sha256, "content": snapshot.content} if snapshot else None,
        "sites": [
            {"residence": site.residence.name, "level": site.level, "reasons": site.reasons}
            for site in sites.priority_sites(landlord=landlord.pk, on=on)
        ],
        "files": [
            {
                "id": v.pk,
                "document": v.document_id,
                "title": v.document.title,
                "kind": v.document.kind,
                "number": v.number,
                "sha256": v.sha256,
            }
            for v in Version.objects.filter(
                document__landlord=landlord,
                document__audience__in=audiences_of(COMMITTEE),
                document__withdrawn_at__isnull=True,
            )
            .select_related("document")
            .order_by("document_id", "-number")
            .distinct("document_id")
        ],
    }


def _assessments(journey: Journey) -> list[dict[str, Any]]:
    """The finished assessments of the landlord since the journey opened, theme by theme, answer by answer."""
    finished = (
        grids.assessments(landlord=journey.landlord, roles=COMMITTEE)
        .filter(finished_at__gte=journey.opened_at)
        .select_related("version__framework")
        .prefetch_related(Prefetch("answers", Answer.objects.order_by("criterion")))
        .order_by("finished_at", "pk")
    )
    given = grids.given_in([one.pk for one in finished])
    return [
        {
            "title": one.title,
            "subject": one.subject_label,
            "framework": one.version.framework.code,
            "version": one.version.number,
            "finished_at": _moment(one.finished_at),
            "score": str(one.score) if one.score is not None else None,
            "themes": _themes(one, score(grids.framework(one.version), given.get(one.pk, {}))),
        }
        for one in finished
    ]


def _themes(assessment: Assessment, found: Score) -> list[dict[str, Any]]:
    """Each theme with its score, on its scale when it has one, and its answers in the words of the grid."""
    said = {answer.criterion: answer for answer in assessment.answers.all()}
    return [
        {
            "number": line.theme.number,
            "title": line.theme.title,
            "score": in_words(line.on_scale) if line.on_scale is not None else None,
            "best": line.scale.best if line.scale else None,
            "answers": [
                _answer(criterion, said[criterion.code]) for criterion in line.theme.criteria if criterion.code in said
            ],
        }
        for line in found.themes
    ]


def _answer(criterion: Criterion, answer: Answer) -> dict[str, Any]:
    level = criterion.scale.level(answer.value) if answer.value is not None else None
    return {
        "criterion": answer.criterion,
        "number": criterion.number,
        "title": criterion.title,
        "value": answer.value,
        "level": level.label if level else "",
        "not_applicable": answer.not_applicable,
        "justification": answer.justification,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
