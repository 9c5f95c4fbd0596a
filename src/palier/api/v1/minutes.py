"""The minutes of the committees' sessions: their state, what the reader may read of them, the signed copy that is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, Term, maybe_named, named, term
from palier.committee import queries as committee
from palier.directory.rules import Right, Thing, may
from palier.documents.storage import path_of
from palier.ledger import queries as ledger
from palier.minutes import queries
from palier.minutes.models import Copy, Minutes

room = Room("minutes", "Procès-verbaux")


class MinutesOut(Schema):
    """A version of the minutes of a session: where it stands, since when."""

    id: int
    committee: Named
    session: int = Field(description="Le numéro de la séance dans son comité.")
    starts_at: datetime
    written: bool = Field(description="Une consultation écrite.")
    version: int
    state: Term
    sent_at: datetime | None
    approved_at: datetime | None
    approved_by_session: int | None = Field(description="Le numéro de la séance qui l’a approuvé par son vote.")
    signed_at: datetime | None
    signed_by: Named | None
    page: str = Field(description="L’adresse de sa page.")


class CopyOut(Schema):
    """The signed copy that is the reader's: its fingerprint, the line of the ledger that attests it, its signed PDF."""

    sha256: str
    line: int
    pdf_sha256: str | None = Field(description="Absent tant que le PDF se prépare : `…/file` répond alors 404.")


class MinutesReadOut(MinutesOut):
    """The same, with its content. The matters from which the reader is recused have their title alone."""

    content: dict[str, Any]
    withheld: list[int] = Field(description="Les points sur lesquels la personne de la clé ne siège pas.")
    own_copy: CopyOut | None = Field(description="Absent avant la signature, ou si aucun exemplaire n’est pour elle.")


class TwinOut(Schema):
    """The data of a signed copy, with the proof that the ledger attests them: what the verifier checks."""

    attestation: dict[str, Any]


@room.reads("/minutes", Thing.BALLOT, "Lister les procès-verbaux des séances")
def every(request: Call) -> Page[MinutesOut]:
    """The minutes of the sessions that the person may follow, the latest session first; a draft is for who writes it."""
    found = queries.readable(
        sessions=committee.sessions(person=request.user, roles=request.roles, on=request.on), drafts=_writes(request)
    )
    return paged(request, found.defer("content"), lambda rows: [MinutesOut(**_state(row)) for row in rows])


@room.reads("/minutes/{pk}", Thing.BALLOT, "Lire un procès-verbal")
def one(request: Call, pk: Pk) -> MinutesReadOut:
    """One version, as the person may read it."""
    found = _found(request, pk)
    copy = queries.copy_for(minutes=found, person=request.user) if found.signed_at else None
    return MinutesReadOut(
        **_state(found),
        content=queries.read_by(session=found.session, minutes=found, person=request.user),
        withheld=list(queries.withheld(session=found.session, person=request.user)),
        own_copy=CopyOut(sha256=copy.digest, line=copy.entry, pdf_sha256=copy.sha256 or None) if copy else None,
    )


@room.reads("/minutes/{pk}/twin", Thing.BALLOT, "Lire les données d’un procès-verbal signé, avec leur preuve")
def twin(request: Call, pk: Pk) -> TwinOut:
    """The JSON twin of the copy that is the person's."""
    copy = _copy(request, pk)
    return TwinOut(attestation=ledger.attested(payload=copy.content, number=copy.entry))


@room.reads("/minutes/{pk}/file", Thing.BALLOT, "Télécharger le PDF signé d’un procès-verbal")
def file(request: Call, pk: Pk) -> FileResponse:
    """The PDF of the copy that is the person's, as it was sealed."""
    copy = _copy(request, pk)
    path = path_of(copy.sha256) if copy.sha256 else None
    if path is None or not path.exists():
        raise Http404
    name = f"proces-verbal-{copy.minutes_id}.pdf"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _writes(request: Call) -> bool:
    return bool(may(request.roles, Right.WRITE, Thing.BALLOT))


def _found(request: Call, pk: int) -> Minutes:
    sessions = committee.sessions(person=request.user, roles=request.roles, on=request.on)
    return get_object_or_404(queries.readable(sessions=sessions, drafts=_writes(request)), pk=pk)


def _copy(request: Call, pk: int) -> Copy:
    found = _found(request, pk)
    copy = queries.copy_for(minutes=found, person=request.user) if found.signed_at else None
    if copy is None:
        raise Http404
    return copy


def _state(row: Minutes) -> dict[str, Any]:
    session = row.session
    return {
        "id": row.pk,
        "committee": named(session.committee),
        "session": session.number,
        "starts_at": session.starts_at,
        "written": session.written,
        "version": row.number,
        "state": term(row.state),
        "sent_at": row.sent_at,
        "approved_at": row.approved_at,
        "approved_by_session": row.approval.session.number if row.approval else None,
        "signed_at": row.signed_at,
        "signed_by": maybe_named(row.signed_by),
        "page": settings.ORIGIN
        + reverse(
            "minutes_version",
            kwargs={"committee_id": session.committee_id, "session_number": session.number, "number": row.number},
        ),
    }
