"""The review of a file by the label's référent: pieces, corrections, note."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from palier.calendar import paris_day
from palier.directory import queries as directory
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.label import queries
from palier.label.models import Correction, InstructionNote, Journey, Piece
from palier.label.rules.stages import INSTRUCTIONS, Stage
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post, unsay
from palier.verdict import Conflict, Refusal, Verdict, no, require

_ANSWERING = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
"""Who is asked for a correction."""


def _instructing(journey: Journey) -> Verdict:
    if journey.stage in INSTRUCTIONS:
        return Verdict()
    return no(
        "label.not_instructing", f"Le dossier n’est pas en instruction : il est à l’étape « {Stage(journey.stage).label} »."
    )


@transaction.atomic
def deposit(*, journey: Journey, kind: str, document: Document, by: Person, at: datetime) -> Piece:
    """Deposit the document that answers a piece asked at the present stage; a new one takes the place, unchecked.

    Raises:
        Refusal: when the rules ask for no such piece at this stage, or the document is another landlord's.
    """
    stage = Stage(journey.stage)
    asked = {piece.kind: piece for piece in queries.required_pieces(queries.rules_of(journey.rules), stage)}
    if kind not in asked:
        raise Refusal(no("label.piece_not_asked", f"Cette pièce n’est pas demandée à l’étape « {stage.label} »."))
    if document.landlord_id != journey.landlord_id:
        raise Refusal(no("label.piece_of_another", "Ce document n’est pas dans le dossier de cet organisme."))
    piece, _ = Piece.objects.update_or_create(
        journey=journey,
        cycle=journey.cycle,
        stage=stage,
        kind=kind,
        defaults={"document": document, "deposited_by": by, "deposited_at": at, "checked_by": None, "checked_at": None},
    )
    _record(
        journey,
        "piece_deposited",
        by,
        at,
        f"a déposé la pièce « {asked[kind].label} ».",
        {"kind": kind, "document": document.pk},
    )
    return piece


@transaction.atomic
def check_piece(*, piece: Piece, by: Person, at: datetime) -> None:
    """Say that a piece was looked at and is what was asked.

    Raises:
        Refusal: when the file is not under review.
    """
    require(_instructing(piece.journey))
    piece.checked_by, piece.checked_at = by, at
    piece.save(update_fields=["checked_by", "checked_at"])
    _record(
        piece.journey,
        "piece_checked",
        by,
        at,
        f"a contrôlé la pièce « {piece.document.title} ».",
        {"piece": piece.pk},
        Audience.LANDLORD,
    )


@transaction.atomic
def ask_correction(
    *, journey: Journey, subject: str, reason: str, by: Person, at: datetime, piece: Piece | None = None
) -> Correction:
    """Ask the landlord to correct something, with the reason. Its answer closes the request.

    Raises:
        Refusal: when the file is not under review, or the subject or the reason is empty.
    """
    require(_instructing(journey))
    if not subject.strip() or not reason.strip():
        raise Refusal(no("label.correction_empty", "Indiquez ce qui est à corriger et pourquoi."))
    days = queries.rules_of(journey.rules).correction_days
    correction = Correction.objects.create(
        journey=journey,
        cycle=journey.cycle,
        stage=journey.stage,
        piece=piece,
        subject=subject.strip(),
        reason=reason.strip(),
        asked_by=by,
        asked_at=at,
        due_on=paris_day(at) + timedelta(days=days),
    )
    if piece is not None and piece.checked_at is not None:
        piece.checked_by = piece.checked_at = None
        piece.save(update_fields=["checked_by", "checked_at"])
    post(
        event="label.correction_asked",
        to=_people(journey, _ANSWERING, at),
        at=at,
        landlord=journey.landlord_id,
        subject=f"Une correction est demandée : {correction.subject}",
        body=f"{correction.reason}\n\nRépondez avant le {correction.due_on:%d/%m/%Y}, 23:59.",
        link=f"/organismes/{journey.landlord_id}/instruction/",
        undo_key=f"correction:{correction.pk}",
    )
    _record(
        journey,
        "correction_asked",
        by,
        at,
        f"a demandé une correction : {correction.subject}.",
        {"correction": correction.pk, "reason": reason},
        Audience.LANDLORD,
    )
    return correction


@transaction.atomic
def answer_correction(
    *, correction: Correction, answer: str, by: Person, at: datetime, document: Document | None = None
) -> Correction:
    """Answer a correction, with the corrected document where there is one: this closes the request.

    Raises:
        Refusal: when it was already answered or withdrawn, or the answer is empty.
    """
    correction = _locked(correction)
    _still_open(correction)
    if not answer.strip():
        raise Refusal(no("label.answer_empty", "Écrivez ce qui a été corrigé."))
    if document is not None and correction.piece is not None:
        if document.landlord_id != correction.journey.landlord_id:
            raise Refusal(no("label.piece_of_another", "Ce document n’est pas dans le dossier de cet organisme."))
        piece = correction.piece
        piece.document, piece.deposited_by, piece.deposited_at, piece.checked_by, piece.checked_at = (
            document,
            by,
            at,
            None,
            None,
        )
        piece.save()
    correction.answer, correction.answered_by, correction.answered_at = answer.strip(), by, at
    correction.save(update_fields=["answer", "answered_by", "answered_at"])
    journey = correction.journey
    post(
        event="label.correction_answered",
        to=_people(journey, frozenset({Role.REFERENT}), at),
        at=at,
        landlord=journey.landlord_id,
        subject=f"Correction faite : {correction.subject}",
        body=correction.answer,
        link=f"/organismes/{journey.landlord_id}/instruction/",
    )
    _record(
        journey,
        "correction_answered",
        by,
        at,
        f"a répondu à la demande de correction : {correction.subject}.",
        {"correction": correction.pk},
        Audience.LANDLORD,
    )
    return correction


@transaction.atomic
def withdraw_correction(*, correction: Correction, because: str, by: Person, at: datetime) -> Correction:
    """Take back a correction asked by mistake: it blocks nothing any more, and who answers is told why, unless no message told them yet.

    Raises:
        Refusal: when it was already answered or withdrawn, or without a reason.
    """
    correction = _locked(correction)
    _still_open(correction)
    if not because.strip():
        raise Refusal(no("label.withdrawal_reason", "Dites pourquoi la demande est retirée : l’organisme le lira."))
    correction.withdrawn_by, correction.withdrawn_at, correction.withdrawn_because = by, at, because.strip()
    correction.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    journey = correction.journey
    post(
        event="label.correction_withdrawn",
        to=set(_people(journey, _ANSWERING, at)) - unsay(undo_key=f"correction:{correction.pk}", at=at),
        at=at,
        landlord=journey.landlord_id,
        subject=f"La demande de correction est retirée : {correction.subject}",
        body=f"{correction.withdrawn_because}\n\nVous n’avez plus à y répondre.",
        link=f"/organismes/{journey.landlord_id}/instruction/",
    )
    _record(
        journey,
        "correction_withdrawn",
        by,
        at,
        f"a retiré la demande de correction : {correction.subject}.",
        {"correction": correction.pk, "reason": correction.withdrawn_because},
        Audience.LANDLORD,
    )
    return correction


def _locked(correction: Correction) -> Correction:
    found = Correction.objects.select_for_update(of=("self",)).select_related("journey", "journey__rules", "piece")
    return found.get(pk=correction.pk)


def _still_open(correction: Correction) -> None:
    if correction.answered_at is not None:
        raise Refusal(no("label.correction_closed", "Cette demande a déjà reçu sa réponse."))
    if correction.withdrawn_at is not None:
        raise Refusal(no("label.correction_withdrawn", "Cette demande est retirée : elle n’attend plus de réponse."))


@transaction.atomic
def write_note(*, journey: Journey, text: str, revision: int, by: Person, at: datetime) -> InstructionNote:
    """Write the instruction note of the present stage; ``revision`` is the one last read, 0 for a first text.

    Raises:
        Conflict: with the other text, when somebody wrote meanwhile.
        Refusal: when the file is not under review, or the note is delivered.
    """
    require(_instructing(journey))
    note = queries.note(journey=journey)
    if note is None:
        return InstructionNote.objects.create(
            journey=journey,
            cycle=journey.cycle,
            stage=journey.stage,
            entered_on=journey.entered_on,
            text=text,
            changed_by=by,
            changed_at=at,
        )
    if note.delivered_at is not None:
        raise Refusal(no("label.note_delivered", "La note est rendue : elle ne change plus."))
    changed = InstructionNote.objects.filter(pk=note.pk, revision=revision).update(
        text=text, revision=revision + 1, changed_by=by, changed_at=at
    )
    if not changed:
        own = note.changed_by_id == by.pk
        saved = "vous en avez enregistré un autre" if own else f"{note.changed_by.name} a enregistré le sien"
        raise Conflict(
            no(
                "label.note_stale",
                f"Votre texte n’est pas enregistré : {saved}. Choisissez le texte à garder.",
            ),
            theirs=note.text,
        )
    note.refresh_from_db()
    return note


@transaction.atomic
def deliver_note(*, journey: Journey, by: Person, at: datetime) -> InstructionNote:
    """Deliver the note: from now on the committee reads it and nobody changes it.

    Raises:
        Refusal: when the file is not under review, or there is no text, or it is already delivered.
    """
    require(_instructing(journey))
    note = queries.note(journey=journey)
    if note is None or not note.text.strip():
        raise Refusal(no("label.note_empty", "La note est vide : rédigez-la avant de la rendre."))
    if note.delivered_at is not None:
        raise Refusal(no("label.note_delivered", "La note est déjà rendue."))
    note.delivered_at = at
    note.save(update_fields=["delivered_at"])
    _record(journey, "note_delivered", by, at, "a rendu la note d’instruction.", {"note": note.pk}, Audience.SCHEME)
    return note


def _people(journey: Journey, roles: frozenset[Role], at: datetime) -> list[int]:
    return list(directory.people_of(landlord=journey.landlord_id, roles=roles, on=paris_day(at)).values_list("pk", flat=True))


def _record(
    journey: Journey,
    act: str,
    by: Person,
    at: datetime,
    summary: str,
    facts: dict[str, object],
    audience: Audience = Audience.FILE,
) -> None:
    record(
        act=f"label.{act}",
        by=by.pk,
        at=at,
        on=("label.journey", journey.pk),
        landlord=journey.landlord_id,
        summary=summary,
        facts=facts,
        audience=audience,
    )
