"""All organisations, for the label's team: find, read, enter, change, and their people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.directory import operations, queries
from palier.directory.models import Landlord, Membership, Organisation
from palier.directory.rules import Kind, LandlordType, Right, Thing, grantable, may
from palier.stock.queries import dwellings_of
from palier.verdict import Conflict, Refusal
from palier.web.directory import members
from palier.web.directory.boards import board_of
from palier.web.directory.forms import (
    FindForm,
    LandlordForm,
    NewOrganisationForm,
    OrganisationSheetForm,
    SheetForm,
)
from palier.web.directory.members import Acts
from palier.web.doors import Request, door, roles_of
from palier.web.ledger.history import entries_of

READ, WRITE = (Thing.DIRECTORY, Right.READ), (Thing.DIRECTORY, Right.WRITE)
PAGE = 30


@door(GET=READ)
def organisations(request: Request) -> HttpResponse:
    """Find an organisation."""
    form = FindForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    kind = Kind(asked["kind"]) if asked.get("kind") else None
    found = queries.search(on=request.on, text=asked.get("text", ""), kind=kind, group=asked.get("group"))
    page = Paginator(queries.with_members(found, on=request.on), PAGE).get_page(request.GET.get("page"))
    rows = [(organisation, Kind(organisation.kind).label) for organisation in page.object_list]
    return render(
        request,
        "directory/organisations.html",
        {
            "form": form,
            "page_obj": page,
            "rows": rows,
            "may_write": request.may(Right.WRITE, Thing.DIRECTORY),
            "single": settings.SINGLE_LANDLORD,
        },
    )


@door(GET=WRITE, POST=WRITE)
def add_organisation(request: Request) -> HttpResponse:
    """Enter an organisation that is not a landlord."""
    form = NewOrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.add_organisation(by=request.user, at=request.at, **_typed(form.cleaned_data))
        except Refusal as refusal:
            form.add_error("siren_number", refusal.verdict.sentence)
        else:
            messages.success(request, f"{made.name} est inscrit dans l’annuaire.")
            return redirect("organisation", made.pk)
    return render(request, "directory/add.html", {"form": form, "what": "un organisme du label"})


@door(GET=WRITE, POST=WRITE)
def add_landlord(request: Request) -> HttpResponse:
    """Enter a landlord."""
    if settings.SINGLE_LANDLORD:
        raise Http404
    form = LandlordForm(request.POST or None, initial={"declared_dwellings": 0})
    if request.method == "POST" and form.is_valid():
        try:
            landlord = operations.add_landlord(by=request.user, at=request.at, **_typed(form.cleaned_data))
        except Refusal as refusal:
            form.add_error("siren_number", refusal.verdict.sentence)
        else:
            messages.success(request, f"{landlord.name} est inscrit. Invitez maintenant sa ou son responsable qualité.")
            return redirect("people_invite", landlord.pk)
    return render(request, "directory/add.html", {"form": form, "what": "un organisme Hlm"})


def _typed(asked: dict[str, Any]) -> dict[str, Any]:
    words: dict[str, Callable[[str], object]] = {"kind": Kind, "landlord_type": LandlordType}
    return {name: words[name](value) if name in words else value for name, value in asked.items()}


@door(GET=(Thing.LANDLORD_SHEET, Right.READ), POST=(Thing.LANDLORD_SHEET, Right.WRITE))
def sheet(request: Request, landlord: Landlord) -> HttpResponse:
    """A landlord's sheet: read it, change it."""
    stands = {**LandlordForm.values_of(landlord), "revision": landlord.revision}
    form = SheetForm(request.POST or None, initial=stands)
    theirs, may_see_history = None, bool(request.may(Right.READ, Thing.HISTORY))
    if request.method == "POST" and form.is_valid():
        try:
            operations.update_landlord(landlord=landlord, by=request.user, at=request.at, **_typed(form.cleaned_data))
        except Conflict as conflict:
            theirs = cast(Landlord, conflict.theirs)
            again = request.POST.copy()  # saving again, with both in sight, keeps one's own
            again["revision"] = str(theirs.revision)
            form = SheetForm(again, initial=stands)
        except Refusal as refusal:
            form.add_error("siren_number", refusal.verdict.sentence)
        else:
            messages.success(request, "La fiche est enregistrée.")
            return redirect("landlord_sheet", landlord.pk)
    return render(
        request,
        "directory/sheet.html",
        {
            "landlord": landlord,
            "family": LandlordType(landlord.landlord_type).label,
            "dwellings": dwellings_of(landlords=[landlord])[landlord.pk],
            "group": queries.group_of(landlord=landlord, on=request.on),
            "may_see_groups": bool(may(roles_of(request), Right.READ, Thing.DIRECTORY)),
            "form": form,
            "theirs": theirs,
            "may_write": request.may(Right.WRITE, Thing.LANDLORD_SHEET),
            "history": entries_of(request, "directory.organisation", landlord.pk) if may_see_history else [],
            "may_see_people": request.may(Right.READ, Thing.MEMBERS),
            "may_see_associations": request.may(Right.READ, Thing.TENANTS_STEP),
            "may_see_history": may_see_history,
        },
        status=409 if theirs else 200,
    )


