"""The whole story, from the first day of the scheme to today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from palier.calendar import paris_day
from palier.commands.demo import audit, callbacks, figures, meetings, names, projects, stock, studies, surveys, visits
from palier.commands.demo.landlord import life
from palier.commands.demo.timeline import Life, Timeline, chance, office_hours
from palier.commands.demo.world import World, convene, found
from palier.frameworks import operations as frameworks
from palier.label import operations as label
from palier.ledger import operations as ledger
from palier.outbox.models import Message, State
from palier.questionnaires import operations as questionnaires
from palier.register import operations as register
from palier.stock.rules.districts import LISTS

YEARS = 4


def tell(*, landlords: int, until: datetime, month_passes: Callable[[datetime], None]) -> World:
    """Live ``YEARS`` years that end ``until`` now, with so many landlords."""
    begins = office_hours((until - timedelta(days=365 * YEARS)).date(), chance("begins"))
    clock = _Clock(begins, month_passes)
    with _in_haste():
        with transaction.atomic():
            world = found(begins, until)
            label.load_shipped(effective_from=paris_day(begins), at=begins)
            frameworks.load_shipped(at=begins)
            questionnaires.load_shipped(at=begins)
            audit.accredit(world, begins)
        timeline = Timeline(until)
        timeline.begin(_one_act_a_transaction(_lists_of_districts(begins)))
        timeline.begin(_one_act_a_transaction(meetings.hold(world)))
        timeline.begin(_one_act_a_transaction(meetings.sit_now(world)))
        timeline.begin(_one_act_a_transaction(meetings.consult(world)))
        for number, (kind, name) in enumerate(names.landlords(landlords), 1):
            arrives = begins + _arrival(number, landlords)
            timeline.begin(_one_act_a_transaction(life(world, number, name, kind, arrives)))
        timeline.begin(_one_act_a_transaction(figures.publish(world)))
        for number in range(1, min(landlords, figures.LANDLORDS) + 1):
            timeline.begin(_one_act_a_transaction(figures.gather(world, number)))
        timeline.begin(_one_act_a_transaction(figures.compare(world)))
        timeline.begin(_one_act_a_transaction(studies.hold(world)))
        for _, name in names.landlords(min(landlords, 2)):
            timeline.begin(_one_act_a_transaction(visits.go(world, name)))
        for number, (_, name) in enumerate(names.landlords(min(landlords, projects.LANDLORDS)), 1):
            timeline.begin(_one_act_a_transaction(projects.go(world, name, number)))
        for asks in (surveys.go, surveys.go_hot):
            timeline.begin(_one_act_a_transaction(asks(world, names.landlords(1)[0][1])))
        for number in range(callbacks.CASES):
            timeline.begin(_one_act_a_transaction(callbacks.go(world, names.landlords(1)[0][1], number)))
        timeline.run(clock)
        clock(until)
        convene(world, until)
        _leave_no_mail(until)
    return world


@contextmanager
def _in_haste() -> Iterator[None]:
    """What a story told once may do without: surviving a power cut, and going back on an act (none is refused)."""
    connection.features.uses_savepoints = False
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        connection.features.uses_savepoints = True
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _lists_of_districts(begins: datetime) -> Life:
    """The list in force when the story begins, and the next one when it comes."""
    at = yield begins
    stock.publish_districts("2015", at)
    at = yield max(office_hours(LISTS["2024"].mainland_from, chance("2024")), at)
    stock.publish_districts("2024", at)


class _Clock:
    """What passes by itself, every second week: reminders of deadlines, labels that end."""

    def __init__(self, begins: datetime, month_passes: Callable[[datetime], None]) -> None:
        self.next, self.month_passes = begins, month_passes

    def __call__(self, at: datetime) -> None:
        """Let pass what is due at an instant."""
        self.month_passes(at)
        while self.next <= at:
            label.lapse_due(at=self.next)
            register.catch_up(at=self.next)
            ledger.checkpoint(at=self.next)
            self.next += timedelta(days=14)


def _leave_no_mail(until: datetime) -> None:
    """In the story the worker sent each message as it came: those of the past do not leave now."""
    past = Message.objects.filter(state=State.WAITING, due_at__lt=until - timedelta(hours=1))
    past.update(state=State.SENT, settled_at=F("due_at"))
    surveys.let_leave(until)


def _arrival(number: int, landlords: int) -> timedelta:
    """Four come at once, a fifth in the first five months, the others one after the other."""
    first, whole = max(landlords // 5, 1), 365 * YEARS
    if number <= 4:
        return timedelta(days=2 * number)
    if number <= first:
        return timedelta(days=chance("arrival", number).uniform(10, 150))
    return timedelta(days=150 + (whole - 170) * (number - first) / (landlords - first))


def _one_act_a_transaction(life: Life) -> Life:
    """What a life does between two waits is one transaction."""
    at = next(life, None)
    while at is not None:
        woken = yield at
        with transaction.atomic():
            try:
                at = life.send(woken)
            except StopIteration:
                return
