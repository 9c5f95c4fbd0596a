"""Waves, their samples as they would be drawn, and how they go. ``landlord`` is always said, or a wave of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from palier.directory.models import Landlord, Person
from palier.stock.models import Residence
from palier.surveys.models import Household, Invitation, Solicitation, Stratum, Wave
from palier.surveys.queries.households import live_objections
from palier.surveys.queries.sendings import budget_spent
from palier.surveys.queries.terms import terms_of
from palier.surveys.rules.outcomes import OPEN, Outcome, Rates, rates
from palier.surveys.rules.sampling import Around, Plan, Unit, plan, settled_before
from palier.surveys.rules.sendings import COUNTED
from palier.surveys.rules.sendings import State as SendingState
from palier.surveys.rules.waves import Design, Pace, Split, State, paces_of


def waves(*, landlord: Landlord | int) -> QuerySet[Wave]:
    """The waves of a landlord, latest first."""
    return Wave.objects.filter(landlord=landlord).order_by("-opens_on", "-pk")


def strata(*, wave: Wave) -> QuerySet[Stratum]:
    """The strata of a wave, by name."""
    return Stratum.objects.filter(wave=wave).order_by("label", "pk")


def _units(wave: Wave) -> Iterator[Unit]:
    found = Household.objects.filter(landlord=wave.landlord_id, left_on__isnull=True)
    if wave.panel_of_id:
        found = found.filter(invitations__wave=wave.panel_of_id)
    columns = ("pk", "reference", "residence", "agency", "qpv", "email", "phone", "address", "moved_in_on", "language")
    return (Unit(*row) for row in found.order_by().values_list(*columns).iterator(5_000))


def _around(wave: Wave, at: datetime) -> Around:
    landlord = wave.landlord_id
    busy = Invitation.objects.filter(
        wave__landlord=landlord, wave__state__in=[State.DRAWN, State.RUNNING, State.STOPPED], outcome__in=OPEN
    ).exclude(wave__design=Design.HOT)
    return Around(
        objected=set(live_objections().filter(landlord=landlord, household__isnull=False).values_list("household", flat=True)),
        busy=set(busy.filter(household__isnull=False).values_list("household", flat=True)),
        spent=budget_spent(landlord=landlord, budget=terms_of(landlord=landlord).budget, at=at),
        residences=dict(Residence.objects.filter(landlord=landlord).values_list("pk", "name"))
        if wave.split == Split.RESIDENCE
        else {},
    )


def plan_of(*, wave: Wave, at: datetime) -> Plan:
    """The sample of a wave as it would be drawn now: strata, numbers, who is set aside. A fixed number of SQL queries."""
    return plan(
        _units(wave),
        split=Split(wave.split),
        around=_around(wave, at),
        settled_before=settled_before(wave.opens_on, wave.settled_months),
        margin=wave.margin if wave.design == Design.SAMPLE else None,
        rate=wave.expected_rate or 100,
    )


def rates_of(*, wave: Wave) -> Rates:
    """The rates of a wave. One SQL query."""
    return rates(outcomes_of(wave=wave))


def asked() -> QuerySet[Invitation]:
    """The invitations that rates count: all that a sample drew, those of a hot wave once a message left or they said something."""
    left = Solicitation.objects.filter(invitation=OuterRef("pk"), state__in=COUNTED)
    return Invitation.objects.filter(~Q(wave__design=Design.HOT) | ~Q(outcome=Outcome.NOTHING) | Exists(left)).order_by()


def outcomes_of(*, wave: Wave) -> dict[str, int]:
    """How many invitations of a wave bear each code. One SQL query."""
    return dict(asked().filter(wave=wave).values_list("outcome").annotate(Count("pk")))


def homes_of(*, wave: Wave) -> int:
    """How many households the invitations of a wave went to: a hot wave may ask one several times. One SQL query."""
    return asked().filter(wave=wave).aggregate(homes=Count("household", distinct=True))["homes"] or 0


def rates_of_many(*, waves: Iterable[Wave]) -> dict[int, Rates]:
    """The rates of several waves. One SQL query."""
    counts: dict[int, dict[str, int]] = {wave.pk: {} for wave in waves}
    rows = asked().filter(wave__in=counts).values_list("wave", "outcome").annotate(Count("pk"))
    for wave, outcome, count in rows:
        counts[wave][outcome] = count
    return {wave: rates(found) for wave, found in counts.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a stratum goes: its rates, and whether it lags behind what it should have given by now.

    ``elapsed`` is the part of the wave's days that is over, from 0 to 1.
    """

    stratum: Stratum
    rates: Rates
    elapsed: Fraction = Fraction(1)

    @property
    def missing(self) -> int:
        """Answers still wanted."""
        return max(self.stratum.wanted - self.rates.answered, 0)

    @property
    def lags(self) -> bool:
        """Whether half of the answers that it should have given by now are missing, or more."""
        return 0 < self.stratum.wanted * self.elapsed >= 2 * self.rates.answered


