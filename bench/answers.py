"""Answering: 10,000 tenants confirm their answer within 10 s, one in ten twice, and try again until they are thanked.

Each confirms through the real web server, over connections kept open as a proxy keeps them, with the database's default
durability. A share of connections is cut as the answer leaves, so that the tenant does not know and sends again. What is stored
is then counted against what was thanked, and the urn is emptied.
"""

import asyncio
import random
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from figures import answers as page_comes
from figures import figure, ready, serving

ready()

from django.db import connection
from tests.fixtures import luhn_siren
from tests.surveys.waves import wave_of

from palier.answers.models import Answer, Slip
from palier.answers.operations import empty_due
from palier.directory.operations import add_landlord
from palier.directory.rules import LandlordType
from palier.questionnaires.operations import load_shipped
from palier.stock.models import Import, Residence
from palier.stock.rules.imports import State
from palier.surveys.models import Household, Invitation
from palier.surveys.operations import close
from palier.surveys.sealing import unseal

TENANTS, WINDOW, CONNECTIONS, TWICE, CUT = 10_000, 10.0, 64, 0.10, 0.02
now = datetime.now(UTC)
mark = now.strftime("%d%H%M%S")
landlord = add_landlord(
    name=f"Habitat {mark}", siren_number=luhn_siren(int(mark)), landlord_type=LandlordType.OPH, by=None, at=now
)
source = Import.objects.create(
    landlord=landlord, state=State.APPLIED, year=2025, file_name="parc.csv", file_digest="0" * 64, file_bytes=1, at=now,
    applied_at=now,
)  # fmt: skip
homes = Residence.objects.bulk_create(
    Residence(landlord=landlord, name=name, plain_name=name, first_source=source, last_source=source)
    for name in (f"residence {number}" for number in range(100))
)
Household.objects.bulk_create(
    (
        Household(
            landlord=landlord,
            reference=f"L{number}",
            residence=homes[number % 100],
            agency=f"Agence {number % 100 // 20}",
            email=f"l{number}@bench.example",
            changed_at=now,
        )
        for number in range(TENANTS)
    ),
    batch_size=2_000,
)
asked = next(version for version in load_shipped(at=now) if version.questionnaire.code == "after_intervention")
wave = wave_of(landlord, until="running", at=now, questionnaire=asked)
waiting = Invitation.objects.filter(wave=wave).values_list("sealed", "digest")
tokens = [unseal(bytes(sealed), digest=digest) for sealed, digest in waiting]
drawn = random.Random(1)
drawn.shuffle(tokens)
sent = tokens + drawn.sample(tokens, round(TENANTS * TWICE))
LEVELS = ["very_satisfied", "rather_satisfied", "rather_dissatisfied", "very_dissatisfied"]


async def load(host: str, port: int) -> tuple[set[str], float, int]:
    """Who was thanked, how long until the last one was, and how many times a tenant had to send again."""
    due = [(WINDOW * place / len(sent), token) for place, token in enumerate(sent)]
    queue: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
    for one in due:
        queue.put_nowait(one)
    thanked: set[str] = set()
    again = 0
    began = time.perf_counter()

    async def tenants() -> None:
        nonlocal again
        reader, writer = await asyncio.open_connection(host, port)
        while not queue.empty():
            moment, token = queue.get_nowait()
            await asyncio.sleep(max(0.0, moment - (time.perf_counter() - began)))
            body = f"intervention_satisfaction={drawn.choice(LEVELS)}&confirme=1".encode()
            head = (
                f"POST /s/{token}/ HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            cut = drawn.random() < CUT
            while True:
                try:
                    writer.write(head.encode() + body)
                    if cut:  # the answer leaves, its acknowledgement is lost
                        await writer.drain()
                        cut = False
                        raise ConnectionResetError
                    status = await reader.readline()
                    length = 0
                    while (line := await reader.readline()) not in {b"\r\n", b""}:
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    await reader.readexactly(length)
                    if b" 302 " in status:
                        thanked.add(token)
                        break
                except (OSError, asyncio.IncompleteReadError):
                    writer.close()
                    reader, writer = await asyncio.open_connection(host, port)
                again += 1
        writer.close()

    await asyncio.gather(*(tenants() for _ in range(CONNECTIONS)))
    return thanked, time.perf_counter() - began, again


with serving() as (server, origin):
    started = time.perf_counter()
    while not page_comes(f"{origin}/"):
        if time.perf_counter() - started > 180 or server.poll() is not None:
            raise SystemExit("The server does not answer.")
        time.sleep(0.05)
    where = urlsplit(origin)
    connection.close()
    thanked, took, again = asyncio.run(load(str(where.hostname), int(where.port or 0)))

stored = Slip.objects.filter(wave=wave).count()
figure("tenants thanked", len(thanked), "tenants")
figure("answers lost: thanked, not stored", max(len(thanked) - stored, 0), "answers", promised=0)
figure("answers doubled: stored more than once", max(stored - len(thanked), 0), "answers", promised=0)
figure("sent again: cut on the way, or refused", again, "times")
figure(f"the last of {len(sent)} sendings is thanked after", took, "s")
figure("answers stored a second, two web processes on this machine", stored / took, "a second")
close(wave=wave, by=None, at=now)
began = time.perf_counter()
out = empty_due(at=now + timedelta(hours=1))
figure(f"emptying the urn of {TENANTS:,} answers", time.perf_counter() - began, "s", promised=30)
figure(
    "answers that did not come out of the urn",
    abs(out - stored) + abs(Answer.objects.filter(wave=wave).count() - stored),
    "answers",
    promised=0,
)
