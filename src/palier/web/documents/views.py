"""A landlord's documents: the list, one document with its versions, its file, its withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.queries import associations_of
from palier.directory.rules import Right, Thing
from palier.documents import operations, queries
from palier.documents.models import Document
from palier.documents.rules import AUDIENCE_LABELS, KINDS, READERS_IN_SHORT, extension_of
from palier.frameworks.models import Assessment
from palier.frameworks.queries import using
from palier.ledger.rules import Audience
from palier.verdict import Refusal, Remedy, Verdict, no, require
from palier.web.documents.files import attachment, receives
from palier.web.documents.forms import DepositForm, FilterForm, ShareForm, VersionForm
from palier.web.doors import Open, Request, door
from palier.web.ledger.history import entries_of

PER_PAGE = 25
SORTS = {"title": "plain_title", "kind": "kind", "updated": "updated_at"}
WRITE = (Thing.EVIDENCE, Right.WRITE)


def readable(request: Request, landlord: Landlord) -> QuerySet[Document]:
    """The documents of this file that the person may read."""
    return queries.readable(landlord=landlord, roles=request.roles, person=request.user, on=request.on)


@door(GET=Open.SIGNED_IN, POST=WRITE, before=receives("file"))
def documents(request: Request, landlord: Landlord) -> HttpResponse:
    """The list of a landlord's documents; deposit of a new one."""
    form = DepositForm(request.POST or None, request.FILES or None, roles=request.roles)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            version = operations.keep(
                landlord=landlord,
                received=request.ready(),
                title=given["title"],
                kind=given["kind"],
                audience=Audience(given["audience"]),
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            messages.success(request, f"« {version.document.title} » est déposé.")
            return redirect("document", landlord_id=landlord.pk, document_id=version.document_id)
    return _list(request, landlord, form, status=422 if request.method == "POST" else 200)


def _list(request: Request, landlord: Landlord, form: DepositForm, *, status: int) -> HttpResponse:
    filters = FilterForm(request.GET)
    asked: dict[str, Any] = filters.cleaned_data if filters.is_valid() else {}
    narrowed = {"search": asked.get("q", ""), "kind": asked.get("kind", ""), "withdrawn": asked.get("withdrawn", False)}
    sort = request.GET.get("sort", "-updated")
    if sort.removeprefix("-") not in SORTS:
        sort = "-updated"
    key = F(SORTS[sort.removeprefix("-")])
    found = queries.listing(readable(request, landlord), **narrowed)
    page = Paginator(
        found.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(), "-pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    rows = [
        {
            "document": one,
            "kind": KINDS[one.kind].label,
            "readers": READERS_IN_SHORT[Audience(one.audience)],
            "last": (last := one.versions.all()[0]),
            "format": extension_of(last.name).upper(),
        }
        for one in page
    ]
    context = {
        "landlord": landlord,
        "page": page,
        "rows": rows,
        "filters": filters,
        "narrowed": any(narrowed.values()),
        "withdrawn": narrowed["withdrawn"],
        "sort": sort,
        "deposit": form if request.may(Right.WRITE, Thing.EVIDENCE) else None,
        "reader": bool(request.may(Right.READ, Thing.EVIDENCE)),
    }
    return render(request, "documents/documents.html", context, status=status)


def _among(request: Request, documents: set[int]) -> set[int]:
    assert request.landlord is not None  # their addresses name one
    return set(readable(request, request.landlord).filter(pk__in=documents).values_list("pk", flat=True))


@door(GET=Open.SIGNED_IN, POST=WRITE, before=receives("file"), among=_among)
def document(request: Request, landlord: Landlord, document_id: int) -> HttpResponse:
    """One document: its versions, who reads it, its history; deposit of the next version."""
    found = get_object_or_404(readable(request, landlord).select_related("withdrawn_by"), pk=document_id)
    form = VersionForm(request.POST or None, request.FILES or None, kind=found.kind)
    if request.method == "POST" and form.is_valid():
        try:
            version = operations.keep(
                landlord=landlord,
                received=request.ready(),
                title=found.title,
                kind=found.kind,
                by=request.user,
                at=request.at,
                document=found,
            )
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            messages.success(request, f"La version {version.number} est déposée. Les précédentes restent dans l’historique.")
            return redirect("document", landlord_id=landlord.pk, document_id=found.pk)
    writing = bool(request.may(Right.WRITE, Thing.EVIDENCE)) and found.withdrawn_at is None
    reading = bool(request.may(Right.READ, Thing.EVIDENCE))
    uses = list(using(found)) if reading else []
    context = {
        "landlord": landlord,
        "document": found,
        "kind": KINDS[found.kind].label,
        "readers": AUDIENCE_LABELS[Audience(found.audience)],
        "versions": list(queries.versions(Document.objects.filter(pk=found.pk))),
        "form": form if writing else None,
        "reader": reading,
        "shares": list(queries.shares(found)) if reading else [],
        "share_form": ShareForm(associations=associations_of(landlord=landlord.pk, on=request.on)) if writing else None,
        "uses": uses,
        "withdrawable": _withdrawable(found, uses),
        "history": entries_of(request, "documents.document", found.pk) if reading else [],
    }
    return render(request, "documents/document.html", context, status=422 if request.method == "POST" else 200)


def _withdrawable(document: Document, uses: list[Assessment]) -> Verdict:
    """Whether a piece may leave the lists: not while it proves something that still stands."""
    return Verdict.all(
        no(
            "documents.in_use",
            f"« {document.title} » sert de preuve dans « {use.title} ».",
            Remedy("L’en retirer d’abord", "assessment", {"landlord_id": use.landlord_id, "assessment_id": use.pk}),
        )
        for use in uses
    )


@door(GET=Open.SIGNED_IN, among=_among)
def file(request: Request, landlord: Landlord, document_id: int, number: int) -> FileResponse:
    """The file of one version, as an attachment."""
    return attachment(get_object_or_404(queries.versions(readable(request, landlord)), document=document_id, number=number))


@door(POST=WRITE)
def withdraw(request: Request, landlord: Landlord, document_id: int) -> HttpResponse:
    """Mark a document as withdrawn, unless it proves something that still stands."""
    found = get_object_or_404(readable(request, landlord), pk=document_id)
    require(_withdrawable(found, list(using(found))))
    operations.withdraw(document=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, f"« {found.title} » est retiré. Ses versions restent dans l’historique.")
    return redirect("documents", landlord_id=landlord.pk)
