"""Saving one answer, with 1 and with 5,000 assessments of 100 criteria."""

from datetime import UTC, date, datetime
from itertools import count

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

CRITERIA, ASSESSMENTS, TIMES = 100, 5_000, 100
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
revisions = count()


def save() -> None:
    """One answer, as the page sends it: session, rights, answer, score, ledger line, and the fragment that comes back."""
    revision = next(revisions)
    sent = {"value": str(1 + revision % 4), "justification": f"Texte {revision}.", "revision": str(revision)}
    assert client.post(page, sent).status_code == 200


with connection.cursor() as cursor:  # the pace of the disk is apart: it would hide what grows with the rows
    cursor.execute("SET synchronous_commit = off")
alone, alone_queries = seconds(save, times=TIMES, warm=10, of=min) * 1000, queries(save)
many(one)
crowded, crowded_queries = seconds(save, times=TIMES, warm=10, of=min) * 1000, queries(save)
figure("saving one answer, fastest of 100, 1 assessment of 100 criteria", alone, "ms")
figure("saving one answer, fastest of 100, 5,000 assessments", crowded, "ms")
figure("the second divided by the first", crowded / alone, "times", promised=1.3)
figure("SQL queries of a save, 1 assessment", alone_queries, "queries", promised=12)
figure("SQL queries of a save, 5,000 assessments", crowded_queries, "queries", promised=12)
figure("SQL queries of the list of assessments, 25 of 5,000", queries(lambda: client.get(listed)), "queries", promised=8)
stored = Assessment.objects.get(pk=one.pk)
computed = figures_of(framework(version), given(one))
wrong = (stored.rated, stored.complete, stored.total, stored.score) != computed
figure("stored scores that are not those of the answers", wrong, "found", promised=0)
