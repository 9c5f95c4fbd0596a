"""No vote that was acknowledged is lost, doubled or altered, whatever is killed; ``bench/kills.py`` kills 300 times."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from palier.committee.operations import close_poll
from palier.installation import database
from tests.committee import races
from tests.committee.consultations import committee_of, polls_of
from tests.committee.kills import Faults, Installation, Voters, durable, strike
from tests.processes import environment, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[Path]:
    """A PostgreSQL of its own, with the tables of the test's database: it will be killed."""
    data = tmp_path / "postgres"
    database.ensure_running(data)
    dump, psql = (database.binaries() / name for name in ("pg_dump", "psql"))
    tables = subprocess.run([dump, "--no-owner", environment()["DATABASE_URL"]], check=True, capture_output=True).stdout
    subprocess.run([psql, "-q", "-v", "ON_ERROR_STOP=1", database.url(data)], input=tables, check=True, capture_output=True)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"NAME": "palier", "USER": "palier", "HOST": str(database.socket_folder(data)), "PORT": ""}
    try:
        yield data
    finally:
        connection.close()
        connection.settings_dict.update(before)
        database.stop(data)


def test_no_acknowledged_vote_is_lost(own_database: Path) -> None:
    secretary, titulars, _ = committee_of(6)
    [poll] = polls_of(secretary, titulars, 1)
    durable(on=True)
    with mail_server() as (_, port), Installation(own_database, port) as installation:
        voters = Voters(poll, titulars, installation.port)
        faults = strike(voters, installation, kills=3, seed=11)
    assert faults == Faults()
    assert voters.odd == []
    close_poll(poll=poll, by=secretary, at=races.now())
    assert len(races.counted(poll)) >= len(voters.acknowledged)
