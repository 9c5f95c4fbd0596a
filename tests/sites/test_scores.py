"""Scores follow the sources; alerts are raised, answered, opened again, ended, and never erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier import frameworks
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.frameworks.operations import import_version
from palier.ledger.models import Entry as Line
from palier.outbox.models import Message
from palier.sites import operations, queries
from palier.sites.models import ScoreRun, Scoring, SiteAlert, SiteScore
from palier.sites.rules import AlertState, Level
from palier.sites.scoring.method import in_force, versions
from palier.sources.models import Incident
from palier.sources.operations import Told, record_incident
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin
from palier.stock.models import Residence
from palier.verdict import Refusal
from tests.fixtures import NOON
from tests.sites.figures import TODAY, bring, finish_grid, lay_incidents, quiet

pytestmark = pytest.mark.django_db
Stock = Callable[..., list[Residence]]
COMPLEX = Path(frameworks.__file__).parent / "grids" / "complex_sites.yaml"


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Montfictif Habitat")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord)


def test_a_score_holds_no_import_back_and_a_reading_does_by_its_name(landlord: Landlord, make_stock: Stock) -> None:
    item = make_stock(landlord)[0].first_source
    operations.score(landlord=landlord, at=NOON)
    operations.undo_import(item=item, by=None, at=NOON)
    assert not Residence.objects.filter(landlord=landlord).exists()
    residence, *_ = make_stock(landlord)
    bring(residence, vacancy=3)
    with pytest.raises(Refusal) as caught:
        operations.undo_import(item=residence.first_source, by=None, at=NOON)
    assert caught.value.verdict.reasons[0].detail == "Elles sont citées par : sources et incidents."


def test_a_residence_gets_points_a_class_a_rank_and_what_makes_them(landlord: Landlord, make_stock: Stock) -> None:
    first, second, third, fourth = make_stock(landlord, 4)
    ordinary = {one.key: one.ordinary for one in in_force(TODAY).weighings if one.family not in {"setting", "open_data"}}
    bring(second, **ordinary)
    hard = {"occupations": 40, "assaults": 5, "satisfied": 50, "vacancy": 4, "staff_reports": 40, "damage": 40}
    bring(first, **ordinary | hard)
    bring(fourth, **{key: value for key, value in ordinary.items() if key not in hard})
    run = operations.score(landlord=landlord, at=NOON)
    assert run is not None
    assert run.method == "sober-2026-01-01"
    worst, good, unknown, hidden = (SiteScore.objects.get(run=run, residence=one) for one in (first, second, third, fourth))
    assert (worst.rank, good.rank) == (1, 2)
    assert worst.points is not None
    assert good.points is not None
    assert worst.points > good.points
    assert Level(worst.cautious).rank >= Level(worst.favourable).rank
    assert good.cautious == good.favourable == Level.NONE
    brought = sum(points for _, points, _ in worst.parts)
    assert brought == pytest.approx(worst.points, abs=0.01)
    assert worst.parts[0][0] in {"occupations", "assaults"}
    # Without what may show a difficulty, nothing is proved: it is not « sans difficulté ».
    assert (hidden.cautious, hidden.favourable) == (Level.EXTREME, Level.NONE)
    # Nobody brought anything of the third: no score, no class, no rank. It is not « sans difficulté ».
    assert (unknown.points, unknown.cautious, unknown.favourable, unknown.rank) == (None, "", "", None)


def test_a_figure_too_old_does_not_count_and_says_so(landlord: Landlord, make_stock: Stock) -> None:
    (residence,) = make_stock(landlord, 1)
    bring(residence, occupations=10)
    later = NOON + timedelta(days=400)
    operations.score(landlord=landlord, at=later)
    found = SiteScore.objects.get(residence=residence)
    assert found.stale == ["occupations"]
    assert found.points is None


def test_scoring_twice_changes_nothing_and_months_are_kept(landlord: Landlord, make_stock: Stock) -> None:
    residences = make_stock(landlord)
    bring(residences[0], occupations=12, damage=9, satisfied=60, vacancy=4, staff_reports=20)
    quiet(residences)
    seen = []
    for at in (NOON, NOON + timedelta(hours=1)):
        operations.score(landlord=landlord, at=at)
        seen.append(
            list(SiteScore.objects.order_by("residence").values_list("residence", "points", "rank_low", "rank_high", "parts"))
        )
    assert seen[0] == seen[1]
    assert ScoreRun.objects.count() == 1
    operations.score(landlord=landlord, at=NOON + timedelta(days=31))
    assert ScoreRun.objects.count() == 2
    latest = queries.latest_run(landlord=landlord.pk)
    assert latest is not None
    assert latest.made_at == NOON + timedelta(days=31)


def test_without_a_stock_there_is_nothing_to_score(landlord: Landlord) -> None:
    assert operations.score(landlord=landlord, at=NOON) is None


def test_many_saves_ask_for_one_computation_whatever_door_they_came_by(
    landlord: Landlord, make_landlord: Callable[..., Landlord], make_stock: Stock
) -> None:
    residence = make_stock(landlord, 1)[0]
    make_stock(make_landlord("Un autre"), 1)
    assert operations.note_changes(at=NOON) == []
    bring(residence, occupations=1)
    told = Told(residence.pk, TODAY, IncidentKind.GATHERING, Place.HALL)
    record_incident(landlord=landlord, told=told, origin=Origin.FORM, by=None, at=NOON)
    assert operations.note_changes(at=NOON) == [landlord.pk]
    # The worker was killed before it computed: it is asked for again.
    assert operations.note_changes(at=NOON) == [landlord.pk]
    operations.score(landlord=landlord, at=NOON)
    assert operations.note_changes(at=NOON) == []
    assert not Scoring.objects.get(landlord=landlord).is_behind
    bring(residence, occupations=2)
    assert operations.note_changes(at=NOON) == [landlord.pk]
    assert Scoring.objects.get(landlord=landlord).is_behind


def test_a_new_method_makes_the_scores_again_once(landlord: Landlord, make_stock: Stock) -> None:
    bring(make_stock(landlord, 1)[0], occupations=1)
    operations.note_changes(at=NOON)
    operations.score(landlord=landlord, at=NOON)
    older, newer = in_force(NOON.date()), list(versions().values())[-1]
    at = NOON.replace(year=newer.since.year, month=newer.since.month, day=newer.since.day)
    assert older.version != newer.version
    assert operations.note_changes(at=NOON) == []
    assert operations.note_changes(at=at) == [landlord.pk]
    run = operations.score(landlord=landlord, at=at)
    assert run is not None
    assert run.method == newer.version
    assert operations.note_changes(at=at) == []


def test_a_larger_stock_asks_no_more_of_the_database(landlord: Landlord, make_stock: Stock) -> None:
    residences = make_stock(landlord, 3)
    for residence in residences:
        bring(residence, occupations=3)
    operations.score(landlord=landlord, at=NOON)
    with CaptureQueriesContext(connection) as few:
        operations.score(landlord=landlord, at=NOON)
    for residence in make_stock(landlord, 20, year=2026):
        bring(residence, occupations=3)
    operations.score(landlord=landlord, at=NOON)
    with CaptureQueriesContext(connection) as many:
        operations.score(landlord=landlord, at=NOON)
    assert len(many) == len(few)


# --- Alerts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tipped(landlord: Landlord, lead: Person, make_stock: Stock) -> list[Residence]:
    """Thirty residences; the first one goes from 3 to 14 halls held a month, five months ago."""
    residences = make_stock(landlord, 26)
    quiet(residences[1:])
    lay_incidents(residences[0], [3] * 25 + [14] * 5, TODAY)
    return residences


def test_a_residence_that_tips_over_is_told_once_with_what_moved_since_when_and_how_sure(
    landlord: Landlord, lead: Person, tipped: list[Residence]
) -> None:
    for _ in range(2):
        operations.score(landlord=landlord, at=NOON)
    (alert,) = SiteAlert.objects.all()
    assert (alert.residence, alert.indicator, alert.state) == (tipped[0], "occupations", AlertState.OPEN)
    assert (round(alert.before), round(alert.after)) == (3, 14)
    assert alert.at_least > 2
    assert alert.q < 0.05
    months = (TODAY.year - alert.since.year) * 12 + TODAY.month - alert.since.month
    assert months == 5
    assert Message.objects.filter(event="sites.alert", person_id=lead.pk).count() == 1
    assert Line.objects.filter(act="sites.alerts_raised").count() == 1


def test_an_explanation_says_why_and_is_kept_in_the_ledger(landlord: Landlord, lead: Person, tipped: list[Residence]) -> None:
    operations.score(landlord=landlord, at=NOON)
    alert = SiteAlert.objects.get()
    with pytest.raises(Refusal, match="Dites en une phrase"):
        operations.answer_alert(alert=alert, answer=AlertState.EXPLAINED, reason=" ", by=lead, at=NOON)
    operations.answer_alert(alert=alert, answer=AlertState.EXPLAINED, reason="Chantier du tram.", by=lead, at=NOON)
    operations.score(landlord=landlord, at=NOON)
    alert.refresh_from_db()
    assert (alert.state, alert.reason, alert.answered_by) == (AlertState.EXPLAINED, "Chantier du tram.", lead)
    line = Line.objects.get(act="sites.alert_answered")
    assert line.content is not None
    assert line.content["summary"] == "a expliqué l’alerte sur Résidence A : Chantier du tram."


def test_an_answered_alert_opens_again_when_it_gets_worse(landlord: Landlord, lead: Person, tipped: list[Residence]) -> None:
    operations.score(landlord=landlord, at=NOON)
    alert = SiteAlert.objects.get()
    operations.answer_alert(alert=alert, answer=AlertState.ACKNOWLEDGED, reason="", by=lead, at=NOON)
    lay_incidents(tipped[0], [20] * 5, TODAY)
    operations.score(landlord=landlord, at=NOON + timedelta(hours=1))
    alert.refresh_from_db()
    assert (alert.state, alert.reopened_at) == (AlertState.OPEN, NOON + timedelta(hours=1))


def test_an_alert_that_is_over_ends_and_stays(landlord: Landlord, lead: Person, tipped: list[Residence]) -> None:
    operations.score(landlord=landlord, at=NOON)
    Incident.objects.filter(residence=tipped[0]).update(voided_at=NOON, void_reason="Fichier repris")
    lay_incidents(tipped[0], [3] * 30, TODAY)
    operations.score(landlord=landlord, at=NOON + timedelta(hours=1))
    alert = SiteAlert.objects.get()
    assert alert.ended_at == NOON + timedelta(hours=1)
    assert list(queries.alerts(landlord=landlord.pk)) == []
    assert list(queries.alerts(landlord=landlord.pk, ended=True)) == [alert]
    with pytest.raises(Refusal, match="retombée"):
        operations.answer_alert(alert=alert, answer=AlertState.ACKNOWLEDGED, reason="", by=lead, at=NOON)


def test_an_alert_becomes_a_diagnosis_and_the_diagnosis_concludes(
    landlord: Landlord, lead: Person, tipped: list[Residence]
) -> None:
    import_version(text=COMPLEX.read_text(encoding="utf-8"), by=None, at=NOON, effective_from=TODAY)
    operations.score(landlord=landlord, at=NOON)
    alert = operations.answer_alert(alert=SiteAlert.objects.get(), answer=AlertState.DIAGNOSIS, reason="", by=lead, at=NOON)
    assert alert.diagnosis is not None
    assert (alert.diagnosis.subject_kind, alert.diagnosis.subject_id) == ("residence", tipped[0].pk)
    with pytest.raises(Refusal, match="c’est lui qui conclut"):
        operations.answer_alert(alert=alert, answer=AlertState.ACKNOWLEDGED, reason="", by=lead, at=NOON)


@pytest.mark.parametrize(("level", "state"), [(Level.IMPORTANT, AlertState.ACKNOWLEDGED), (None, AlertState.EXPLAINED)])
def test_a_diagnosis_ends_in_a_site_or_in_nothing_with_its_reason(
    landlord: Landlord, lead: Person, tipped: list[Residence], level: Level, state: AlertState
) -> None:
    import_version(text=COMPLEX.read_text(encoding="utf-8"), by=None, at=NOON, effective_from=TODAY)
    operations.score(landlord=landlord, at=NOON)
    alert = operations.answer_alert(alert=SiteAlert.objects.get(), answer=AlertState.DIAGNOSIS, reason="", by=lead, at=NOON)
    assert alert.diagnosis is not None
    with pytest.raises(Refusal, match="n’est pas terminé"):
        operations.conclude_alert(alert=alert, level=level, reason="Vu sur place.", by=lead, at=NOON)
    finish_grid(alert.diagnosis, lead, NOON)
    with pytest.raises(Refusal, match="pourquoi"):
        operations.conclude_alert(alert=alert, level=level, reason=" ", by=lead, at=NOON)
    alert = operations.conclude_alert(alert=alert, level=level, reason="Vu sur place.", by=lead, at=NOON)
    assert (alert.state, alert.reason, alert.diagnosis is not None) == (state, "Vu sur place.", True)
    assert [site.level for site in queries.active_sites(landlord=landlord.pk)] == ([level] if level else [])
    assert Line.objects.filter(act="sites.alert_concluded", subject_id=alert.pk).count() == 1
    with pytest.raises(Refusal, match="n’attend pas"):
        operations.conclude_alert(alert=alert, level=level, reason="Encore.", by=lead, at=NOON)


def test_the_database_itself_holds_one_alert_up_and_its_reason(landlord: Landlord, tipped: list[Residence]) -> None:
    operations.score(landlord=landlord, at=NOON)
    alert = SiteAlert.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteAlert.objects.filter(pk=alert.pk).update(state=AlertState.EXPLAINED, answered_at=NOON, answered_rate=1, reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteAlert.objects.filter(pk=alert.pk).update(state=AlertState.DIAGNOSIS, answered_at=NOON, answered_rate=1)
    alert.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        alert.save(force_insert=True)


def test_a_short_log_alerts_on_nothing(landlord: Landlord, make_stock: Stock) -> None:
    residences = make_stock(landlord, 5)
    for residence in residences[1:]:
        lay_incidents(residence, [3] * 12, TODAY)
    lay_incidents(residences[0], [3] * 8 + [30] * 4, TODAY)
    operations.score(landlord=landlord, at=NOON)
    assert SiteAlert.objects.count() == 0
