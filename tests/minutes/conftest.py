"""A session that was held with two matters, voted, and closed: what minutes are written from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.committee.conftest import Sitting, at_the_committee, referent, sitting

if TYPE_CHECKING:
    from palier.committee.models import Item, Mandate, Session
    from palier.directory.models import Person
    from palier.label.models import Journey
    from palier.minutes.models import Copy, Minutes

__all__ = ["at_the_committee", "referent", "sitting"]
CANARY = "CANARI-DU-POINT"
"""A text that nobody who is recused may meet."""


@dataclass
class Held:
    """A session: on an open matter, a member voted against with reasons; a landlord’s award was decided without the third seat.

    The third titular is recused from the award with the whole seat; the fifth alone, and the substitute sat.
    """

    sitting: Sitting
    journey: Journey
    open_matter: Item
    award: Item
    next: Session | None = None
    minutes: list[Minutes] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return self.sitting.session

    @property
    def recused(self) -> Mandate:
        """The titular whose whole seat takes no part in the award."""
        return self.sitting.titulars[2]

    @property
    def chair(self) -> Person:
        return self.sitting.titulars[0].person

    @property
    def referent(self) -> Person:
        return self.sitting.referent

    def admit(self, mandate: Mandate) -> None:
        """The member has accepted the invitation."""
        from palier.directory.models import Membership
        from palier.directory.operations import add_member
        from palier.directory.rules import Role

        role, at = Role.COMMITTEE_MEMBER, self.sitting.at
        if not Membership.objects.filter(person=mandate.person, role=role).exists():
            add_member(person=mandate.person, organisation=mandate.seat.body, role=role, by=None, at=at)

    def start(self) -> Minutes:
        from palier.minutes import operations

        return operations.start(session=self.session, by=self.referent, at=self.sitting.later())

    def send(self) -> Minutes:
        from palier.minutes import operations

        minutes = self.start()
        operations.send(minutes=minutes, by=self.referent, at=self.sitting.later())
        minutes.refresh_from_db()
        return minutes

    def prepare_next(self) -> Session:
        """The next session, in preparation."""
        from palier.committee import operations

        starts = self.sitting.later() + timedelta(days=30)
        self.next = operations.prepare(
            committee=self.sitting.committee, starts_at=starts, ends_at=starts + timedelta(hours=2), by=self.referent,
            at=self.sitting.later(),
        )  # fmt: skip
        return self.next

    def propose(self, minutes: Minutes) -> Item:
        """The approval of the minutes, on the agenda of the next session, convened."""
        from palier.committee import operations
        from palier.minutes.operations import propose

        item = propose(minutes=minutes, session=self.prepare_next(), by=self.referent, at=self.sitting.later())
        operations.convene(session=item.session, by=self.referent, at=self.sitting.later())
        return item

    def vote(self, item: Item, outcome: str = "minutes_approved", reasons: str = "") -> None:
        """The session of a matter sits: three members vote for what is proposed, and the matter is concluded."""
        from palier.committee import operations
        from palier.committee.rules.outcomes import Outcome

        before, self.sitting.session = self.sitting.session, item.session
        item.session.refresh_from_db()
        self.sitting.now = item.session.starts_at
        here = self.sitting.titulars[:3]
        self.sitting.open(*here)
        self.sitting.begin(item, *here)
        poll = self.sitting.poll(item, outcome=Outcome(outcome), reasons=reasons)
        for mandate in here:
            self.sitting.vote(poll, mandate, "for")
        self.sitting.close(poll)
        operations.conclude(item=item, by=self.referent, at=self.sitting.later())
        self.sitting.session = before
        item.refresh_from_db()

    def approve(self, minutes: Minutes) -> Minutes:
        """The next session approves the minutes."""
        from palier.minutes.operations import catch_up

        self.vote(self.propose(minutes))
        catch_up(at=self.sitting.later())
        minutes.refresh_from_db()
        return minutes

    def sign(self, minutes: Minutes) -> list[Copy]:
        from palier.minutes import operations

        copies = operations.sign(minutes=minutes, by=self.chair, at=self.sitting.later())
        minutes.refresh_from_db()
        return copies

    def signed(self) -> Minutes:
        """The minutes, through their whole life."""
        minutes = self.approve(self.send())
        self.sign(minutes)
        return minutes


@pytest.fixture
def held(sitting: Sitting, at_the_committee: Callable[..., Journey]) -> Held:
    from palier.committee import operations
    from palier.committee.rules.conflicts import Interest
    from palier.committee.rules.outcomes import Outcome
    from palier.committee.rules.seats import Recusal
    from palier.committee.rules.terms import Matter
    from palier.label.rules.stages import Stage

    journey = at_the_committee(Stage.DECISION_AWARD)
    by = sitting.referent
    award = sitting.put(f"{journey.landlord.name} : attribution", matter=Matter.AWARD, journey=journey)
    free = sitting.put("Le bilan de l’année")
    sitting.convene()
    sitting.open(*sitting.titulars, sitting.substitutes[4])
    first, second, third, fourth, fifth = sitting.titulars
    substitute = sitting.substitutes[4]
    operations.recuse(
        item=award, mandate=third, reach=Recusal.INSTITUTIONAL, because=f"Sa fédération, {CANARY}.", by=by, at=sitting.later()
    )
    operations.declare(
        item=award, mandate=fifth, interest=Interest.INTEREST, text=f"J’y ai travaillé, {CANARY}.", by=fifth.person,
        at=sitting.later(),
    )  # fmt: skip
    sitting.begin(award, first, second, fourth, substitute)
    poll = sitting.poll(
        award, motion=f"Attribuer le label, {CANARY}", outcome=Outcome.LABEL_AWARDED, reasons=f"Un bon dossier, {CANARY}."
    )
    for mandate in (first, second, substitute):
        sitting.vote(poll, mandate, "for")
    sitting.vote(poll, fourth, "against", reasons=f"Le plan est mince, {CANARY}.")
    sitting.close(poll)
    operations.conclude(item=award, by=by, at=sitting.later())
    sitting.begin(free, first, second, third, fourth, fifth, substitute)
    voided = sitting.poll(free, motion="Adopter le bilan")
    for mandate in (first, second, third):
        sitting.vote(voided, mandate, "for")
    sitting.close(voided)
    for person in (by, first.person):
        operations.void(poll=voided, because="Une voix était mal notée.", by=person, at=sitting.later())
    again = sitting.poll(free, motion="Adopter le bilan, relu")
    for mandate in (first, second, third):
        sitting.vote(again, mandate, "for")
    sitting.vote(again, fourth, "abstention", reasons="Reçu trop tard.")
    sitting.leave(fifth)
    sitting.close(again)
    operations.conclude(item=free, by=by, at=sitting.later())
    operations.close_session(session=sitting.session, by=by, at=sitting.later())
    sitting.session.refresh_from_db()
    award.refresh_from_db()
    free.refresh_from_db()
    return Held(sitting, journey, free, award)
