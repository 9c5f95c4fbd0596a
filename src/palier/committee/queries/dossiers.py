"""The file of a matter, gathered from every room below, as plain data: what is frozen, and never changes after."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch

from palier.audits.models import Report
from palier.committee.models import Item
from palier.consultation import queries as consultation
from palier.documents.models import Version
from palier.frameworks.models import Answer, Assessment
from palier.label import queries as label
from palier.label.models import Journey
from palier.plans import queries as plans
from palier.sites import queries as sites


def dossier_content(*, item: Item, on: date) -> dict[str, Any]:
    """Everything that the committee reads on a matter, as it stands on a day.

    For a journey: instruction note, opinions of the tenants' representatives word for word, reports of audits, answers of
    the assessments, the plan as it was last handed in, priority sites, and every file with its SHA-256.
    """
    content: dict[str, Any] = {
        "matter": item.matter,
        "title": item.title,
        "presentation": item.presentation,
        "on": on.isoformat(),
    }
    return content | (_of_journey(item.journey, on) if item.journey else {})


def _of_journey(journey: Journey, on: date) -> dict[str, Any]:
    landlord, cycle = journey.landlord, journey.cycle
    note = label.notes(journey=journey).filter(delivered_at__isnull=False).first()
    snapshot = plans.snapshots(landlord=landlord.pk, cycle=cycle).order_by("-number").first()
    return {
        "landlord": {"name": landlord.name, "siren": landlord.siren},
        "cycle": cycle,
        "stage": journey.stage,
        "label_from": journey.label_from and journey.label_from.isoformat(),
        "label_until": journey.label_until and journey.label_until.isoformat(),
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
                "document": v.document_id,
                "title": v.document.title,
                "kind": v.document.kind,
                "number": v.number,
                "sha256": v.sha256,
            }
            for v in Version.objects.filter(document__landlord=landlord, document__withdrawn_at__isnull=True)
            .select_related("document")
            .order_by("document_id", "-number")
            .distinct("document_id")
        ],
    }


def _assessments(journey: Journey) -> list[dict[str, Any]]:
    """The finished assessments of the landlord since the journey opened, answer by answer."""
    finished = (
        Assessment.objects.filter(landlord=journey.landlord_id, finished_at__gte=journey.opened_at)
        .select_related("version__framework")
        .prefetch_related(Prefetch("answers", Answer.objects.order_by("criterion")))
        .order_by("finished_at", "pk")
    )
    return [
        {
            "title": one.title,
            "subject": one.subject_label,
            "framework": one.version.framework.code,
            "version": one.version.number,
            "finished_at": _moment(one.finished_at),
            "score": str(one.score) if one.score is not None else None,
            "answers": [
                {
                    "criterion": answer.criterion,
                    "value": answer.value,
                    "not_applicable": answer.not_applicable,
                    "justification": answer.justification,
                }
                for answer in one.answers.all()
            ],
        }
        for one in finished
    ]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
