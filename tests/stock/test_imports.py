"""From a file to the stock and back: all or nothing, nothing lost of the vintages before, once however often it runs."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from palier.directory.models import Landlord, Person
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.outbox.models import Message
from palier.stock import operations, queries
from palier.stock.models import Dwelling, Import, ReadLine, Residence, ResidenceVintage
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import Format, State
from palier.verdict import Conflict, Refusal
from tests.stock import files
from tests.stock.conftest import Bring

pytestmark = pytest.mark.django_db


def statutory(count: int = 20, *, year: int = 2025, drop: int = 0, more: int = 0, **changes: str) -> bytes:
    """A statutory file of ``count`` homes; the first ``drop`` are gone, ``more`` are new, and home 5 is changed."""
    found = files.homes(count - drop + more, first=drop)
    return files.statutory((files.statutory_line(home, **(changes if home.rank == 5 else {})) for home in found), year=year)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Dwelling, ReadLine, Residence, ResidenceVintage))


def test_a_file_is_read_then_shown_then_brought_in(read_in: Bring, landlord: Landlord, at: datetime) -> None:
    item = read_in(statutory(), year=None)
    assert (item.state, item.format, item.year) == (State.READY, Format.STATUTORY, 2025)
    assert (Dwelling.objects.count(), ReadLine.objects.count()) == (0, 20)
    assert item.report["homes"] == {"before": 0, "after": 20}
    assert item.report["residences"] == {"before": 0, "after": 5}
    assert item.report["lines"] is None
    operations.ask_to_apply(item=item, by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.APPLIED
    assert counts() == (20, 0, 5, 5)
    summary = queries.stock_summary(landlord=landlord)
    assert (summary.residences, summary.homes, summary.year) == (5, 20, 2025)
    first = queries.residences(landlord=landlord).get(name="Residence 0000 des Lilas")
    assert (first.homes, first.commune, first.commune_name, first.built_year) == (4, "93010", "Bondy", 1950)


def test_bringing_in_leaves_one_line_that_says_how_much(bring_in: Bring, landlord: Landlord) -> None:
    before = Entry.objects.filter(landlord_id=landlord.pk).count()
    bring_in(statutory())
    acts = Entry.objects.filter(landlord_id=landlord.pk).order_by("number")[before:]
    assert [entry.act for entry in acts] == ["stock.file_received", "stock.import_applied"]
    assert acts[1].content["summary"] == "a intégré le patrimoine 2025 : 20 logements, 5 résidences."
    assert verify()[1] is None


def corrupt(lines: list[str], draw: random.Random) -> int:
    """Spoil one line of a statutory file in one of the ways that happen; gives the number it bears in the file."""
    at_line = draw.randrange(2, len(lines))
    cells = lines[at_line].split(";")
    way = draw.choice(["cut", "extra", "commune", "rooms", "year", "code", "nobody", "twice"])
    if way == "cut":
        cells = cells[: draw.randrange(1, 64)]
    elif way == "extra":
        cells.insert(draw.randrange(64), "x")
    elif way == "commune":
        cells[3] = draw.choice(["", "9301", "BONDY", "930100"])
    elif way == "rooms":
        cells[23] = draw.choice(["X", "?"])
    elif way == "year":
        cells[25] = "19 4"
    elif way == "code":
        cells[draw.choice([2, 21, 22, 31, 33, 39, 48])] = "Z"
    elif way == "nobody":
        cells[0] = cells[1] = ""
    else:
        cells[0] = lines[draw.randrange(1, at_line)].split(";")[0]
    lines[at_line] = ";".join(cells)
    return at_line + 1


@pytest.mark.parametrize("seed", range(16))
def test_one_corrupt_line_anywhere_brings_nothing_in_and_is_named(read_in: Bring, seed: int) -> None:
    lines = statutory(60).decode().splitlines()
    number = corrupt(lines, random.Random(seed))
    item = read_in(("\n".join(lines) + "\n").encode())
    assert item.state == State.REFUSED
    assert {fault["place"].partition(",")[0] for fault in item.faults} == {f"Ligne {number}"}
    assert counts() == (0, 0, 0, 0)


def test_a_refused_file_keeps_its_faults_and_counts_beyond_what_it_lists(read_in: Bring) -> None:
    made = [files.statutory_line(home, commune="9301", rooms="X") for home in files.homes(150)]
    item = read_in(files.statutory(made))
    assert (item.state, item.fault_count, len(item.faults)) == (State.REFUSED, 300, 200)
    with pytest.raises(Refusal):
        operations.ask_to_apply(item=item, by=None, at=item.at)


def test_three_vintages_keep_their_own_homes_and_say_what_moved(
    bring_in: Bring, read_in: Bring, landlord: Landlord, at: datetime
) -> None:
    bring_in(statutory(20, year=2023), year=2023)
    bring_in(statutory(20, year=2024, drop=2, more=3, occupancy="2", dpe="A"), year=2024, when=at + timedelta(days=1))
    item = read_in(statutory(23, year=2025, drop=2, occupancy="2"), year=2025)
    assert item.report["base"]["year"] == 2024
    assert item.report["lines"]["same"] == 20
    assert item.report["lines"]["fields"] == {"dpe": 1}
    second = Import.objects.get(year=2024)
    assert second.report["lines"] | {"examples": []} == {
        "came": 3,
        "went": 2,
        "reasons": {},
        "changed": 1,
        "same": 17,
        "fields": {"occupancy": 1, "dpe": 1},
        "examples": [],
    }
    (example,) = second.report["lines"]["examples"]
    assert example["changes"][0] == {"field": "occupancy", "before": "loué", "after": "proposé à la location, vacant"}
    assert Dwelling.objects.filter(source__year=2023).count() == 20
    assert Dwelling.objects.filter(source=second, previous__isnull=False).count() == 18
    assert queries.stock_summary(landlord=landlord).homes == 21


def test_homes_that_left_are_told_with_their_reason_and_no_longer_count(
    bring_in: Bring, read_in: Bring, landlord: Landlord
) -> None:
    bring_in(statutory(20))
    item = bring_in(statutory(20, exit_reason="4"), year=2025)
    assert item.report["lines"]["reasons"] == {"démolition": 1}
    assert item.report["homes"] == {"before": 20, "after": 19}
    assert queries.stock_summary(landlord=landlord).homes == 19
    assert Dwelling.objects.get(source=item, exit_reason="4").homes == 0


def test_an_older_vintage_completes_the_past_and_changes_nothing_of_today(bring_in: Bring, landlord: Landlord) -> None:
    bring_in(statutory(20, year=2025))
    bring_in(statutory(12, year=2021), year=2021)
    summary = queries.stock_summary(landlord=landlord)
    assert (summary.year, summary.homes) == (2025, 20)
    residence = queries.residences(landlord=landlord).first()
    assert residence is not None
    assert sorted(residence.vintages.values_list("source__year", flat=True)) == [2021, 2025]


def test_dwellings_are_those_of_the_stock_once_it_counts_them(
    bring_in: Bring, landlord: Landlord, make_landlord: Callable[..., Landlord]
) -> None:
    other = make_landlord(declared_dwellings=40)
    landlord.declared_dwellings = 90_000
    assert queries.dwellings_of(landlords=[landlord])[landlord.pk] == queries.Dwellings(90_000, declared=True)
    bring_in(statutory(30))
    assert queries.dwellings_of(landlords=[landlord, other]) == {
        landlord.pk: queries.Dwellings(30, declared=False),
        other.pk: queries.Dwellings(40, declared=True),
    }


def test_a_residence_that_left_stays_readable_among_the_gone(bring_in: Bring, landlord: Landlord) -> None:
    bring_in(statutory(20, year=2024), year=2024)
    kept = [files.statutory_line(home) for home in files.homes(20) if home.rank % 5 != 3]
    item = bring_in(files.statutory(kept, year=2025))
    assert item.report["gone"]["shown"] == [{"name": "Residence 0003 Louise Michel", "homes": 4}]
    assert queries.residences(landlord=landlord).count() == 4
    (gone,) = queries.residences(landlord=landlord, gone=True)
    assert (gone.name, gone.homes) == ("Residence 0003 Louise Michel", 4)


def test_a_renamed_programme_continues_its_residence(bring_in: Bring, landlord: Landlord) -> None:
    bring_in(statutory(20, year=2024), year=2024)
    before = Residence.objects.get(name="Residence 0001 Jean Moulin")
    made = [files.statutory_line(h, **({"programme": "LE CLOS NEUF"} if h.rank % 5 == 1 else {})) for h in files.homes(20)]
    item = bring_in(files.statutory(made, year=2025))
    assert item.report["renamed"]["shown"] == [{"name": "Residence 0001 Jean Moulin", "as": "Le Clos Neuf"}]
    assert item.report["arrivals"]["count"] == 0
    before.refresh_from_db()
    assert before.name == "Le Clos Neuf"
    assert Residence.objects.count() == 5
    # And again under the new name: nothing moves any more.
    again = bring_in(files.statutory(made, year=2026), year=2026)
    assert again.report["renamed"]["count"] == again.report["gone"]["count"] == 0


def test_a_name_that_changes_under_the_same_code_is_announced_and_goes_back_with_the_import(
    bring_in: Bring, at: datetime
) -> None:
    def parc(name: str) -> bytes:
        return files.table([["Code UG", "Code résidence", "Résidence"], ["A1", "12", name], ["A2", "12", name]])

    answers = {"mapping": {0: "own_id", 1: "programme_code", 2: "programme"}, "unit": Unit.HOME}
    bring_in(parc("Les Lilas"), year=2024, answers=answers)
    item = bring_in(parc("Le Clos"), year=2025, answers=answers, when=at + timedelta(hours=1))
    assert item.report["renamed"]["shown"] == [{"name": "Les Lilas", "as": "Le Clos"}]
    assert Residence.objects.get().name == "Le Clos"
    operations.undo_import(item=item, by=None, at=at + timedelta(hours=2))
    assert (Residence.objects.get().name, Residence.objects.get().plain_name) == ("Les Lilas", "les lilas")


@pytest.mark.parametrize("brought", [False, True], ids=["preview", "in the stock"])
def test_what_came_went_and_changed_is_told_home_by_home(bring_in: Bring, read_in: Bring, at: datetime, brought: bool) -> None:
    bring_in(statutory(6, year=2024), year=2024)
    made = [files.statutory_line(h, **({"dpe": "A"} if h.rank == 5 else {})) for h in files.homes(6, first=1)]
    made[1] = files.statutory_line(next(files.homes(1, first=2)), exit_reason="4")
    item = (bring_in if brought else read_in)(files.statutory(made, year=2025))
    rows = [(row[0], row[2], *row[6:]) for row in operations.differences(item)]
    known = [home.rpls_id for home in files.homes(7)]
    assert rows == [
        ("arrive", known[6], "", "", ""),
        ("part", known[0], "", "", ""),
        ("part", known[2], "motif de sortie", "", "démolition"),
        ("change", known[5], "classe énergie du DPE", "classe C", "classe A"),
    ]


def test_a_home_known_by_the_landlords_number_is_found_again_once_it_has_its_own(bring_in: Bring, read_in: Bring) -> None:
    new = [files.statutory_line(home, rpls_id="") for home in files.homes(6)]
    bring_in(files.statutory(new, year=2024), year=2024)
    item = read_in(files.statutory([files.statutory_line(home) for home in files.homes(6)], year=2025))
    assert (item.report["lines"]["came"], item.report["lines"]["went"], item.report["lines"]["same"]) == (0, 0, 6)


def test_running_twice_reads_and_brings_in_once(read_in: Bring, at: datetime) -> None:
    item = read_in(statutory())
    assert operations.run_import(import_id=item.pk, at=at) is State.READY
    assert ReadLine.objects.count() == 20
    operations.ask_to_apply(item=item, by=None, at=at)
    for _ in range(3):
        assert operations.run_import(import_id=item.pk, at=at) is State.APPLIED
    assert counts() == (20, 0, 5, 5)
    with pytest.raises((Refusal, Conflict)):
        operations.ask_to_apply(item=item, by=None, at=at)


def test_a_reading_cut_in_the_middle_starts_afresh(read_in: Bring, landlord: Landlord, at: datetime) -> None:
    item = read_in(statutory())
    # As a worker killed after its first chunk would leave it.
    Import.objects.filter(pk=item.pk).update(state=State.READING, percent=40, rows_read=7, report={})
    ReadLine.objects.filter(source=item, line__gt=9).delete()
    assert operations.run_import(import_id=item.pk, at=at) is State.READY
    assert ReadLine.objects.filter(source=item).count() == 20


def test_what_fails_by_our_fault_is_said_and_may_be_resumed(
    read_in: Bring, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = read_in(statutory())
    operations.ask_to_apply(item=item, by=None, at=at)

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("palier.stock.operations.running.apply_import", fail)
    with pytest.raises(ZeroDivisionError):
        operations.run_import(import_id=item.pk, at=at)
    monkeypatch.undo()
    item.refresh_from_db()
    assert (item.state, item.problem) == (State.FAILED, "ZeroDivisionError")
    assert Dwelling.objects.count() == 0
    operations.resume_import(item=item, by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.READY


def test_a_preview_is_read_again_when_another_import_came_between(read_in: Bring, bring_in: Bring, at: datetime) -> None:
    waiting = read_in(statutory(20, year=2025))
    bring_in(statutory(10, year=2024), year=2024)
    operations.ask_to_apply(item=waiting, by=None, at=at)
    assert operations.run_import(import_id=waiting.pk, at=at) is State.READY
    waiting.refresh_from_db()
    assert "Un autre import est entré" in waiting.problem
    assert waiting.report["homes"] == {"before": 10, "after": 20}
    operations.ask_to_apply(item=waiting, by=None, at=at)
    assert operations.run_import(import_id=waiting.pk, at=at) is State.APPLIED


def test_the_last_import_is_undone_as_if_it_had_never_been(bring_in: Bring, landlord: Landlord, at: datetime) -> None:
    bring_in(statutory(20, year=2024), year=2024)
    before = list(Residence.objects.order_by("pk").values())
    made = [files.statutory_line(h, programme=f"AUTRE {h.rank % 2}") for h in files.homes(30)]
    item = bring_in(files.statutory(made, year=2025), when=at + timedelta(hours=1))
    assert Residence.objects.count() == 11
    operations.undo_import(item=item, by=None, at=at + timedelta(hours=2))
    item.refresh_from_db()
    assert item.state == State.UNDONE
    assert list(Residence.objects.order_by("pk").values()) == before
    assert Dwelling.objects.count() == 20
    assert queries.stock_summary(landlord=landlord).year == 2024
    # Undone, it may be brought in again from its file.
    again = bring_in(files.statutory(made, year=2025), when=at + timedelta(hours=3))
    assert again.report["homes"]["before"] == 20


def test_only_the_last_import_and_only_before_corrections_is_undone(bring_in: Bring, at: datetime) -> None:
    first = bring_in(statutory(20, year=2024), year=2024)
    second = bring_in(statutory(20, year=2025), when=at + timedelta(hours=1))
    with pytest.raises(Refusal, match="Un import plus récent"):
        operations.undo_import(item=first, by=None, at=at + timedelta(hours=2))
    residence = Residence.objects.first()
    assert residence is not None
    operations.rename_residence(residence=residence, name="Les Glycines", by=None, at=at + timedelta(hours=2))
    with pytest.raises(Refusal, match="ont été corrigées depuis"):
        operations.undo_import(item=second, by=None, at=at + timedelta(hours=3))


def test_a_dropped_import_leaves_nothing_but_its_name(read_in: Bring, at: datetime) -> None:
    item = read_in(statutory())
    operations.drop_import(item=item, by=None, at=at)
    assert counts() == (0, 0, 0, 0)
    with pytest.raises(Refusal):
        operations.drop_import(item=item, by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.DROPPED


def test_another_landlord_sees_and_touches_nothing(
    bring_in: Bring, make_landlord: Callable[..., Landlord], landlord: Landlord
) -> None:
    other = make_landlord("Canari Habitat")
    bring_in(statutory(20))
    bring_in(statutory(10), of=other)
    assert queries.stock_summary(landlord=landlord).homes == 20
    assert queries.stock_summary(landlord=other).homes == 10
    assert Residence.objects.count() == 7 + 3
    assert not queries.imports(landlord=other).filter(landlord=landlord).exists()


def test_a_file_that_is_no_table_is_refused_with_its_cure(read_in: Bring) -> None:
    item = read_in(b"bonjour\n", name="note.txt")
    assert item.state == State.REFUSED
    assert item.faults[0]["sentence"].startswith("Ce fichier n’a pas de colonnes")


def test_files_are_kept_once_under_their_content(read_in: Bring, settings: Any) -> None:
    one, two = read_in(statutory()), read_in(statutory(), name="copie.csv")
    assert one.file_digest == two.file_digest
    assert len([path for path in Path(settings.DOCUMENTS).rglob("*") if path.is_file() and path.name != ".lock"]) == 1


def test_the_person_hears_when_the_preview_is_ready_and_when_it_is_in(
    landlord: Landlord, at: datetime, make_person: Callable[..., Any]
) -> None:
    import io

    from palier.directory.rules import Role

    lead = make_person(Role.QUALITY_LEAD, landlord)
    received = operations.receive(file=io.BytesIO(statutory()), name="rpls.csv")
    item = operations.start_import(landlord=landlord, received=received, year=2025, by=lead, at=at)
    operations.run_import(import_id=item.pk, at=at)
    operations.ask_to_apply(item=Import.objects.get(pk=item.pk), by=lead, at=at)
    operations.run_import(import_id=item.pk, at=at)
    told = Message.objects.filter(event="stock.imported", person_id=lead.pk).order_by("pk")
    assert [message.subject for message in told] == ["L’aperçu de « rpls.csv » est prêt", "Le patrimoine 2025 est intégré"]
    assert told[0].link == f"/organismes/{landlord.pk}/patrimoine/imports/{item.pk}/"


# --- vintages in other shapes -----------------------------------------------------------------------------------------


def test_a_statutory_file_takes_its_points_from_the_open_one_before_it(bring_in: Bring, landlord: Landlord) -> None:
    bring_in(files.open_2025(files.homes(20)), year=2024)
    item = bring_in(statutory(20, year=2025))
    assert item.report["lines"] is not None
    assert Dwelling.objects.filter(source=item, lon__isnull=False).count() == 20
    assert ResidenceVintage.objects.filter(source=item).aggregate(n=Sum("located"))["n"] == 20


@pytest.mark.skipif(not files.BONDY.exists(), reason="the real Bondy files are not on this machine (../shared/data)")
def test_the_two_real_vintages_of_bondy_follow_each_other(bring_in: Bring, landlord: Landlord) -> None:
    town = {"commune": "93010", "commune_name": "Bondy"}
    path = files.BONDY / "bondy_rpls2021_batiments.geojson"
    first = bring_in(path.read_bytes(), name=path.name, year=2021, answers=town | {"owners": frozenset({"OPH de Bondy"})})
    assert (
        first.report["homes"]["after"] == Dwelling.objects.aggregate(n=Sum("homes"))["n"] == 4_010
        or first.report["homes"]["after"] > 3_000
    )
    path = files.BONDY / "bondy_rpls2022_batiments.geojson"
    second = bring_in(path.read_bytes(), name=path.name, year=2022, answers=town)
    assert second.report["lines"]["same"] + second.report["lines"]["changed"] > 300
    assert queries.stock_summary(landlord=landlord).homes == 10_862
    names = set(queries.residences(landlord=landlord).values_list("name", flat=True))
    assert {"Quartier Noue Caillet", "Residences Rue Blanqui", "Res. Hannah Arendt"} <= names
    assert Dwelling.objects.filter(source=first).aggregate(n=Sum("homes"))["n"] == first.report["homes"]["after"]


# --- the database itself refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE stock_import SET state = 'applied', applied_at = NULL",
        "UPDATE stock_import SET year = 1066",
        "UPDATE stock_import SET percent = 101",
        "UPDATE stock_residence SET lon = 2.4, lat = NULL",
        "UPDATE stock_residence SET lon = 200, lat = 0",
        "UPDATE stock_residence SET merged_into_id = id",
        "UPDATE stock_dwelling SET rpls_id = '0000000001'",
        "UPDATE stock_dwelling SET line = 2",
        "UPDATE stock_residencevintage SET located = homes + 1",
        "UPDATE stock_districtstanding SET inside = known + 1",
    ],
)
def test_the_database_refuses_what_cannot_be(bring_in: Bring, sql: str) -> None:
    bring_in(statutory())
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(sql)


def test_nobody_is_told_of_an_import_that_is_no_longer_there(
    read_in: Bring, make_person: Callable[..., Person], at: datetime
) -> None:
    person = make_person()

    def waiting() -> list[str]:
        return list(Message.objects.filter(state="waiting").values_list("subject", flat=True))

    def ready(year: int) -> Import:
        received = operations.receive(file=io.BytesIO(statutory(year=year)), name="parc.csv")
        item = operations.start_import(landlord=landlord, received=received, year=year, by=person, at=at)
        operations.run_import(import_id=item.pk, at=at)
        assert waiting() == ["L’aperçu de « parc.csv » est prêt"]
        item.refresh_from_db()
        return item

    landlord = read_in(statutory()).landlord
    operations.drop_import(item=ready(2024), by=person, at=at)
    assert waiting() == []
    item = ready(2025)
    operations.ask_to_apply(item=item, by=person, at=at, accepted=True)
    operations.run_import(import_id=item.pk, at=at)
    assert waiting() == ["Le patrimoine 2025 est intégré"]
    operations.undo_import(item=item, by=person, at=at)
    assert waiting() == []
