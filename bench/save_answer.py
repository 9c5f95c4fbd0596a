"""Saving one answer, with 1 and with 5,000 assessments of 100 criteria.

Two databases: one with a single assessment, and its copy, where 4,999 others are added. Saves are timed in short blocks,
in one and in the other by turns: whatever else the machine does slows both. The ratio is the median of those of the
pairs of neighbouring blocks, each block by its fastest save, which a busy machine lengthens least.
"""

import statistics
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count

import psycopg
from figures import figure, queries, ready, seconds

ready()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.fixtures import luhn_siren

from palier.directory.operations import add_landlord, add_member, enter_person
from palier.directory.rules import LandlordType, Role
from palier.frameworks.models import Assessment
from palier.frameworks.operations import import_version, start
from palier.frameworks.queries import figures as figures_of
from palier.frameworks.queries import framework, given

CRITERIA, ASSESSMENTS = 100, 5_000
PAIRS, SAVES = 15, 12  # pairs of blocks, saves in a block
settings.DEMO = True  # no second factor to set up here
now = datetime.now(UTC)
mark = now.strftime("%d%H%M%S")


def grid() -> str:
    """Ten themes of ten criteria."""
    levels = "\n".join(f"      - {{value: {n}, label: Niveau {n}}}" for n in range(1, 5))
    lines = [
        f"code: bench_{mark}\ntitle: Banc\npurpose: charter_review\nnotice: Pour mesurer.",
        f"scales:\n  four:\n    direction: higher_is_better\n    levels:\n{levels}\nthemes:",
    ]
    for theme in range(CRITERIA // 10):
        lines.append(f"  - code: theme_{theme}\n    title: Thème {theme}\n    criteria:")
        lines += [f"      - {{code: criterion_{theme}_{c}, title: Critère {c}, weight: {1 + c % 3}}}" for c in range(10)]
    return "\n".join(lines)


def many(one: Assessment) -> None:
    """So many other assessments of the same landlord, every answer given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO frameworks_assessment (version_id, landlord_id, subject_kind, subject_id, subject_label, title, status,"
            " revision, rated, complete, total, score, started_at)"
            " SELECT version_id, landlord_id, 'residence', n, 'Résidence', title, status, 100, 0, 0, total, NULL, started_at"
            " FROM frameworks_assessment, generate_series(1, %s) n WHERE id = %s",
            [ASSESSMENTS - 1, one.pk],
        )
        cursor.execute(
            "INSERT INTO frameworks_answer (assessment_id, criterion, value, not_applicable, justification, revision, at)"
            " SELECT a.id, r.criterion, 3, FALSE, repeat('Constaté sur place. ', 10), 1, a.started_at"
            " FROM frameworks_assessment a, frameworks_answer r"
            " WHERE a.landlord_id = %s AND a.id <> %s AND r.assessment_id = %s",
            [one.landlord_id, one.pk, one.pk],
        )
        cursor.execute("VACUUM ANALYZE frameworks_assessment, frameworks_answer")  # as the database does by itself, later


landlord = add_landlord(
    name=f"Habitat {mark}", siren_number=luhn_siren(int(mark)), landlord_type=LandlordType.OPH, by=None, at=now
)
lead = enter_person(email=f"lead-{mark}@bench.example", name="Mme B.", at=now)
add_member(person=lead, organisation=landlord, role=Role.QUALITY_LEAD, by=None, at=now)
version = import_version(text=grid(), by=None, at=now, effective_from=date(2026, 1, 1))
one = start(version=version, landlord=landlord, subject=("landlord", landlord.pk, landlord.name), by=lead, at=now)
client = Client(headers={"HX-Request": "true"})
client.force_login(lead, backend="allauth.account.auth_backends.AuthenticationBackend")
where = {"landlord_id": landlord.pk, "assessment_id": one.pk, "criterion": "criterion_4_2"}
page = reverse("assessment_criterion", kwargs=where)
listed = reverse("assessments", kwargs={"landlord_id": landlord.pk})


def saves() -> Callable[[], None]:
    """Answers one after the other, as the page sends them: session, rights, answer, score, ledger line, fragment sent back."""
    revisions = count()

    def save() -> None:
        revision = next(revisions)
        sent = {"value": str(1 + revision % 4), "justification": f"Texte {revision}.", "revision": str(revision)}
        assert client.post(page, sent).status_code == 200

    return save


def enter(database: str) -> None:
    """Go on in this database. The pace of the disk is apart: it would hide what grows with the rows."""
    connection.close()
    connection.settings_dict["NAME"] = database
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")


alone_in = str(connection.settings_dict["NAME"])
crowded_in = f"{alone_in}_crowded"
saved = {alone_in: saves(), crowded_in: saves()}
connection.close()
with psycopg.connect(**connection.get_connection_params() | {"dbname": "postgres"}, autocommit=True) as copying:
    copying.execute(f'DROP DATABASE IF EXISTS "{crowded_in}"')
    copying.execute(f'CREATE DATABASE "{crowded_in}" TEMPLATE "{alone_in}"')
enter(crowded_in)
many(one)
blocks: dict[str, list[float]] = {alone_in: [], crowded_in: []}
for turn in range(PAIRS):
    for database in (alone_in, crowded_in) if turn % 2 else (crowded_in, alone_in):
        enter(database)
        blocks[database].append(seconds(saved[database], times=SAVES, warm=3, of=min) * 1000)
pairs = zip(blocks[alone_in], blocks[crowded_in], strict=True)
enter(alone_in)
alone_queries = queries(saved[alone_in])
enter(crowded_in)
crowded_queries = queries(saved[crowded_in])
figure("saving one answer, 1 assessment of 100 criteria", statistics.median(blocks[alone_in]), "ms")
figure("saving one answer, 5,000 assessments", statistics.median(blocks[crowded_in]), "ms")
figure("the second divided by the first", statistics.median(c / a for a, c in pairs), "times", promised=1.3)
figure("SQL queries of a save, 1 assessment", alone_queries, "queries", promised=12)
figure("SQL queries of a save, 5,000 assessments", crowded_queries, "queries", promised=12)
figure("SQL queries of the list of assessments, 25 of 5,000", queries(lambda: client.get(listed)), "queries", promised=8)
stored = Assessment.objects.get(pk=one.pk)
computed = figures_of(framework(version), given(one))
wrong = (stored.rated, stored.complete, stored.total, stored.score) != computed
figure("stored scores that are not those of the answers", wrong, "found", promised=0)
