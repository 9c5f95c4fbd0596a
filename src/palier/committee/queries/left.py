"""What a session left undecided: what a second convocation holds again."""

from __future__ import annotations

from datetime import datetime

from palier.calendar import paris_day
from palier.committee.models import Item, Session
from palier.committee.queries.composing import terms_of, terms_on
from palier.committee.queries.polls import adopted, missed_quorum
from palier.committee.queries.sessions import items
from palier.committee.rules.agenda import matter_of
from palier.label.rules.stages import Stage


def left_undecided(*, session: Session, at: datetime) -> list[tuple[Item, bool]]:
    """The matters that a second convocation would hold again, and whether each missed its quorum.

    Those that the session did not conclude, and those that it concluded without a decision for want of quorum, unless
    another session took them up since.
    """
    version = terms_on(committee=session.committee, on=paris_day(session.starts_at))
    if version is None:
        return []
    terms = terms_of(version)
    left = [item for item in items(session=session).filter(withdrawn_at__isnull=True) if adopted(item=item) is None]
    found = [(item, missed_quorum(item=item, terms=terms, at=at)) for item in left]
    return [(item, short) for item, short in found if not item.is_over or (short and _waits(item))]


def _waits(item: Item) -> bool:
    """Whether what a matter bore on still waits for a committee, on no later agenda."""
    later = Item.objects.filter(pk__gt=item.pk, withdrawn_at__isnull=True)
    for name in ("journey_id", "candidate_id", "accreditation_id", "rule_set_id", "minutes_of_id"):
        if (about := getattr(item, name)) is not None and later.filter(**{name: about}).exists():
            return False
    journey = item.journey
    return journey is None or matter_of(Stage(journey.stage), cycle=journey.cycle) == item.matter