@door(GET=READ, POST=WRITE)
def organisation(request: Request, organisation_id: int) -> HttpResponse:
    """The sheet and the people of an organisation that is not a landlord."""
    found = get_object_or_404(Organisation, pk=organisation_id)
    if found.kind == Kind.LANDLORD:
        return redirect("landlord_sheet", found.pk)
    stands = {"name": found.name, "siren_number": found.siren, "revision": found.revision}
    form = OrganisationSheetForm(request.POST or None, initial=stands)
    if request.method == "POST" and form.is_valid():
        operations.update_organisation(organisation=found, by=request.user, at=request.at, **form.cleaned_data)
        messages.success(request, "La fiche est enregistrée.")
        return redirect("organisation", found.pk)
    kind = Kind(found.kind)
    gives = grantable(request.roles, kind)
    return render(
        request,
        "directory/organisation.html",
        {
            "organisation": found,
            "kind": kind.label,
            "form": form,
            **members.people_of(request, found, Acts("organisation", found.pk), gives),
            **board_of(request, found, "organisation", may_write=bool(request.may(Right.WRITE, Thing.DIRECTORY))),
            "history": entries_of(request, "directory.organisation", found.pk),
            "landlords": queries.landlords_opened_to(organisation=found, on=request.on)[:100],
            "may_write": request.may(Right.WRITE, Thing.DIRECTORY),
        },
    )


def _other(organisation_id: int) -> Organisation:
    return get_object_or_404(Organisation.objects.exclude(kind=Kind.LANDLORD), pk=organisation_id)


@door(GET=WRITE, POST=WRITE)
def invite(request: Request, organisation_id: int) -> HttpResponse:
    """Invite somebody of the organisation."""
    found = _other(organisation_id)
    return members.invite(request, found, grantable(request.roles, Kind(found.kind)), _back(found.pk))


def _back(organisation_id: int) -> str:
    return reverse("organisation", args=[organisation_id])


def _member(request: Request, organisation_id: int, pk: int) -> Membership:
    return get_object_or_404(queries.members_of(organisation=_other(organisation_id), on=request.on), pk=pk)


@door(POST=WRITE)
def end_role(request: Request, organisation_id: int, membership_id: int) -> HttpResponse:
    """End somebody's role now."""
    return members.end(request, _member(request, organisation_id, membership_id), _back(organisation_id))


@door(GET=WRITE, POST=WRITE)
def limit_role(request: Request, organisation_id: int, membership_id: int) -> HttpResponse:
    """Give somebody's role a last day, or none."""
    return members.term(request, _member(request, organisation_id, membership_id), _back(organisation_id))


@door(POST=WRITE)
def resend_invitation(request: Request, organisation_id: int, invitation_id: int) -> HttpResponse:
    """Send an invitation again; its former link is void."""
    invitation = get_object_or_404(queries.open_invitations(organisation=_other(organisation_id)), pk=invitation_id)
    return members.resend(request, invitation, _back(organisation_id))


@door(POST=WRITE)
def withdraw_invitation(request: Request, organisation_id: int, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(queries.open_invitations(organisation=_other(organisation_id)), pk=invitation_id)
    return members.withdraw(request, invitation, _back(organisation_id))
