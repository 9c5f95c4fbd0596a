"""The review of a file: pieces checked one by one, corrections asked and answered, the note for the committee."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents import operations as documents
from palier.documents.rules import KINDS
from palier.journey import queries
from palier.label import operations
from palier.label import queries as label
from palier.label.models import Correction, Piece
from palier.label.rules.stages import INSTRUCTIONS, Stage
from palier.verdict import Conflict, Refusal
from palier.web.documents.files import receives
from palier.web.doors import Request, door
from palier.web.journey.views import open_one, shown_journey


class PieceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A piece, by its kind."""

    def label_from_instance(self, obj: Piece) -> str:
        """« Lettre d’engagement »."""
        return KINDS[obj.kind].label


class CorrectionForm(forms.Form):
    """What is to correct and why; the piece it is about, if any."""

    piece = PieceField(label="Pièce", queryset=Piece.objects.none(), required=False, empty_label="Le dossier dans son ensemble")
    subject = forms.CharField(
        label="À corriger", max_length=160, help_text="En une ligne, par exemple « Délibération non datée »."
    )
    reason = forms.CharField(
        label="Motif", widget=forms.Textarea(attrs={"rows": 3}), help_text="Ce qui manque ou ne va pas, et ce qui est attendu."
    )

    def __init__(self, *args: Any, pieces: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["piece"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = pieces


class NoteForm(forms.Form):
    """The note, with the revision that was read."""

    text = forms.CharField(
        label="Note d’instruction",
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Ce que le comité doit savoir : le projet, les points forts, les points d’attention, la place des locataires.",
    )
    text.optional = "demandée avant le comité"  # type: ignore[attr-defined]  # read by ui/fields/field.html
    revision = forms.IntegerField(widget=forms.HiddenInput)


class AnswerForm(forms.Form):
    """What was corrected, with the corrected document."""

    answer = forms.CharField(label="Ce qui a été corrigé", widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(
        label="Pièce corrigée", required=False, help_text="Elle prend la place de la précédente, qui reste dans l’historique."
    )


@door(GET=(Thing.DECISION_NOTICE, Right.READ))
def file_review(request: Request, landlord: Landlord) -> HttpResponse:
    """Where the review of the file stands: for the référent to work, for the landlord to answer."""
    found = shown_journey(landlord)
    if found is None:
        return render(request, "label/review.html", {"landlord": landlord})
    position = queries.position(journey=found, roles=request.roles, on=request.on)
    reading_note = bool(request.may(Right.READ, Thing.INSTRUCTION_NOTE))
    writing = bool(request.may(Right.WRITE, Thing.INSTRUCTION_NOTE)) and found.stage in INSTRUCTIONS
    note = label.note(journey=found) if reading_note else None
    deposited = label.pieces(journey=found)
    context: dict[str, Any] = {
        "landlord": landlord,
        "journey": found,
        "stage": Stage(found.stage),
        "position": position,
        "pieces": [{"piece": p, "label": KINDS[p.kind].label, "stage": Stage(p.stage).label} for p in deposited],
        "corrections": [{"row": c, "form": AnswerForm()} for c in label.corrections(journey=found)],
        "reading_note": reading_note,
        "writing": writing,
        "answering": bool(request.may(Right.WRITE, Thing.EVIDENCE)),
        "note": note,
        "notes": label.notes(journey=found) if reading_note else [],
        "note_form": NoteForm(initial={"text": note.text if note else "", "revision": note.revision if note else 0}),
        "correction_form": CorrectionForm(pieces=deposited),
        "forward": next((offer for offer in position.offers if not offer.step.sad), None) if writing else None,
    }
    return render(request, "label/review.html", context)


@door(POST=(Thing.INSTRUCTION_NOTE, Right.WRITE))
def note(request: Request, landlord: Landlord) -> HttpResponse:
    """Save the note, or save and deliver it. A stale save shows both texts."""
    found = open_one(landlord)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return redirect("file_review", landlord_id=landlord.pk)
    text, revision = form.cleaned_data["text"], form.cleaned_data["revision"]
    if (keep := request.POST.get("keep")) == "theirs":
        return redirect("file_review", landlord_id=landlord.pk)
    if keep == "both" and (other := label.note(journey=found)):
        text = f"{text}\n\n{other.text}"
    try:
        saved = operations.write_note(journey=found, text=text, revision=revision, by=request.user, at=request.at)
    except Conflict as conflict:
        theirs = label.note(journey=found)
        context = {"landlord": landlord, "mine": text, "theirs": theirs, "sentence": conflict.verdict.sentence}
        return render(request, "label/note_conflict.html", context, status=409)
    if "deliver" in request.POST:
        operations.deliver_note(journey=found, by=request.user, at=request.at)
        messages.success(request, "La note est rendue au comité : elle ne change plus.")
    else:
        messages.success(request, f"Note enregistrée, version {saved.revision}.")
    return redirect("file_review", landlord_id=landlord.pk)


@door(POST=(Thing.INSTRUCTION_NOTE, Right.WRITE))
def check(request: Request, landlord: Landlord, piece_id: int) -> HttpResponse:
    """Say that a piece is what was asked."""
    piece = get_object_or_404(Piece.objects.select_related("journey", "document"), pk=piece_id, journey__landlord=landlord)
    operations.check_piece(piece=piece, by=request.user, at=request.at)
    messages.success(request, f"« {piece.document.title} » est contrôlée.")
    return redirect("file_review", landlord_id=landlord.pk)


@door(POST=(Thing.INSTRUCTION_NOTE, Right.WRITE))
def ask(request: Request, landlord: Landlord) -> HttpResponse:
    """Ask for a correction."""
    found = open_one(landlord)
    form = CorrectionForm(request.POST, pieces=label.pieces(journey=found))
    if not form.is_valid():
        return render(request, "label/correction.html", {"landlord": landlord, "form": form}, status=422)
    given = form.cleaned_data
    operations.ask_correction(
        journey=found, subject=given["subject"], reason=given["reason"], piece=given["piece"], by=request.user, at=request.at
    )
    messages.success(request, "La demande part à l’organisme dans quelques minutes.")
    return redirect("file_review", landlord_id=landlord.pk)


@door(POST=(Thing.EVIDENCE, Right.WRITE), before=receives("file"))
def answer(request: Request, landlord: Landlord, correction_id: int) -> HttpResponse:
    """Answer a correction: this closes it."""
    found = open_one(landlord)
    correction = get_object_or_404(label.corrections(journey=found), pk=correction_id)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(
            request, "label/correction.html", {"landlord": landlord, "form": form, "correction": correction}, status=422
        )
    try:
        _answer(request, landlord, correction, form)
    except Refusal as refusal:
        for reason in refusal.verdict.reasons:
            form.add_error("answer" if reason.code.startswith("label.") else "file", reason.sentence)
        context = {"landlord": landlord, "form": form, "correction": correction}
        return render(request, "label/correction.html", context, status=422)
    messages.success(request, "Votre réponse est transmise.")
    return redirect("file_review", landlord_id=landlord.pk)


@door(POST=(Thing.INSTRUCTION_NOTE, Right.WRITE))
def withdraw(request: Request, landlord: Landlord, correction_id: int) -> HttpResponse:
    """Take back a request made by mistake, with the reason."""
    correction = get_object_or_404(label.corrections(journey=open_one(landlord)), pk=correction_id)
    because = request.POST.get("because", "")
    operations.withdraw_correction(correction=correction, because=because, by=request.user, at=request.at)
    messages.success(request, f"La demande « {correction.subject} » est retirée.")
    return redirect("file_review", landlord_id=landlord.pk)


@transaction.atomic
def _answer(request: Request, landlord: Landlord, correction: Correction, form: AnswerForm) -> None:
    document, piece = None, correction.piece
    if received := request.ready():
        document = documents.keep(
            landlord=landlord,
            received=received,
            title=piece.document.title if piece else correction.subject,
            kind=piece.kind if piece else "other",
            by=request.user,
            at=request.at,
            document=piece.document if piece else None,
        ).document
    operations.answer_correction(
        correction=correction, answer=form.cleaned_data["answer"], document=document, by=request.user, at=request.at
    )
