"""The people of a landlord: roles, invitations, and whom the file is open to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory import operations, queries
from palier.directory.models import Landlord, Organisation
from palier.directory.rules import Kind, Right, Role, Thing, grantable
from palier.web.directory.forms import AssociationForm, InviteForm
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of

MEMBERS_READ, MEMBERS_WRITE = (Thing.MEMBERS, Right.READ), (Thing.MEMBERS, Right.WRITE)
TENANTS_READ, TENANTS_WRITE = (Thing.TENANTS_STEP, Right.READ), (Thing.TENANTS_STEP, Right.WRITE)


@door(GET=MEMBERS_READ)
def people(request: Request, landlord: Landlord) -> HttpResponse:
    """Who is what here, who is invited, who else may open the file."""
    gives = grantable(request.roles, Kind.LANDLORD)
    members = queries.members_of(organisation=landlord, on=request.on)
    return render(
        request,
        "directory/people.html",
        {
            "landlord": landlord,
            "members": [(m, Role(m.role).label, Role(m.role) in gives and m.ends_on is None) for m in members],
            "invitations": [(i, Role(i.role).label) for i in queries.open_invitations(organisation=landlord)],
            "former": [(m, Role(m.role).label) for m in queries.former_members_of(organisation=landlord, on=request.on)[:20]],
            "relations": [(r, Role(r.role).label) for r in queries.relations_of(landlord=landlord.pk, on=request.on)],
            "history": entries_of(request, "directory.organisation", landlord.pk),
            "may_invite": bool(gives) and bool(request.may(Right.WRITE, Thing.MEMBERS)),
        },
    )


@door(GET=MEMBERS_WRITE, POST=MEMBERS_WRITE)
def invite(request: Request, landlord: Landlord) -> HttpResponse:
    """Invite somebody of the landlord."""
    form = InviteForm(request.POST or None, roles=grantable(request.roles, Kind.LANDLORD))
    if request.method == "POST" and form.is_valid():
        _invite(request, form, landlord)
        return redirect("people", landlord.pk)
    return render(request, "directory/invite.html", {"landlord": landlord, "form": form, "organisation": landlord})


def _invite(request: Request, form: InviteForm, organisation: Organisation) -> None:
    asked = form.cleaned_data
    operations.invite(
        email=asked["email"],
        name=asked["name"],
        organisation=organisation,
        role=Role(asked["role"]),
        by=request.user,
        at=request.at,
    )
    messages.success(request, f"L’invitation de {asked['name']} part par courriel. Elle vaut 14 jours.")


@door(POST=MEMBERS_WRITE)
def end_role(request: Request, landlord: Landlord, membership_id: int) -> HttpResponse:
    """End somebody's role now."""
    membership = get_object_or_404(queries.members_of(organisation=landlord, on=request.on), pk=membership_id)
    operations.end_membership(membership=membership, by=request.user, at=request.at)
    messages.success(request, f"Le rôle de {membership.person.name} a pris fin. Sa session ne l’ouvre plus.")
    return redirect("people", landlord.pk)


@door(POST=MEMBERS_WRITE)
def resend_invitation(request: Request, landlord: Landlord, invitation_id: int) -> HttpResponse:
    """Send an invitation again; its former link is void."""
    invitation = get_object_or_404(queries.open_invitations(organisation=landlord), pk=invitation_id)
    operations.resend_invitation(invitation=invitation, by=request.user, at=request.at)
    messages.success(request, f"L’invitation de {invitation.name} repart. L’ancien lien ne sert plus.")
    return redirect("people", landlord.pk)


@door(POST=MEMBERS_WRITE)
def withdraw_invitation(request: Request, landlord: Landlord, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(queries.open_invitations(organisation=landlord), pk=invitation_id)
    operations.withdraw_invitation(invitation=invitation, by=request.user, at=request.at)
    messages.success(request, f"L’invitation de {invitation.name} est retirée.")
    return redirect("people", landlord.pk)


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
    held = queries.representatives_of(associations=present, on=request.on)
    return render(
        request,
        "directory/associations.html",
        {
            "landlord": landlord,
            "form": form,
            "associations": [(a, held.get(a.pk, [])) for a in present],
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
    form = InviteForm(request.POST or None, roles=[Role.TENANT_REPRESENTATIVE])
    if request.method == "POST" and form.is_valid():
        _invite(request, form, association)
        return redirect("associations", landlord.pk)
    return render(request, "directory/invite.html", {"landlord": landlord, "form": form, "organisation": association})
