"""Results of waves: 100,000 answers over 500 residences counted once, then read; 6,000 answers of a landlord counted again."""

import time
from datetime import timedelta
from random import Random

from figures import aside, figure, queries, ready, seconds

ready()

from django.test import Client
from django.urls import reverse
from tests.answers.counted import AGENCIES, answer_of, version
from tests.fixtures import NOON, luhn_siren

from palier.answers.models import Answer, QuestionRecount
from palier.answers.operations.results import count_wave
from palier.answers.queries.columns import columns
from palier.answers.rules.units import INSIDE
from palier.answers.statistics.counting import count
from palier.directory.models import Landlord
from palier.directory.operations import add_landlord, add_member, enter_person
from palier.directory.rules import LandlordType, Role
from palier.questionnaires.queries import built
from palier.stock.models import Import, Residence
from palier.stock.rules.imports import State as ImportState
from palier.surveys.models import Household, Stratum, Wave
from palier.surveys.rules.waves import Design, State

chance = Random(1)


def wave_of(landlord: Landlord, residences: int, answers: int) -> Wave:
    """A closed wave: half of the households answered, in residences of every size and every mind."""
    source = Import.objects.create(
        landlord=landlord,
        state=ImportState.APPLIED,
        year=2025,
        file_name="parc.csv",
        file_digest="0" * 64,
        file_bytes=1,
        at=NOON,
        applied_at=NOON,
    )
    homes = Residence.objects.bulk_create(
        Residence(
            landlord=landlord, name=f"Résidence {n}", plain_name=f"residence {n}", first_source=source, last_source=source
        )
        for n in range(residences)
    )
    asked, day = version(NOON), NOON.date()
    wave = Wave.objects.create(
        landlord=landlord,
        name=f"Vague de {answers} réponses",
        purpose="Mesurer",
        questionnaire=asked,
        design=Design.CENSUS,
        opens_on=day - timedelta(days=30),
        closes_on=day,
        subject="Votre avis",
        message="Bonjour",
        state=State.CLOSED,
        seed="0" * 32,
        created_at=NOON,
        drawn_at=NOON,
        launched_at=NOON,
        closed_at=NOON,
    )
    people = 2 * answers
    stratum = Stratum.objects.create(
        wave=wave, key="all", label="Ensemble", population=people, eligible=people, wanted=people, drawn=people
    )
    form = built(asked.pk)
    minds = [[answer_of(chance, form, share / 100) for _ in range(150)] for share in (55, 65, 75, 85, 92)]
    where = chance.choices(range(residences), weights=[chance.paretovariate(1.2) for _ in range(residences)], k=answers)
    for start in range(0, answers, 5_000):
        rows = where[start : start + 5_000]
        Answer.objects.bulk_create(
            Answer(
                wave=wave,
                emptied_on=day,
                stratum=stratum,
                agency=AGENCIES[n % 3],
                qpv=n % 4 == 0,
                residence=homes[n],
                mode="web",
                said=chance.choice(minds[n % 5]),
            )
            for n in rows
        )
        Household.objects.bulk_create(
            Household(
                landlord=landlord,
                reference=f"{start}-{at}-{twin}",
                residence=homes[n],
                agency=AGENCIES[n % 3],
                qpv=n % 4 == 0,
                changed_at=NOON,
            )
            for at, n in enumerate(rows)
            for twin in (0, 1)
        )
    return wave


def measured(residences: int, answers: int, seed: int) -> None:
    """Count a wave, then read it."""
    landlord = add_landlord(
        name=f"Banc {seed}", siren_number=luhn_siren(920_000 + seed), landlord_type=LandlordType.OPH, by=None, at=NOON
    )
    lead = enter_person(email=f"results{seed}@bench.example", name="Mme L.", at=NOON)
    add_member(person=lead, organisation=landlord, role=Role.QUALITY_LEAD, by=None, at=NOON)
    wave = wave_of(landlord, residences, answers)
    what = f"{answers:,} answers, {residences} residences".replace(",", " ")
    begin = time.perf_counter()
    recount = count_wave(wave=wave, at=NOON)
    figure(f"counting the wave inside and outside: {what}", time.perf_counter() - begin, "s")
    begin = time.perf_counter()
    table, frame = columns(wave=wave)
    read = time.perf_counter()
    count(built(wave.questionnaire_id), table, frame, fewest=INSIDE, commitments={})
    figure(f"  of which reading answers, once: {what}", read - begin, "s")
    promised = 1 if answers <= 10_000 else None
    figure(f"  of which figures of every question, once: {what}", time.perf_counter() - read, "s", promised=promised)
    client = Client()
    client.force_login(lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    url = reverse("results", kwargs={"landlord_id": landlord.pk, "wave_id": recount.wave_id})
    assert client.get(url).status_code == 200
    figure(f"page of results: {what}", seconds(lambda: client.get(url)) * 1000, "ms", promised=300)
    figure(f"SQL queries of that page: {what}", queries(lambda: client.get(url)), "queries")
    figure(
        "kept for that wave", sum(len(str(one.inside)) for one in QuestionRecount.objects.filter(recount=recount)) / 1e6, "MB"
    )


with aside():
    measured(120, 6_000, 71)
    measured(500, 100_000, 72)
