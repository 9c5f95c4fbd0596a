"""Who sits on which board, and which landlords one group holds: what makes somebody unfit to judge."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from palier.calendar import in_words, paris_day
from palier.directory.models import BoardMandate, Group, GroupMember, Landlord, Organisation, Person
from palier.directory.operations.members import enter_person
from palier.directory.rules import Kind, plain
from palier.french import elided, linked
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, no


@transaction.atomic
def declare_board(
    *,
    person: Person,
    organisation: Organisation,
    role: str,
    starts_on: date,
    by: Person | None,
    at: datetime,
    ends_on: date | None = None,
) -> BoardMandate:
    """Declare a mandate on the board of an organisation, past or in force; a person declared by somebody else is told.

    Raises:
        Refusal: when it ends before it begins, or overlaps another mandate of the person on this board.
    """
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(no("directory.board_dates", "Le mandat finit avant de commencer : corrigez l’une des deux dates."))
    overlaps = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    if ends_on is not None:
        overlaps &= Q(starts_on__lte=ends_on)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if held := BoardMandate.objects.filter(overlaps, person=person, organisation=organisation).order_by("starts_on").first():
        raise Refusal(
            no(
                "directory.board_held",
                f"{person.name} siège déjà à ce conseil depuis le {in_words(held.starts_on)} ({held.role}) : "
                "mettez d’abord fin à ce mandat.",
            )
        )
    mandate = BoardMandate.objects.create(
        person=person,
        organisation=organisation,
        role=role.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        declared_by=by,
        declared_at=at,
    )
    whose = "siéger" if by == person else f"que {person.name} siège"
    until = f" jusqu’au {ends_on:%d/%m/%Y}" if ends_on else ""
    summary = (
        f"a déclaré {whose} au conseil {linked('de', organisation.name)} : {mandate.role}, "
        f"depuis le {starts_on:%d/%m/%Y}{until}."
    )
    _record_board("declared", mandate, summary, by, at)
    if by != person:
        post(
            event="directory.board_declared",
            to=[person.pk],
            at=at,
            subject=f"On vous inscrit au conseil {linked('de', organisation.name)}",
            body=f"Fonction : {mandate.role}, depuis le {in_words(starts_on)}{until}.\n\n"
            "Si c’est une erreur, mettez-y fin depuis votre compte. Ce mandat ne donne aucun accès : il sert à ne pas vous "
            "faire juger un dossier qui vous touche.",
            link="/compte/conseils/",
            undo_key=f"board:{mandate.pk}",
        )
    return mandate


@transaction.atomic
def enter_board(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    role: str,
    starts_on: date,
    by: Person,
    at: datetime,
    ends_on: date | None = None,
) -> BoardMandate:
    """Declare the mandate of somebody by their address; they are entered if nobody knew them, and no access opens.

    Raises:
        Refusal: as for ``declare_board``.
    """
    person = enter_person(email=email, name=name, at=at)
    return declare_board(
        person=person, organisation=organisation, role=role, starts_on=starts_on, ends_on=ends_on, by=by, at=at
    )


@transaction.atomic
def end_board(*, mandate: BoardMandate, by: Person, at: datetime) -> None:
    """End a mandate on a board now: it is not in force today any more. It stays on record.

    Raises:
        Refusal: when it is over already.
    """
    found = (
        BoardMandate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person", "organisation")
        .get(pk=mandate.pk)
    )
    found.ends_on = _ended(found.starts_on, found.ends_on, paris_day(at))
    found.save(update_fields=["ends_on"])
    cancel(undo_key=f"board:{found.pk}", at=at)
    whose = "à son mandat" if by == found.person else f"au mandat {elided('de', found.person.name)}"
    summary = f"a mis fin {whose} au conseil {linked('de', found.organisation.name)} : {found.role}."
    _record_board("ended", found, summary, by, at)


def _ended(starts_on: date, ends_on: date | None, today: date) -> date:
    """The last day of what ends today: yesterday, or the eve of its first day when it never held."""
    if ends_on is not None and ends_on < today:
        raise Refusal(no("directory.over_already", f"C’est déjà fini depuis le {in_words(ends_on)}."))
    return max(today, starts_on) - timedelta(days=1)


def _record_board(act: str, mandate: BoardMandate, summary: str, by: Person | None, at: datetime) -> None:
    organisation = mandate.organisation
    of_landlord = organisation.kind == Kind.LANDLORD
    record(
        act=f"directory.board_{act}",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if of_landlord else None,
        summary=summary,
        facts={"mandate": mandate.pk, "person": mandate.person_id, "role": mandate.role},
        audience=Audience.LANDLORD if of_landlord else Audience.SCHEME,
    )


@transaction.atomic
def found_group(*, name: str, by: Person | None, at: datetime) -> Group:
    """Name a group of landlords.

    Raises:
        Refusal: when the name is taken.
    """
    name = name.strip()
    if Group.objects.filter(plain_name=plain(name)).exists():
        raise Refusal(no("directory.group_named", f"Un groupe s’appelle déjà « {name} »."))
    group = Group.objects.create(name=name, plain_name=plain(name), created_at=at)
    _record_group("founded", group, None, f"a inscrit le groupe « {name} ».", by, at)
    return group


@transaction.atomic
def join_group(*, group: Group, landlord: Landlord, starts_on: date, by: Person | None, at: datetime) -> GroupMember:
    """Say that a landlord belongs to a group, from a day.

    Raises:
        Refusal: when it belongs to a group from that day on already.
    """
    landlord = Landlord.objects.select_for_update(of=("self",), no_key=True).get(pk=landlord.pk)
    others = landlord.groups.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)).select_related("group")
    if held := others.first():
        raise Refusal(
            no(
                "directory.in_a_group",
                f"{landlord.name} est déjà du groupe « {held.group.name} » à cette date : mettez-y fin d’abord.",
            )
        )
    member = GroupMember.objects.create(group=group, landlord=landlord, starts_on=starts_on)
    summary = f"a inscrit {landlord.name} dans le groupe « {group.name} », depuis le {starts_on:%d/%m/%Y}."
    _record_group("joined", group, landlord, summary, by, at)
    return member


@transaction.atomic
def leave_group(*, member: GroupMember, by: Person, at: datetime) -> None:
    """Say that a landlord is no longer of a group from today; what it was stays on record.

    Raises:
        Refusal: when it left already.
    """
    found = (
        GroupMember.objects.select_for_update(of=("self",), no_key=True).select_related("group", "landlord").get(pk=member.pk)
    )
    found.ends_on = _ended(found.starts_on, found.ends_on, paris_day(at))
    found.save(update_fields=["ends_on"])
    summary = f"a retiré {found.landlord.name} du groupe « {found.group.name} »."
    _record_group("left", found.group, found.landlord, summary, by, at)


def _record_group(act: str, group: Group, landlord: Landlord | None, summary: str, by: Person | None, at: datetime) -> None:
    record(
        act=f"directory.group_{act}",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", landlord.pk) if landlord else ("directory.group", group.pk),
        landlord=landlord.pk if landlord else None,
        summary=summary,
        facts={"group": group.pk},
        audience=Audience.FILE if landlord else Audience.SCHEME,
    )
