"""The scheme's side of the mark: its kit, who may use it, what is to be removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.rules import Right, Thing
from palier.register import operations, queries
from palier.register.rules.marks import removal_is_late
from palier.verdict import Refusal
from palier.web.documents.files import receives
from palier.web.doors import Request, door

WRITE = (Thing.MARK_KIT, Right.WRITE)
PAGE = 25


class PieceForm(forms.Form):
    """A file of the kit."""

    title = forms.CharField(
        label="Titre",
        max_length=120,
        help_text="Le même titre qu’un fichier du kit en dépose une nouvelle version.",
        error_messages={"required": "Donnez un titre, par exemple « Logo, couleurs »."},
    )
    file = forms.FileField(
        label="Fichier",
        help_text="PNG, JPEG ou PDF.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,application/pdf"}),
        error_messages={"required": "Choisissez un fichier."},
    )


@door(GET=WRITE, POST=WRITE, before=receives("file"))
def scheme(request: Request) -> HttpResponse:
    """The kit, the licences, the uses to remove; a POST adds a file to the kit."""
    form = PieceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.add_to_kit(received=request.ready(), title=given["title"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            messages.success(request, f"« {given['title']} » est dans le kit de la marque.")
            return redirect("mark_scheme")
    page = Paginator(queries.licences(), PAGE).get_page(request.GET.get("page"))
    awaited = list(queries.to_remove())
    context: dict[str, Any] = {
        "form": form,
        "kit": queries.kit(),
        "page": page,
        "licences": [
            {
                "row": one,
                "uses": len(one.uses.all()),
                "awaited": sum(use.removed_on is None for use in one.uses.all()) if one.ended_on else 0,
            }
            for one in page
        ],
        "running": queries.licences().filter(ended_on__isnull=True).count(),
        "awaited": [
            {
                "row": one,
                "late": removal_is_late(remove_by=one.licence.remove_by, removed_on=one.removed_on, on=request.on),
            }
            for one in awaited
        ],
    }
    return render(request, "register/scheme.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def withdraw(request: Request, piece_id: int) -> HttpResponse:
    """Hand out a file of the kit no longer."""
    found = get_object_or_404(queries.kit(), pk=piece_id)
    operations.withdraw_from_kit(document=found, by=request.user, at=request.at)
    messages.success(request, f"« {found.title} » n’est plus dans le kit.")
    return redirect("mark_scheme")
