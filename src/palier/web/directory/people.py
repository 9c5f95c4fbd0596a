"""The people of a landlord: roles, invitations, and whom the file is open to."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.directory import operations, queries
from palier.directory.models import Invitation, Landlord, Membership, Organisation
from palier.directory.rules import LIGHT_ROLES, SCHEME_ROLES, Kind, Right, Role, Thing, grantable
from palier.web.directory import members
from palier.web.directory.boards import board_of
from palier.web.directory.forms import AssociationForm
from palier.web.directory.members import Acts
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of

MEMBERS_READ, MEMBERS_WRITE = (Thing.MEMBERS, Right.READ), (Thing.MEMBERS, Right.WRITE)
TENANTS_READ, TENANTS_WRITE = (Thing.TENANTS_STEP, Right.READ), (Thing.TENANTS_STEP, Right.WRITE)


@door(GET=MEMBERS_READ)
def people(request: Request, landlord: Landlord) -> HttpResponse:
    """Who is what here, who is invited, who else may open the file."""
    gives = grantable(request.roles, Kind.LANDLORD)
    return render(
        request,
        "directory/people.html",
        {
            "landlord": landlord,
            **members.people_of(request, landlord, Acts("people", landlord.pk), gives),
            **board_of(request, landlord, "people", may_write=bool(request.may(Right.WRITE, Thing.MEMBERS))),
            "relations": [(r, Role(r.role).label) for r in queries.relations_of(landlord=landlord.pk, on=request.on)],
            "history": entries_of(request, "directory.organisation", landlord.pk),
            "may_invite": bool(gives) and bool(request.may(Right.WRITE, Thing.MEMBERS)),
        },
    )


@door(GET=MEMBERS_WRITE, POST=MEMBERS_WRITE)
def invite(request: Request, landlord: Landlord) -> HttpResponse:
    """Invite somebody of the landlord."""
    return members.invite(request, landlord, grantable(request.roles, Kind.LANDLORD), _back(landlord, landlord), landlord)


def _back(landlord: Landlord, organisation: Organisation) -> str:
    return reverse("people" if organisation.pk == landlord.pk else "associations", args=[landlord.pk])


def _member(request: Request, landlord: Landlord, pk: int) -> Membership:
    """A role at the landlord, or in an association of its stock."""
    home = queries.at_home_of(landlord=landlord.pk, on=request.on)
    return get_object_or_404(queries.members_of(organisation=home, on=request.on), pk=pk)


def _invitation(request: Request, landlord: Landlord, pk: int) -> Invitation:
    home = queries.at_home_of(landlord=landlord.pk, on=request.on)
    return get_object_or_404(queries.open_invitations(organisation=home), pk=pk)


@door(POST=MEMBERS_WRITE)
def end_role(request: Request, landlord: Landlord, membership_id: int) -> HttpResponse:
    """End somebody's role now."""
    membership = _member(request, landlord, membership_id)
    return members.end(request, membership, _back(landlord, membership.organisation))


@door(GET=MEMBERS_WRITE, POST=MEMBERS_WRITE)
def limit_role(request: Request, landlord: Landlord, membership_id: int) -> HttpResponse:
    """Give somebody's role a last day, or none."""
    membership = _member(request, landlord, membership_id)
    return members.term(request, membership, _back(landlord, membership.organisation), landlord)


@door(POST=MEMBERS_WRITE)
def resend_invitation(request: Request, landlord: Landlord, invitation_id: int) -> HttpResponse:
    """Send an invitation again; its former link is void."""
    invitation = _invitation(request, landlord, invitation_id)
    return members.resend(request, invitation, _back(landlord, invitation.organisation))


@door(POST=MEMBERS_WRITE)
def withdraw_invitation(request: Request, landlord: Landlord, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, landlord, invitation_id)
    return members.withdraw(request, invitation, _back(landlord, invitation.organisation))


@door(GET=TENANTS_READ, POST=TENANTS_WRITE)
def associations(request: Request, landlord: Landlord) -> HttpResponse:
    """The tenants' associations present in the stock, their representatives, and one more."""
    present = list(queries.associations_of(landlord=landlord.pk, on=request.on))
    form = AssociationForm(request.POST or None, landlord=landlord, present=present)
    if request.method == "POST" and form.is_valid():
        association = form.cleaned_data["known"] or operations.add_organisation(
            kind=Kind.TENANTS_ASSOCIATION,
            name=form.cleaned_data["name"],
            of_landlord=landlord,
            by=request.user,
            at=request.at,
        )
        operations.add_association(landlord=landlord, association=association, by=request.user, at=request.at)
        messages.success(request, f"{association.name} est présente : ses représentants voient ce qui est partagé.")
        return redirect("associations", landlord.pk)
    acts, among = Acts("people", landlord.pk), Q(organisation__in=present, role__in=LIGHT_ROLES)
    gives = grantable(request.roles, Kind.TENANTS_ASSOCIATION)
    shared = queries.present_elsewhere(associations=present, landlord=landlord.pk, on=request.on)
    ours = {a.pk: gives if a.pk not in shared or request.roles & SCHEME_ROLES else frozenset[Role]() for a in present}
    held = list(queries.members_of(organisation=among, on=request.on))
    asked = list(queries.open_invitations(organisation=among))
    return render(
        request,
        "directory/associations.html",
        {
            "landlord": landlord,
            "form": form,
            "associations": [
                (
                    a,
                    members.member_rows((m for m in held if m.organisation_id == a.pk), acts, ours[a.pk]),
                    members.invitation_rows((i for i in asked if i.organisation_id == a.pk), acts, ours[a.pk]),
                    bool(ours[a.pk]),
                )
                for a in present
            ],
            "may_write": request.may(Right.WRITE, Thing.TENANTS_STEP),
        },
    )


def _present(request: Request, landlord: Landlord, association_id: int) -> Organisation:
    return get_object_or_404(queries.associations_of(landlord=landlord.pk, on=request.on), pk=association_id)


@door(POST=TENANTS_WRITE)
def remove_association(request: Request, landlord: Landlord, association_id: int) -> HttpResponse:
    """Say that an association is no longer present."""
    association = _present(request, landlord, association_id)
    operations.remove_association(landlord=landlord, association=association, by=request.user, at=request.at)
    messages.success(request, f"À partir de demain, {association.name} ne voit plus le dossier.")
    return redirect("associations", landlord.pk)


@door(GET=TENANTS_WRITE, POST=TENANTS_WRITE)
def invite_representative(request: Request, landlord: Landlord, association_id: int) -> HttpResponse:
    """Invite a representative of an association present in the stock."""
    association = _present(request, landlord, association_id)
    return members.invite(request, association, [Role.TENANT_REPRESENTATIVE], _back(landlord, association), landlord)
