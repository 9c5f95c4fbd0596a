"""The evidence of a criterion: deposit a piece, attach one that the file already holds, detach one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.documents import queries as pieces
from palier.documents.models import Document
from palier.documents.operations import Received, keep
from palier.documents.rules import KINDS
from palier.frameworks import operations, queries
from palier.frameworks.models import Assessment
from palier.frameworks.rules.grid import Criterion
from palier.frameworks.rules.purposes import PURPOSES
from palier.verdict import Refusal
from palier.web.documents.files import receives
from palier.web.documents.forms import accept
from palier.web.doors import Open, Request, door, refused
from palier.web.frameworks.shown import found, may_answer

OFFERED = 50


class EvidenceForm(forms.Form):
    """A piece to deposit for a criterion; the types that it expects come first."""

    kind = forms.ChoiceField(label="Type de preuve")
    title = forms.CharField(label="Titre", max_length=200, help_text="Ce que la pièce montre.")
    file = forms.FileField(label="Fichier")

    def __init__(self, *args: Any, expected: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        first = [(code, KINDS[code].label) for code in expected]
        others = [(code, each.label) for code, each in KINDS.items() if code not in expected]
        kind.choices = [("Attendues pour ce critère", first), ("Autres", others)] if first else others
        extensions = tuple(dict.fromkeys(e for code in expected for e in KINDS[code].extensions))
        self.fields["file"].widget.attrs["accept"] = accept(extensions) if extensions else accept()


def _receive(request: Request, landlord: Landlord, assessment_id: int, criterion: str) -> Received | None:
    if not may_answer(request, found(request, landlord, assessment_id)):
        return None
    return receives("file")(request)


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN, before=_receive)
def evidence(request: Request, landlord: Landlord, assessment_id: int, criterion: str) -> HttpResponse:
    """Deposit a piece for a criterion, or attach one of the file's."""
    assessment = found(request, landlord, assessment_id)
    asked = queries.framework(assessment.version).criteria.get(criterion)
    if asked is None:
        raise Http404
    if not (verdict := may_answer(request, assessment)):
        return refused(request, verdict, status=403) if request.method == "POST" else _back(request, assessment, asked)
    readable = pieces.readable(landlord=landlord, roles=request.roles, person=request.user, on=request.on)
    if chosen := request.POST.get("document", ""):
        document = get_object_or_404(readable, pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
        operations.attach(assessment=assessment, criterion=asked.code, document=document, by=request.user, at=request.at)
        return _back(request, assessment, asked, f"« {document.title} » est joint au critère {asked.number}.")
    form = EvidenceForm(request.POST or None, request.FILES or None, expected=asked.evidence)
    if request.method == "POST" and form.is_valid():
        try:
            title = _deposit(request, assessment, asked, form.cleaned_data)
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            return _back(request, assessment, asked, f"« {title} » est déposé et joint au critère {asked.number}.")
    context = {
        "landlord": landlord,
        "assessment": assessment,
        "criterion": asked,
        "theme": queries.framework(assessment.version).theme_of(asked.code),
        "expected": [KINDS[kind].label for kind in asked.evidence],
        "form": form,
        "offered": _offered(readable, asked, request.GET.get("q", "")),
        "search": request.GET.get("q", ""),
    }
    return render(request, "frameworks/evidence.html", context, status=422 if request.method == "POST" else 200)


def _deposit(request: Request, assessment: Assessment, asked: Criterion, given: dict[str, Any]) -> str:
    """Keep the file, then attach it; the title it is kept under."""
    audience = PURPOSES[assessment.version.framework.purpose].audience
    version = keep(
        received=request.ready(),
        landlord=assessment.landlord,
        title=given["title"],
        kind=given["kind"],
        audience=audience,
        by=request.user,
        at=request.at,
    )
    operations.attach(assessment=assessment, criterion=asked.code, document=version.document, by=request.user, at=request.at)
    return version.document.title


def _offered(readable: QuerySet[Document], asked: Criterion, search: str) -> list[dict[str, Any]]:
    """The pieces of the file that could prove this criterion: of the expected types, the latest first."""
    rows = pieces.listing(readable, search=search).order_by(F("updated_at").desc(), "-pk")
    if asked.evidence and not search:
        rows = rows.filter(kind__in=asked.evidence)
    return [{"document": row, "kind": KINDS[row.kind].label, "last": row.versions.all()[0]} for row in rows[:OFFERED]]


@door(POST=Open.SIGNED_IN)
def detach(request: Request, landlord: Landlord, assessment_id: int, criterion: str, document_id: int) -> HttpResponse:
    """Take a piece off a criterion; it stays in the file."""
    assessment = found(request, landlord, assessment_id)
    asked = queries.framework(assessment.version).criteria.get(criterion)
    if asked is None:
        raise Http404
    if not (verdict := may_answer(request, assessment)):
        return refused(request, verdict, status=403)
    document = get_object_or_404(Document.objects.filter(landlord=landlord), pk=document_id)
    operations.detach(assessment=assessment, criterion=asked.code, document=document, by=request.user, at=request.at)
    return _back(request, assessment, asked, f"« {document.title} » n’est plus joint au critère {asked.number}.")


def _back(request: Request, assessment: Assessment, asked: Criterion, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    theme = queries.framework(assessment.version).theme_of(asked.code)
    args = {"landlord_id": assessment.landlord_id, "assessment_id": assessment.pk, "theme": theme.code}
    return redirect(f"{reverse('assessment_theme', kwargs=args)}#c-{asked.code}")
