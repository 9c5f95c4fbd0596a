"""The whole file of a landlord: on one page to print, and its proofs as a ZIP with their manifest."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections import defaultdict
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render

from palier.committee import queries as committee
from palier.committee.rules.outcomes import Outcome
from palier.consultation import queries as consultation
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents import queries as documents
from palier.documents.models import Version
from palier.documents.rules import KINDS
from palier.documents.storage import path_of
from palier.journey import queries
from palier.label import queries as label
from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT
from palier.plans import queries as plans
from palier.sites import queries as sites
from palier.stock import queries as stock
from palier.web.doors import Request, door
from palier.web.journey.views import shown_journey


@door(GET=(Thing.JOURNEY, Right.READ))
def dossier(request: Request, landlord: Landlord) -> HttpResponse:
    """Everything on the journey, in the order of the label, for paper."""
    found = shown_journey(landlord)
    context: dict[str, Any] = {"landlord": landlord, "summary": stock.stock_summary(landlord=landlord.pk, on=request.on)}
    if found is not None:
        position = queries.position(journey=found, roles=request.roles, on=request.on)
        context |= {
            "position": position,
            "passages": [
                {
                    "passage": p,
                    "words": BY_ACT[p.act].done if p.act in BY_ACT else "a ouvert le parcours",
                    "to": Stage(p.target).label,
                }
                for p in position.passages
            ],
            "sites": list(sites.priority_sites(landlord=landlord.pk, on=request.on))
            if request.may(Right.READ, Thing.SITE_RATING)
            else None,
            "actions": list(plans.actions(landlord=landlord.pk, cycle=found.cycle))
            if request.may(Right.READ, Thing.ACTION_PLAN)
            else None,
            "opinions": consultation.opinions(landlord=landlord.pk, cycle=found.cycle)
            if request.may(Right.READ, Thing.TENANTS_STEP)
            else None,
            "pieces": [
                {"piece": p, "label": KINDS[p.kind].label, "stage": Stage(p.stage).label} for p in label.pieces(journey=found)
            ],
            "decisions": [
                {"row": d, "label": Outcome(d.outcome).about.label} for d in committee.decisions(landlord=landlord.pk)
            ],
        }
    return render(request, "journey/dossier.html", context)


@door(GET=(Thing.EVIDENCE, Right.READ))
def proof_pack(request: Request, landlord: Landlord) -> HttpResponse | FileResponse:
    """Every document of the file that this person may read, in its last version, with a manifest of fingerprints."""
    readable = documents.readable(landlord=landlord, roles=request.roles, person=request.user, on=request.on).filter(
        withdrawn_at__isnull=True
    )
    latest: dict[int, Version] = {}
    for version in documents.versions(readable):
        latest.setdefault(version.document_id, version)
    journey = shown_journey(landlord)
    serves: dict[int, list[str]] = defaultdict(list)
    for piece in label.pieces(journey=journey) if journey else ():
        checked = f", contrôlée le {piece.checked_at:%d/%m/%Y}" if piece.checked_at else ""
        serves[piece.document_id].append(f"{KINDS[piece.kind].label}, étape « {Stage(piece.stage).label} »{checked}")
    entries = [
        _entry(version, serves[version.document_id])
        for version in sorted(latest.values(), key=lambda v: (v.document.kind, v.document_id))
    ]
    manifest = {
        "landlord": {"name": landlord.name, "siren": landlord.siren},
        "journey": {"cycle": journey.cycle, "stage": Stage(journey.stage).label} if journey else None,
        "made_at": request.at.isoformat(timespec="seconds"),
        "files": [entry for entry, _ in entries],
    }
    body = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    pack = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("manifeste.json", body)
        archive.writestr("manifeste.sha256", f"{hashlib.sha256(body).hexdigest()}  manifeste.json\n")
        for entry, version in entries:
            archive.write(path_of(version.sha256), entry["path"])
    pack.seek(0)
    return FileResponse(pack, as_attachment=True, filename=f"preuves-{landlord.siren or landlord.pk}-{request.on:%Y-%m-%d}.zip")


def _entry(version: Version, serves: list[str]) -> tuple[dict[str, Any], Version]:
    entry = {
        "path": f"{version.document.kind}/{version.document_id}-v{version.number}-{version.name}",
        "title": version.document.title,
        "kind": KINDS[version.document.kind].label,
        "serves": serves,
        "version": version.number,
        "size": version.size,
        "sha256": version.sha256,
        "deposited_at": version.at.isoformat(timespec="seconds"),
    }
    return entry, version