def standings(*, wave: Wave, on: date) -> list[Standing]:
    """How each stratum of a wave goes on a day, those that miss most first. Two SQL queries."""
    days = (wave.closes_on - wave.opens_on).days
    elapsed = min(max(Fraction((on - wave.opens_on).days, days or 1), Fraction(0)), Fraction(1))
    by_stratum: dict[int, dict[str, int]] = {}
    counts = asked().filter(wave=wave).values_list("stratum", "outcome").annotate(Count("pk"))
    for stratum, outcome, count in counts:
        by_stratum.setdefault(stratum, {})[outcome] = count
    found = [Standing(stratum, rates(by_stratum.get(stratum.pk, {})), elapsed) for stratum in strata(wave=wave)]
    return sorted(found, key=lambda s: -(s.missing / s.stratum.wanted if s.stratum.wanted else 0))


def paces(wave: Wave) -> tuple[Pace, ...]:
    """The sendings of a wave."""
    return paces_of(wave.paces)


def sendings_of(*, wave: Wave) -> dict[tuple[int, str, str], int]:
    """How many solicitations of a wave stand where, by pace, channel and state. One SQL query."""
    rows = Solicitation.objects.filter(invitation__wave=wave).order_by().values_list("pace", "channel", "state")
    return {(pace, channel, state): count for pace, channel, state, count in rows.annotate(Count("pk"))}


def waiting(*, wave: Wave) -> list[tuple[str, int, datetime]]:
    """The messages of a wave that wait, by channel: how many, and when the first is due. One SQL query."""
    rows = Solicitation.objects.filter(invitation__wave=wave, state=SendingState.PLANNED).order_by("channel")
    return list(rows.values_list("channel").annotate(Count("pk"), Min("due_at")))


def dropped(*, wave: Wave) -> dict[str, int]:
    """How many messages of a wave did not leave, by reason. One SQL query."""
    rows = Solicitation.objects.filter(invitation__wave=wave, state=SendingState.DROPPED).order_by()
    return dict(rows.values_list("problem").annotate(Count("pk")))


def open_invitations(*, wave: Wave) -> QuerySet[Invitation]:
    """Those that one may still write to or call: nothing final is known of them, and the household is there."""
    return Invitation.objects.filter(
        Q(wave=wave), Q(outcome__in=OPEN), Q(household__isnull=False), Q(household__left_on__isnull=True)
    )


def open_for(**contact: str) -> QuerySet[Invitation, int]:
    """The invitations in the field, not answered, of the households with this contact, as keys; whoever their landlord."""
    found = Invitation.objects.filter(
        wave__state=State.RUNNING, outcome__in=OPEN, sealed__isnull=False, household__left_on__isnull=True, **contact
    )
    return found.values_list("pk", flat=True)


def held_calls(*, landlord: Landlord | int, by: Person, at: datetime) -> QuerySet[Invitation]:
    """The households that somebody is on the phone with, with all that the call needs."""
    found = Invitation.objects.filter(wave__landlord=landlord, held_by=by, held_until__gt=at, household__isnull=False)
    return found.select_related("household__residence", "stratum", "wave")
