"""Mandates on boards: one's own, those of an organisation; and the groups of landlords, which the label's team keeps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.directory import operations, queries
from palier.directory.models import BoardMandate, Group, GroupMember, Landlord, Organisation
from palier.directory.rules import BOARDS_OF_ONESELF, Kind, Right, Thing
from palier.french import elided
from palier.verdict import Refusal
from palier.web.directory.forms import BoardForm, GroupForm, GroupMemberForm, OthersBoardForm, OwnBoardForm
from palier.web.doors import Open, Request, door, roles_of

MEMBERS_WRITE = (Thing.MEMBERS, Right.WRITE)
READ, WRITE = (Thing.DIRECTORY, Right.READ), (Thing.DIRECTORY, Right.WRITE)


@door(GET=Open.SIGNED_IN)
def mine(request: Request) -> HttpResponse:
    """The boards on which one sits or sat."""
    found = list(queries.boards_of(person=request.user))
    context = {
        "rows": [(one, _url("my_board_end", one.pk) if one.holds_after(request.on) else "") for one in found],
        "may_declare": bool(roles_of(request) & BOARDS_OF_ONESELF),
    }
    return render(request, "directory/my_boards.html", context)


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def declare_mine(request: Request) -> HttpResponse:
    """Declare that one sits on a board."""
    if not roles_of(request) & BOARDS_OF_ONESELF:
        raise Http404
    form = OwnBoardForm(request.POST or None)
    if _kept(form, lambda given: operations.declare_board(person=request.user, by=request.user, at=request.at, **given)):
        messages.success(request, "Votre mandat est déclaré.")
        return redirect("my_boards")
    return render(request, "directory/board_mine.html", {"form": form}, status=422 if form.errors else 200)


@door(POST=Open.SIGNED_IN)
def end_mine(request: Request, board_mandate_id: int) -> HttpResponse:
    """End one of one's own mandates."""
    mandate = get_object_or_404(queries.boards_of(person=request.user), pk=board_mandate_id)
    operations.end_board(mandate=mandate, by=request.user, at=request.at)
    messages.success(request, "Ce mandat a pris fin. Il reste au dossier.")
    return redirect("my_boards")


def board_of(request: Request, organisation: Organisation, pages: str, *, may_write: bool) -> dict[str, Any]:
    """What ``directory/board.html`` shows; ``pages`` are those of a landlord, or those of the directory."""
    found = list(queries.board_of(organisation=organisation))
    return {
        "board": [
            (one, _url(f"{pages}_board_end", organisation.pk, one.pk) if may_write and one.holds_after(request.on) else "")
            for one in found
        ],
        "board_add_url": _url(f"{pages}_board_add", organisation.pk) if may_write else "",
    }


def _url(page: str, *args: int) -> str:
    return reverse(page, args=args)


@door(GET=MEMBERS_WRITE, POST=MEMBERS_WRITE)
def add_to_landlord(request: Request, landlord: Landlord) -> HttpResponse:
    """Enter a mandate on the board of a landlord."""
    return _add(request, landlord, _url("people", landlord.pk), landlord)


@door(POST=MEMBERS_WRITE)
def end_at_landlord(request: Request, landlord: Landlord, board_mandate_id: int) -> HttpResponse:
    """End a mandate on the board of a landlord."""
    return _end(request, landlord, board_mandate_id, _url("people", landlord.pk))


@door(GET=WRITE, POST=WRITE)
def add_to_organisation(request: Request, organisation_id: int) -> HttpResponse:
    """Enter a mandate on the board of an organisation that is not a landlord."""
    found = _other(organisation_id)
    return _add(request, found, _url("organisation", found.pk))


@door(POST=WRITE)
def end_at_organisation(request: Request, organisation_id: int, board_mandate_id: int) -> HttpResponse:
    """End a mandate on the board of an organisation that is not a landlord."""
    found = _other(organisation_id)
    return _end(request, found, board_mandate_id, _url("organisation", found.pk))


def _other(organisation_id: int) -> Organisation:
    return get_object_or_404(Organisation.objects.exclude(kind=Kind.LANDLORD), pk=organisation_id)


def _add(request: Request, organisation: Organisation, then: str, landlord: Landlord | None = None) -> HttpResponse:
    form = OthersBoardForm(request.POST or None)
    if _kept(form, lambda given: operations.enter_board(organisation=organisation, by=request.user, at=request.at, **given)):
        messages.success(request, "Le mandat est inscrit. La personne en est avertie.")
        return redirect(then)
    context = {"form": form, "organisation": organisation, "landlord": landlord, "then": then}
    return render(request, "directory/board_add.html", context, status=422 if form.errors else 200)


def _kept(form: BoardForm, act: Any) -> bool:
    """Whether a form was understood and its act done; a refusal is said beside what it is about."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refusal as refusal:
        for reason in refusal.verdict.reasons:
            form.add_error("ends_on" if reason.code == "directory.board_dates" else None, reason.sentence)
        return False
    return True


def _end(request: Request, organisation: Organisation, pk: int, then: str) -> HttpResponse:
    mandate: BoardMandate = get_object_or_404(queries.board_of(organisation=organisation), pk=pk)
    operations.end_board(mandate=mandate, by=request.user, at=request.at)
    messages.success(request, f"Le mandat {elided('de', mandate.person.name)} a pris fin. Il reste au dossier.")
    return redirect(then)


@door(GET=READ, POST=WRITE)
def groups(request: Request) -> HttpResponse:
    """Every group of landlords, and a new one."""
    form = GroupForm(request.POST or None)
    if form.is_valid():
        try:
            group = operations.found_group(name=form.cleaned_data["name"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("name", refusal.verdict.sentence)
        else:
            messages.success(request, f"Le groupe « {group.name} » est inscrit : ajoutez ses organismes.")
            return redirect("group", group.pk)
    context = {
        "groups": queries.groups(on=request.on),
        "form": form,
        "may_write": request.may(Right.WRITE, Thing.DIRECTORY),
    }
    return render(request, "directory/groups.html", context, status=422 if form.errors else 200)


@door(GET=READ, POST=WRITE)
def group(request: Request, group_id: int) -> HttpResponse:
    """A group: the landlords that are or were of it, and one more."""
    found = get_object_or_404(Group, pk=group_id)
    form = GroupMemberForm(request.POST or None, initial={"starts_on": request.on})
    if form.is_valid():
        try:
            member = operations.join_group(group=found, by=request.user, at=request.at, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("landlord", refusal.verdict.sentence)
        else:
            messages.success(request, f"{member.landlord.name} est du groupe.")
            return redirect("group", found.pk)
    context = {
        "group": found,
        "rows": [(one, one.ends_on is None or one.ends_on >= request.on) for one in queries.group_members(group=found)],
        "form": form,
        "may_write": request.may(Right.WRITE, Thing.DIRECTORY),
    }
    return render(request, "directory/group.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def leave_group(request: Request, group_id: int, group_member_id: int) -> HttpResponse:
    """Say that a landlord is no longer of a group."""
    member = get_object_or_404(GroupMember.objects.select_related("landlord"), group=group_id, pk=group_member_id)
    operations.leave_group(member=member, by=request.user, at=request.at)
    messages.success(request, f"{member.landlord.name} n’est plus du groupe.")
    return redirect("group", group_id)
