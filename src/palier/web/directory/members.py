"""The people of an organisation as its pages show them: roles in force, invitations, roles that are over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from palier.directory import operations, queries
from palier.directory.models import Invitation, Landlord, Membership, Organisation
from palier.directory.rules import Right, Role, Thing
from palier.french import elided
from palier.verdict import Refusal
from palier.web.directory.forms import InviteForm, LastDayForm
from palier.web.doors import Request


@dataclass(frozen=True, slots=True)
class Acts:
    """Where one acts on the people of an organisation: the pages of a landlord, or those of the directory."""

    pages: str
    pk: int

    def url(self, act: str, *args: int) -> str:
        """The address of an act on one membership or invitation."""
        return reverse(f"{self.pages}_{act}", args=[self.pk, *args])


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A role in force, and where it is ended or given a last day by those who may."""

    membership: Membership
    role: str
    end_url: str
    term_url: str
    address_url: str = ""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation without answer, and where it is sent again or taken back by those who may."""

    invitation: Invitation
    role: str
    resend_url: str
    withdraw_url: str


def member_rows(found: Iterable[Membership], acts: Acts, gives: Iterable[Role]) -> list[MemberRow]:
    """Roles as shown, to somebody who gives these."""
    mine = set(gives)
    return [
        MemberRow(
            membership=m,
            role=Role(m.role).label,
            end_url=acts.url("end", m.pk) if m.role in mine else "",
            term_url=acts.url("term", m.pk) if m.role in mine else "",
        )
        for m in found
    ]


def _addressable(request: Request, rows: list[MemberRow]) -> list[MemberRow]:
    """The same, with where who administers Palier changes somebody's address."""
    if not request.may(Right.WRITE, Thing.INSTALLATION):
        return rows
    back = urlencode({"de": request.path})
    return [replace(row, address_url=f"{reverse('person_address', args=[row.membership.person_id])}?{back}") for row in rows]


def invitation_rows(found: Iterable[Invitation], acts: Acts, gives: Iterable[Role]) -> list[InvitationRow]:
    """Invitations as shown, to somebody who gives these roles."""
    mine = set(gives)
    return [
        InvitationRow(
            invitation=i,
            role=Role(i.role).label,
            resend_url=acts.url("resend", i.pk) if i.role in mine else "",
            withdraw_url=acts.url("withdraw", i.pk) if i.role in mine else "",
        )
        for i in found
    ]


def people_of(request: Request, organisation: Organisation, acts: Acts, gives: frozenset[Role]) -> dict[str, object]:
    """What ``directory/members.html`` shows."""
    former = queries.former_members_of(organisation=organisation, on=request.on)[:20]
    return {
        "members": _addressable(
            request, member_rows(queries.members_of(organisation=organisation, on=request.on), acts, gives)
        ),
        "invitations": invitation_rows(queries.open_invitations(organisation=organisation), acts, gives),
        "former": [(m, Role(m.role).label) for m in former],
    }


def invite(
    request: Request, organisation: Organisation, roles: Iterable[Role], then: str, landlord: Landlord | None = None
) -> HttpResponse:
    """The page that invites somebody into an organisation."""
    form = InviteForm(request.POST or None, roles=roles)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            operations.invite(
                email=asked["email"],
                name=asked["name"],
                organisation=organisation,
                role=Role(asked["role"]),
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error("email", refusal.verdict.sentence)
        else:
            messages.success(request, f"L’invitation de {asked['name']} part par courriel. Elle vaut 14 jours.")
            return redirect(then)
    return render(request, "directory/invite.html", {"landlord": landlord, "form": form, "organisation": organisation})


def end(request: Request, membership: Membership, then: str) -> HttpResponse:
    """End somebody's role now."""
    operations.end_membership(membership=membership, by=request.user, at=request.at)
    messages.success(request, f"Le rôle {elided('de', membership.person.name)} a pris fin. Sa session ne l’ouvre plus.")
    return redirect(then)


def term(request: Request, membership: Membership, then: str, landlord: Landlord | None = None) -> HttpResponse:
    """Give somebody's role a last day, or none."""
    form = LastDayForm(request.POST or None, today=request.on, initial={"last_day": membership.ends_on})
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        operations.limit_membership(membership=membership, last_day=last_day, by=request.user, at=request.at)
        until = f"s’arrête après le {last_day:%d/%m/%Y}" if last_day else "n’a plus de terme"
        messages.success(request, f"Le rôle {elided('de', membership.person.name)} {until}.")
        return redirect(then)
    shown = {"form": form, "membership": membership, "role": Role(membership.role).label, "landlord": landlord, "then": then}
    return render(request, "directory/term.html", shown)


def resend(request: Request, invitation: Invitation, then: str) -> HttpResponse:
    """Send an invitation again; its former link is void."""
    operations.resend_invitation(invitation=invitation, by=request.user, at=request.at)
    messages.success(request, f"L’invitation {elided('de', invitation.name)} repart. L’ancien lien ne sert plus.")
    return redirect(then)


def withdraw(request: Request, invitation: Invitation, then: str) -> HttpResponse:
    """Take an invitation back."""
    operations.withdraw_invitation(invitation=invitation, by=request.user, at=request.at)
    messages.success(request, f"L’invitation {elided('de', invitation.name)} est retirée.")
    return redirect(then)
