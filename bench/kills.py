"""Kill -9 of the database, the web processes and the worker, by turns, while a committee votes; and its control."""

import os
import shutil
import time
from pathlib import Path

DATA = Path(os.environ.get("PALIER_DATA", "var/bench")).resolve() / "kills"
shutil.rmtree(DATA, ignore_errors=True)
os.environ["PALIER_DATA"] = str(DATA)  # a database of its own, since it is killed

from figures import figure, ready

ready()

from django.conf import settings
from tests.committee import races
from tests.committee.consultations import committee_of, polls_of
from tests.committee.kills import Installation, Voters, durable, strike
from tests.processes import mail_server

from palier.committee.operations import close_poll
from palier.installation import database

# `make nightly` kills as often as was promised; it takes forty minutes on two busy cores.
KILLS = int(os.environ.get("PALIER_KILLS", "9"))
CONTROL, SEATS, SEED = 9, 15, 20260310

secretary, titulars, _ = committee_of(SEATS)
kept, control = polls_of(secretary, titulars, 2)
try:
    with mail_server() as (_, port):
        durable(on=True)
        began = time.perf_counter()
        with Installation(settings.EMBEDDED, port) as installation:
            voters = Voters(kept, titulars, installation.port)
            faults = strike(voters, installation, kills=KILLS, seed=SEED)
        figure("kills, with synchronous_commit=on", KILLS, "")
        figure("time for these", time.perf_counter() - began, "s")
        figure("votes acknowledged", len(voters.acknowledged), "")
        figure("votes cut on their way, then sent again", voters.cut, "")
        figure("acknowledged votes lost", len(faults.lost), "", promised=0)
        figure("votes kept twice", len(faults.doubled), "", promised=0)
        figure("votes that are not what was sent, or not where their receipt says", len(faults.altered), "", promised=0)
        figure("ballots without their line of the ledger, or the reverse", len(faults.unpaired), "", promised=0)
        figure("seats whose ballots have a hole, or stand in another order", len(faults.unruly), "", promised=0)
        figure("checks of the ledger that found a fault", len(faults.broken), "", promised=0)
        figure("answers that nobody expected", len(voters.odd), "", promised=0)
        close_poll(poll=kept, by=secretary, at=races.now())
        figure("ballots when the poll closed, each sealed, those that stand counted", len(races.counted(kept)), "")

        with Installation(settings.EMBEDDED, port) as installation:
            voters = Voters(control, titulars, installation.port)
            durable(on=False)
            faults = strike(voters, installation, kills=CONTROL, seed=SEED)
        figure("control: kills, with synchronous_commit=off", CONTROL, "")
        figure("control: votes acknowledged", len(voters.acknowledged), "")
        figure("control: acknowledged votes lost", len(faults.lost), "")
        figure("controls that saw no loss: they would prove nothing", not faults.lost, "", promised=0)
finally:
    database.stop(settings.EMBEDDED)
