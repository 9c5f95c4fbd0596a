"""The worker, as a real process, killed in the middle of its work: nobody is missed, no job is lost."""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.jobs.tasks import checkpoint, deliver, retry_stalled
from palier.ledger.models import Checkpoint
from palier.outbox.models import Message, State
from palier.outbox.operations import post
from palier.stock.models import DistrictStanding, Dwelling, Residence
from tests.processes import Mailbox, mail_server, palier, wait_for
from tests.sites.conftest import make_stock
from tests.stock.test_districts import feature, square

__all__ = ["make_stock"]

pytestmark = pytest.mark.django_db(transaction=True)


def mail(port: int) -> dict[str, str]:
    return {"PALIER_SMTP_HOST": "127.0.0.1", "PALIER_SMTP_PORT": str(port)}


def unsent() -> int:
    return Message.objects.filter(state=State.WAITING).count()


def killed_batch(mailbox: Mailbox, port: int, kills: int) -> None:
    """Kill the worker ``kills`` times among the letters, then let it finish."""
    for left in reversed(range(kills + 1)):
        before = len(mailbox.mails)
        with palier("worker", "--once", **mail(port)) as worker:
            deliver.configure(queueing_lock=token_hex(8)).defer(timestamp=0)
            if not left:
                assert worker.wait(30) == 0
                return
            wait_for(lambda start=before: len(mailbox.mails) > start + 2)
            time.sleep(random.uniform(0, 0.03))


def test_a_batch_interrupted_by_kills_misses_nobody(make_person: Callable[..., Person], at: datetime) -> None:
    people = [make_person() for _ in range(40)]
    post(event="label.your_turn", to=[p.pk for p in people], at=at, subject="À vous", body="Texte", delay=timedelta(0))
    kills = 3
    with mail_server() as (mailbox, port):
        mailbox.takes = 0.02
        killed_batch(mailbox, port, kills)
    received = Counter(m["To"] for m in mailbox.mails)
    assert unsent() == 0
    assert set(received) == {p.email for p in people}
    assert sum(received.values()) - len(people) <= kills
    numbers = {m["To"]: {x["Message-ID"] for x in mailbox.mails if x["To"] == m["To"]} for m in mailbox.mails}
    assert all(len(ids) == 1 for ids in numbers.values())


def test_a_job_of_a_dead_worker_starts_again(make_person: Callable[..., Person], at: datetime) -> None:
    post(event="label.your_turn", to=[make_person().pk], at=at, subject="À vous", body="Texte", delay=timedelta(0))
    with mail_server() as (mailbox, port):
        mailbox.takes = 5
        with palier("worker", **mail(port)):
            job = deliver.configure(queueing_lock=token_hex(8)).defer(timestamp=0)
            wait_for(lambda: ProcrastinateJob.objects.get(pk=job).status == "doing")
        assert ProcrastinateJob.objects.get(pk=job).status == "doing"
        assert unsent() == 1
        mailbox.takes = 0
        with connection.cursor() as cursor:  # its last sign of life is an hour old
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        with palier("worker", **mail(port)):
            retry_stalled.configure(queueing_lock=token_hex(8)).defer(timestamp=0)
            wait_for(lambda: not ProcrastinateJob.objects.filter(pk=job).exists() and not unsent())
        assert unsent() == 0


def test_the_worker_ends_well_when_told_to_stop(make_person: Callable[..., Person], at: datetime) -> None:
    make_person()
    with palier("worker") as worker:
        checkpoint.defer(timestamp=0)
        wait_for(lambda: not ProcrastinateJob.objects.filter(task_name="ledger.checkpoint").exists())
        os.kill(worker.pid, 15)
        assert worker.wait(10) == 0
    assert Checkpoint.objects.count() == 0  # nothing was written in the ledger yet


def test_stocks_are_placed_in_a_list_of_districts_even_after_a_worker_died(
    make_landlord: Callable[..., Landlord],
    make_stock: Callable[..., list[Residence]],
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    sign_in: Callable[[Person], Client],
) -> None:
    for number in range(3):
        (one,) = make_stock(make_landlord(f"Office {number}"), 1)
        Dwelling.objects.create(source=one.last_source, residence=one, line=1, homes=1, lon=2.485, lat=48.905)
    content = json.dumps({"features": [feature("QN09312I", square(2.48, 48.9))]}).encode()
    client = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union")))
    client.post(reverse("open_data"), {"what": "districts_2024", "file": SimpleUploadedFile("qpv.geojson", content)})
    jobs = ProcrastinateJob.objects.filter(task_name="stock.stand_again").order_by("pk")
    assert jobs.count() == 3
    with connection.cursor() as cursor:  # the first was taken by a worker whose last sign of life is an hour old
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id")
        (dead,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [dead, jobs[0].pk])
    with palier("worker"):
        retry_stalled.configure(queueing_lock=token_hex(8)).defer(timestamp=0)
        wait_for(lambda: not jobs.exists())
    assert DistrictStanding.objects.filter(version="2024", inside=1).count() == 3
