"""What is kept of tenants, and what of it is past its term. What erases and what is shown ask here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from palier.calendar import start_of_day
from palier.directory.models import Landlord
from palier.surveys.models import ErasureRun, FieldTerms, FrameFile, HotEvent, Household, Invitation, Objection, Wave
from palier.surveys.rules.frame import OPEN as FILE_OPEN
from palier.surveys.rules.retention import RULES, Held
from palier.surveys.rules.sendings import Terms
from palier.surveys.rules.waves import Design, State


@dataclass(frozen=True, slots=True)
class Kept:
    """How many of one kind are kept, and how many of them are past their term: those go the next night."""

    now: int
    past: int = 0


def past_term(held: Held, *, on: date, field: str, landlord: str = "landlord") -> Q:
    """What is past its term, by the instant of ``field``; each landlord by the months it set."""
    rule, default = RULES[held], Terms().months_kept
    chosen = dict(FieldTerms.objects.values_list("landlord", "months_kept")) if not rule.months else {}

    def before(months: int) -> datetime:
        return start_of_day(rule.before(on, months))

    found = Q(**{f"{field}__lt": before(default)}) & ~Q(**{f"{landlord}__in": list(chosen)})
    for months in sorted({*chosen.values()}):
        mine = [pk for pk, said in chosen.items() if said == months]
        found |= Q(**{f"{landlord}__in": mine, f"{field}__lt": before(months)})
    return found


def past_files(*, on: date) -> QuerySet[FrameFile]:
    """The files that nobody brought in, nor gave up."""
    return FrameFile.objects.filter(past_term(Held.FILE, on=on, field="at"), state__in=FILE_OPEN)


def past_waves(*, on: date) -> QuerySet[Wave]:
    """The waves closed long enough ago that still know who was asked."""
    known = Invitation.objects.filter(wave=OuterRef("pk"), household__isnull=False)
    closed = Wave.objects.filter(past_term(Held.ASKED, on=on, field="closed_at"), state=State.CLOSED)
    return closed.filter(Exists(known)).order_by("pk")


def past_events(*, on: date) -> QuerySet[HotEvent]:
    """The events received long enough ago."""
    return HotEvent.objects.filter(past_term(Held.EVENT, on=on, field="at"))


def past_households(*, on: date) -> QuerySet[Household]:
    """The households that left long enough ago, and that no wave asks any more; a hot one, which may never close, loses them."""
    asked = Invitation.objects.filter(household=OuterRef("pk")).exclude(wave__state=State.CLOSED)
    asked = asked.exclude(wave__design=Design.HOT)
    before = RULES[Held.HOUSEHOLD].before(on, 0)
    return Household.objects.filter(~Exists(asked), left_on__lt=before)


def kept(*, landlord: Landlord, on: date) -> Mapping[Held, Kept]:
    """What surveys keep of a landlord's tenants. A fixed number of SQL queries."""
    mine = {"landlord": landlord}
    asked = Invitation.objects.filter(wave__landlord=landlord)
    known = asked.filter(household__isnull=False)

    def both(now: QuerySet[Model], past: QuerySet[Model]) -> Kept:
        return Kept(now.count(), past.count())

    return {
        Held.FILE: both(FrameFile.objects.filter(**mine, state__in=FILE_OPEN), past_files(on=on).filter(**mine)),
        Held.HOUSEHOLD: both(Household.objects.filter(**mine), past_households(on=on).filter(**mine)),
        Held.OBJECTION: Kept(Objection.objects.filter(**mine, lifted_at__isnull=True).count()),
        Held.LINK: Kept(asked.filter(sealed__isnull=False).count()),
        Held.ASKED: both(known, known.filter(wave__in=past_waves(on=on))),
        Held.EVENT: both(HotEvent.objects.filter(**mine), past_events(on=on).filter(**mine)),
    }


def last_runs() -> dict[Held, datetime]:
    """When what erases each kind of data ran last. One SQL query."""
    return {Held(held): at for held, at in ErasureRun.objects.values_list("held", "ran_at")}
