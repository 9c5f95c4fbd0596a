"""Who takes no part in what: declarations, recusals, and the conflicts that the records suggest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from palier.audits.models import Mission
from palier.audits.rules.missions import HELD
from palier.calendar import in_words, paris_day
from palier.committee.models import ConflictReview, Declaration, Item, Mandate, Recusal
from palier.committee.rules.conflicts import Clue, Ground, Interest
from palier.committee.rules.seats import Recusal as Reach
from palier.directory import queries as directory
from palier.directory.models import BoardMandate, Landlord, Membership, Person, Relation
from palier.directory.rules import LANDLORD_ROLES, Role
from palier.verdict import YES, Remedy, Verdict, no

_CLUE_OPEN = no("committee.clue_open", "Un lien possible avec ce dossier reste à confirmer ou à écarter.")


def recused(*, item: Item) -> dict[int, Reach]:
    """The people who take no part in a matter, by id, and how far their recusal reaches."""
    live = Recusal.objects.filter(item=item, lifted_at__isnull=True)
    return {person: Reach(reach) for person, reach in live.values_list("mandate__person", "reach")}


def kept_out(*, item: Item) -> frozenset[int]:
    """The people to whom a matter is closed, by id: who is recused, and everybody of a seat that is recused whole."""
    live = Recusal.objects.filter(item=item, lifted_at__isnull=True)
    of_seats = live.filter(reach=Reach.INSTITUTIONAL).values_list("mandate__seat__mandates__person", flat=True)
    return frozenset(live.values_list("mandate__person", flat=True)) | frozenset(of_seats)


def recused_items(*, person: Person) -> QuerySet[Item]:
    """Every matter that is closed to a person, past ones included."""
    mine = Q(recusals__mandate__person=person)
    of_seat = Q(recusals__reach=Reach.INSTITUTIONAL, recusals__mandate__seat__mandates__person=person)
    return Item.objects.filter(mine | of_seat, recusals__lifted_at__isnull=True).distinct()


def declarations(*, item: Item) -> dict[int, Declaration]:
    """What stands as the declaration of each member on a matter, by mandate."""
    latest = Declaration.objects.filter(item=item).order_by("mandate_id", "-pk").distinct("mandate_id")
    return {one.mandate_id: one for one in latest.select_related("mandate__person")}


def free_of_links(*, item: Item, mandate: Mandate) -> Verdict:
    """Whether a member has declared no link with a matter, and none is suspected: its file opens to them then, not before."""
    said = declarations(item=item).get(mandate.pk)
    if said is None or said.interest != Interest.NONE:
        return _undeclared(item)
    if unsettled(item=item, mandates=[mandate]):
        return _CLUE_OPEN
    return YES


def may_enter(*, person: Person, landlord: int) -> Verdict:
    """Whether a member may enter the pages of a landlord: while matters of it are under way, once they are free of links with each.

    Who has no mandate in the committee that takes a matter has nothing to declare. One SQL query when none is under way or a
    declaration is missing; else, that of their mandates and the clues of each.
    """
    sits = Mandate.objects.filter(committee=OuterRef("session__committee"), person=person)
    said = Declaration.objects.filter(item=OuterRef("pk"), mandate__person=person).order_by("-pk").values("interest")[:1]
    live = Item.objects.filter(Exists(sits), journey__landlord=landlord, concluded_at__isnull=True, withdrawn_at__isnull=True)
    items = list(live.annotate(said=Subquery(said)).select_related("session", "journey__landlord").order_by("pk"))
    for item in items:
        if item.said != Interest.NONE:
            return _undeclared(item)
    mandates = list(Mandate.objects.filter(person=person).select_related("seat__body")) if items else []
    for item in items:
        if unsettled(item=item, mandates=[one for one in mandates if one.committee_id == item.session.committee_id]):
            return _CLUE_OPEN
    return YES


def _undeclared(item: Item) -> Verdict:
    session = item.session
    where = {"committee_id": session.committee_id, "session_number": session.number, "item_id": item.pk}
    remedy = Remedy("Déclarer mes liens", "committee_item", where)
    return no("committee.undeclared", "Déclarez d’abord vos liens avec ce dossier.", remedy)


def clues(*, item: Item, mandates: Collection[Mandate]) -> list[Clue]:
    """The likely conflicts of some members on a matter, with what was made of each before. Ten SQL queries at most.

    A group is that of the session's day.
    """
    landlord = item.journey.landlord if item.journey else None
    organisation = landlord.pk if landlord else item.firm_id
    if organisation is None:
        return []
    people = [mandate.person_id for mandate in mandates]
    on = paris_day(item.session.starts_at)
    found = dict.fromkeys(_of_landlord(landlord, mandates, people, on) if landlord else _of_firm(organisation, people))
    reviewed = {
        (one.person_id, one.ground, one.detail): one
        for one in ConflictReview.objects.filter(person__in=people, organisation=organisation)
        .order_by("person_id", "ground", "detail", "-pk")
        .distinct("person_id", "ground", "detail")
    }
    return [
        _clue(person, organisation, ground, detail, reviewed.get((person, ground, detail))) for person, ground, detail in found
    ]


def _clue(person: int, organisation: int, ground: Ground, detail: str, known: ConflictReview | None) -> Clue:
    if known is None:
        return Clue(person, organisation, ground, detail)
    return Clue(person, organisation, ground, detail, known.confirmed, known.reason)


def _of_landlord(
    landlord: Landlord, mandates: Collection[Mandate], people: Collection[int], on: date
) -> Iterator[tuple[int, Ground, str]]:
    roles = Membership.objects.filter(person__in=people, organisation=landlord.pk, role__in=LANDLORD_ROLES)
    for person, role in roles.order_by("pk").values_list("person", "role"):
        yield person, Ground.WORKS_THERE, Role(role).label
    yield from _on_board(landlord.pk, people)
    yield from _of_group(landlord, people, on)
    held = Mission.objects.filter(Q(auditor__in=people), landlord=landlord, state__in=HELD).order_by("pk")
    for person, cycle in held.values_list("auditor", "cycle"):
        yield person, Ground.AUDITED, f"cycle {cycle}"
    # In one filter(), so that it is one membership: the person's own, as a representative.
    rows = Relation.objects.filter(
        Q(person__isnull=True) | Q(person=F("holder__memberships__person")),
        landlord=landlord,
        role=Role.TENANT_REPRESENTATIVE,
        holder__memberships__person__in=people,
        holder__memberships__role=Role.TENANT_REPRESENTATIVE,
    ).order_by("pk")
    for person, holder in rows.values_list("holder__memberships__person", "holder__name"):
        yield person, Ground.REPRESENTS_TENANTS, holder
    for mandate in mandates:
        if mandate.seat.body_id == landlord.federation_id:
            yield mandate.person_id, Ground.OWN_FEDERATION, mandate.seat.body.name
        if mandate.seat.body_id == landlord.regional_association_id:
            yield mandate.person_id, Ground.OWN_REGION, mandate.seat.body.name


def _on_board(organisation: int, people: Collection[int]) -> Iterator[tuple[int, Ground, str]]:
    for mandate in directory.boards().filter(person__in=people, organisation=organisation):
        yield mandate.person_id, Ground.ON_BOARD, _seat(mandate)


def _of_group(landlord: Landlord, people: Collection[int], on: date) -> Iterator[tuple[int, Ground, str]]:
    """The same links with another landlord of its group."""
    if (member := directory.group_of(landlord=landlord, on=on)) is None:
        return
    group, sisters = member.group.name, directory.sisters_of(landlord=landlord, on=on).values("pk")
    roles = Membership.objects.filter(person__in=people, organisation__in=sisters, role__in=LANDLORD_ROLES).order_by("pk")
    for person, name, role in roles.values_list("person", "organisation__name", "role"):
        yield person, Ground.WORKS_IN_GROUP, f"{group} : {name}, {Role(role).label}"
    for mandate in directory.boards().filter(person__in=people, organisation__in=sisters):
        yield mandate.person_id, Ground.ON_BOARD_IN_GROUP, f"{group} : {mandate.organisation.name}, {_seat(mandate)}"


def _seat(mandate: BoardMandate) -> str:
    return f"{mandate.role}, depuis le {in_words(mandate.starts_on)}"


def _of_firm(firm: int, people: Collection[int]) -> Iterator[tuple[int, Ground, str]]:
    roles = Membership.objects.filter(person__in=people, organisation=firm).order_by("pk")
    for person, role in roles.values_list("person", "role"):
        yield person, Ground.SAME_FIRM, Role(role).label
    yield from _on_board(firm, people)


def unsettled(*, item: Item, mandates: Collection[Mandate]) -> list[Clue]:
    """The likely conflicts of members who are not recused that nobody dismissed: not answered yet, or confirmed at another session."""
    return [clue for clue in clues(item=item, mandates=mandates) if clue.confirmed is not False]
