"""A landlord's own label: its certificates, the kit of the mark, where it shows the mark."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.register import operations, queries
from palier.register.models import Licence, MarkUse, SealedFile
from palier.register.rules.certificates import spelled
from palier.register.rules.marks import Support, removal_is_late
from palier.verdict import Refusal, require
from palier.web.documents.files import attachment, kept, receives
from palier.web.doors import Answer, Request, door
from palier.web.ui.forms import DayInput

READ = (Thing.MARK_KIT, Right.READ)
OWN = (Thing.MARK_KIT, Right.WRITE_OWN)
DECISION = (Thing.DECISION_NOTICE, Right.READ)
SHIPPED = Path(operations.__file__).parents[1] / "kit"
_SHIPPED_TYPES = {"svg": "image/svg+xml", "png": "image/png"}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, widget=DayInput(), error_messages={"required": "Indiquez le jour, par exemple 24/02/2026."}
    )


class UseForm(forms.Form):
    """Where the mark is shown."""

    support = forms.ChoiceField(label="Support", choices=[(one.value, one.label) for one in Support])
    place = forms.CharField(
        label="Où, précisément",
        max_length=200,
        help_text="L’adresse d’un site, le nom d’un document, la résidence.",
        error_messages={"required": "Dites où la marque est montrée, par exemple l’adresse du site."},
    )
    since = _day("Depuis le")
    picture = forms.FileField(
        label="Une image de cet usage",
        required=False,
        help_text="Photo ou capture, en JPEG, PNG ou WebP.",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class RemovalForm(forms.Form):
    """The day the mark left a support."""

    on = _day("Retirée le")


@door(GET=READ)
def mark(request: Request, landlord: Landlord) -> HttpResponse:
    """Certificates, licence, kit and uses, on one page."""
    licence = queries.licence_of(landlord=landlord.pk)
    labels = queries.of_landlord(siren=landlord.siren, on=request.on)
    certificates = list(queries.certificates().filter(landlord=landlord))
    last = labels[0] if labels else None
    context: dict[str, Any] = {
        "landlord": landlord,
        "label": last,
        "certificates": [
            {
                "row": one,
                "code": spelled(one.code),
                "current": last is not None and last.counting(request.on) == one,
                "future": one.valid_from > request.on,
            }
            for one in certificates
        ],
        "licence": licence,
        "may_use": queries.may_use(licence=licence, landlord=landlord.pk),
        "kit": queries.kit() if licence else [],
        "uses": [_use(one, licence, request.on) for one in licence.uses.all()] if licence else [],
        "may_declare": bool(request.may(Right.WRITE_OWN, Thing.MARK_KIT)),
    }
    context["shown"] = [use for use in context["uses"] if use["row"].removed_on is None]
    return render(request, "register/mark.html", context)


def _use(one: MarkUse, licence: Licence, on: date) -> dict[str, Any]:
    late = removal_is_late(remove_by=licence.remove_by, removed_on=one.removed_on, on=on)
    return {"row": one, "late": late}


def _sealed(landlord: Landlord, certificate_id: int) -> SealedFile:
    found = get_object_or_404(queries.certificates().filter(landlord=landlord), pk=certificate_id)
    sealed: SealedFile | None = getattr(found, "file", None)
    if sealed is None:
        raise Http404
    return sealed


@door(GET=DECISION)
def certificate_pdf(request: Request, landlord: Landlord, certificate_id: int) -> Answer:
    """The signed PDF, as it was made."""
    sealed = _sealed(landlord, certificate_id)
    return kept(sealed.sha256, name=f"{sealed.certificate.number}.pdf", media_type="application/pdf")


@door(GET=DECISION)
def certificate_badge(request: Request, landlord: Landlord, certificate_id: int) -> Answer:
    """The Open Badge, a signed credential as text."""
    sealed = _sealed(landlord, certificate_id)
    name = f'attachment; filename="{sealed.certificate.number}.jwt"'
    return HttpResponse(sealed.badge, content_type="application/vc+jwt", headers={"Content-Disposition": name})


def _allowed(request: Request, landlord: Landlord) -> None:
    """The label's team reads the kit at any time; a landlord while its label holds."""
    if not request.may(Right.WRITE, Thing.MARK_KIT):
        require(queries.may_use(licence=queries.licence_of(landlord=landlord.pk), landlord=landlord.pk))


@door(GET=READ)
def piece(request: Request, landlord: Landlord, piece_id: int) -> Answer:
    """A file of the kit."""
    _allowed(request, landlord)
    found = get_object_or_404(queries.kit(), pk=piece_id)
    return attachment(found.versions.all()[0])


@door(GET=READ)
def shipped(request: Request, landlord: Landlord, form: str) -> Answer:
    """The mark in Palier's own drawing, until the label's owner puts its own."""
    if form not in _SHIPPED_TYPES:
        raise Http404
    _allowed(request, landlord)
    file = SHIPPED / f"marque.{form}"
    return FileResponse(file.open("rb"), as_attachment=True, filename=file.name, content_type=_SHIPPED_TYPES[form])


@door(GET=OWN, POST=OWN, before=receives("picture"))
def declare(request: Request, landlord: Landlord) -> HttpResponse:
    """Say where the mark is shown."""
    licence = queries.licence_of(landlord=landlord.pk)
    require(queries.may_use(licence=licence, landlord=landlord.pk))
    assert licence is not None
    form = UseForm(request.POST or None, request.FILES or None, initial={"since": request.on})
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.declare_use(
                licence=licence,
                support=Support(given["support"]),
                place=given["place"],
                since=given["since"],
                picture=request.ready(),
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                field = {"register.since": "since", "register.place_missing": "place"}.get(reason.code)
                form.add_error(field or ("picture" if reason.code.startswith("documents.") else None), reason.sentence)
        else:
            messages.success(request, "L’usage de la marque est déclaré.")
            return redirect("mark", landlord_id=landlord.pk)
    context = {"landlord": landlord, "form": form}
    return render(request, "register/declare.html", context, status=422 if form.is_bound else 200)


@door(GET=OWN, POST=OWN)
def remove(request: Request, landlord: Landlord, use_id: int) -> HttpResponse:
    """Confirm that the mark left a support."""
    found = get_object_or_404(MarkUse.objects.select_related("licence"), pk=use_id, licence__landlord=landlord)
    form = RemovalForm(request.POST or None, initial={"on": request.on})
    if form.is_valid():
        try:
            operations.confirm_removal(use=found, on=form.cleaned_data["on"], by=request.user, at=request.at)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("on" if reason.code == "register.removed_on" else None, reason.sentence)
        else:
            messages.success(request, "Le retrait de la marque est confirmé.")
            return redirect("mark", landlord_id=landlord.pk)
    context = {"landlord": landlord, "form": form, "use": found}
    return render(request, "register/remove.html", context, status=422 if form.is_bound else 200)
