"""Whether members may sit on a matter, by what they declared and what the records suggest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from palier.committee.models import Item, Mandate
from palier.committee.queries.recusals import declarations, kept_out, unsettled
from palier.committee.queries.sessions import holders_of, inside
from palier.committee.rules.conflicts import Clue, Interest
from palier.verdict import YES, Reason, Remedy, Verdict, no


@dataclass(frozen=True, slots=True)
class Waiting:
    """What keeps members from sitting on a matter: declarations missing or in doubt, likely conflicts left open."""

    item: Item
    missing: tuple[Mandate, ...]
    unsure: tuple[Mandate, ...]
    clues: tuple[tuple[Mandate, Clue], ...]

    @property
    def verdict(self) -> Verdict:
        """Yes when nothing does; else every reason at once, each with the page where it is mended."""
        session = self.item.session
        where = {"committee_id": session.committee_id, "session_number": session.number, "item_id": self.item.pk}
        reasons = [
            Reason("committee.clue_open", f"Un lien possible reste à confirmer ou à écarter : {mandate.person.name} {clue.ground.label}.",
                   Remedy("Voir les liens possibles", "committee_item", where))
            for mandate, clue in self.clues
        ]  # fmt: skip
        if self.unsure:
            sentence = f"« Je ne sais pas » reste à trancher, par une récusation ou une déclaration : {_names(self.unsure)}."
            reasons.insert(0, Reason("committee.unsure", sentence, Remedy("Voir le point", "committee_item", where)))
        if self.missing:
            sentence = f"Ces membres n’ont pas encore déclaré leurs liens : {_names(self.missing)}."
            reasons.insert(
                0, Reason("committee.undeclared", sentence, Remedy("Voir les déclarations", "committee_item", where))
            )
        return Verdict(tuple(reasons))


def _names(mandates: Collection[Mandate]) -> str:
    return ", ".join(mandate.person.name for mandate in mandates)


def waiting(*, item: Item, mandates: Collection[Mandate]) -> Waiting:
    """What keeps these members from sitting on a matter."""
    said = declarations(item=item)
    people = {m.person_id: m for m in mandates}
    return Waiting(
        item,
        tuple(m for m in mandates if m.pk not in said),
        tuple(m for m in mandates if m.pk in said and said[m.pk].interest == Interest.UNKNOWN),
        tuple((people[clue.person], clue) for clue in unsettled(item=item, mandates=mandates)),
    )


def another_under_way(*, item: Item) -> Verdict:
    """Whether no other matter is under way: in a session, one is finished before the next opens."""
    session = item.session
    under_way = session.items.filter(opened_at__isnull=False, concluded_at__isnull=True, withdrawn_at__isnull=True)
    if session.written or (other := under_way.exclude(pk=item.pk).first()) is None:
        return YES
    where = {"committee_id": session.committee_id, "session_number": session.number, "item_id": other.pk}
    return no(
        "committee.another_item",
        f"« {other.title} » est en cours : terminez ce point d’abord.",
        Remedy("Voir ce point", "committee_room_item", where),
    )


def waited_for(*, item: Item) -> Waiting:
    """What keeps a matter from opening: everybody in the room (or, in writing, every titular) declares, unless recused."""
    session = item.session
    here, out = inside(session=session), kept_out(item=item)
    members = [m for m in holders_of(session=session) if m.person_id not in out and (session.written or m.pk in here)]
    if session.written:  # a substitute may declare later, before voting
        said = declarations(item=item)
        members = [m for m in members if m.pk in said or m.rank == 0]
    return waiting(item=item, mandates=members)
