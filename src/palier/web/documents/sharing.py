"""Opening a document to the representatives of a tenants' association, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from palier.directory.models import Landlord
from palier.directory.queries import associations_of
from palier.documents import operations, queries
from palier.web.documents.forms import ShareForm
from palier.web.documents.views import WRITE, readable
from palier.web.doors import Request, door


@door(POST=WRITE)
def share(request: Request, landlord: Landlord, document_id: int) -> HttpResponse:
    """Open a document to an association present in the stock."""
    found = get_object_or_404(readable(request, landlord), pk=document_id)
    form = ShareForm(request.POST, associations=associations_of(landlord=landlord.pk, on=request.on))
    if form.is_valid():
        organisation = form.cleaned_data["organisation"]
        operations.share(document=found, organisation=organisation, by=request.user, at=request.at)
        messages.success(request, f"« {found.title} » est partagé avec {organisation.name}.")
    else:
        messages.error(request, "Choisissez une association présente dans le patrimoine.")
    return redirect("document", landlord_id=landlord.pk, document_id=found.pk)


@door(POST=WRITE)
def unshare(request: Request, landlord: Landlord, document_id: int, share_id: int) -> HttpResponse:
    """Stop sharing a document with an association."""
    found = get_object_or_404(readable(request, landlord), pk=document_id)
    one = get_object_or_404(queries.shares(found), pk=share_id)
    operations.unshare(share=one, by=request.user, at=request.at)
    messages.success(request, f"{one.organisation.name} ne lit plus « {found.title} ».")
    return redirect("document", landlord_id=landlord.pk, document_id=found.pk)
