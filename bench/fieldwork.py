"""50,000 messages of surveys to a mail server and a flaky SMS gateway, their senders killed on the way; the same without kill."""

import os
import time
from datetime import UTC, datetime, timedelta

from figures import figure, ready

ready()

from tests.fixtures import luhn_siren
from tests.surveys.kills import send_all
from tests.surveys.waves import wave_of

from palier.directory.models import Landlord
from palier.directory.operations import add_landlord
from palier.directory.rules import LandlordType
from palier.stock.models import Import, Residence
from palier.stock.rules.imports import State
from palier.surveys import operations
from palier.surveys.models import Household
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import Budget, Terms

# `PALIER_MESSAGES=50000` sends as many as was promised, in about ten minutes.
MESSAGES, KILLS, BUDGET = int(os.environ.get("PALIER_MESSAGES", "4000")), 20, Budget(2, 90)
NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)

siren = luhn_siren(time.time_ns() % 90_000_000)
landlord: Landlord = add_landlord(
    name="Habitat du terrain", siren_number=siren, landlord_type=LandlordType.OPH, by=None, at=NOON
)
source = Import.objects.create(
    landlord=landlord,
    state=State.APPLIED,
    year=2026,
    file_name="parc.csv",
    file_digest="0" * 64,
    file_bytes=1,
    at=NOON,
    applied_at=NOON,
)
homes = [
    Residence.objects.create(landlord=landlord, name=f"R{n}", plain_name=f"r{n}", first_source=source, last_source=source)
    for n in range(50)
]
count = MESSAGES // 2
households = Household.objects.bulk_create(
    Household(
        landlord=landlord,
        reference=f"L{n:06}",
        residence=homes[n % 50],
        agency=f"Agence {n % 5}",
        email="" if n % 5 == 0 else f"l{n}@example.test",
        phone=f"+336{n:08}",
        changed_at=NOON,
    )
    for n in range(count)
)
operations.set_terms(landlord=landlord, terms=Terms(BUDGET), by=None, at=NOON)
objecting = households[::50]
for household in objecting:
    operations.object_to(household=household, origin=Origin.PAGE, by=None, at=NOON)
began = time.perf_counter()
wave = wave_of(landlord, until="running", at=NOON, cost_ceiling=1_000_000_000)
figure("drawing the sample and planning its messages", time.perf_counter() - began, "s")

asked = [household for household in households if household.pk not in {o.pk for o in objecting}]
first = send_all(NOON, kills=KILLS, left=len(asked))
later = NOON + timedelta(days=7)
operations.plan_due(at=later)
second = send_all(later, kills=0, left=len(asked))

letters, texts = first.letters + second.letters, first.texts + second.texts
wanted = {h.email or h.phone for h in asked}
told = {*first.letters, *first.texts}
figure("messages handed over", first.count + second.count, "")
figure("kills of the senders", first.kills, "")
figure("lines cut by the gateway after it had taken the message", first.cuts + second.cuts, "")
figure("sent a second, one sender, killed now and then", first.count / first.seconds, "")
figure("sent a second, one sender, left alone", second.count / second.seconds, "")
figure("households missed", len(wanted - told), "", promised=0)
figure(
    "doubles beyond one a kill and one a cut line", max(first.count - len(asked) - first.kills - first.cuts, 0), "", promised=0
)
figure("messages to somebody who objected", sum((letters + texts)[h.email or h.phone] for h in objecting), "", promised=0)
figure("households over their budget of 2 in 90 days", sum(n > BUDGET.most for n in (letters + texts).values()), "", promised=0)
