"""Versions live side by side, never change, and the shipped grids are loaded once."""

from __future__ import annotations

from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from palier.directory.models import Person
from palier.frameworks import queries
from palier.frameworks.models import Assessment, Framework, FrameworkVersion
from palier.frameworks.operations import import_version, load_shipped
from palier.ledger.models import Entry
from palier.verdict import Refusal
from tests.frameworks.samples import SMALL

pytestmark = pytest.mark.django_db


def test_the_same_grid_is_published_once_and_a_changed_one_is_the_next_version(version: FrameworkVersion, at: datetime) -> None:
    again = import_version(text=f"# autre commentaire\n{SMALL}", by=None, at=at, effective_from=date(2027, 1, 1))
    assert again == version
    second = import_version(text=SMALL.replace("Guichet", "Accueil"), by=None, at=at, effective_from=date(2027, 1, 1))
    assert (second.number, second.framework) == (2, version.framework)
    assert queries.current_version(code="small", on=date(2026, 12, 31)) == version
    assert queries.current_version(code="small", on=date(2027, 1, 1)) == second
    assert queries.framework(version).criteria["desk"].title == "Guichet"
    assert queries.framework(second).criteria["desk"].title == "Accueil"
    with pytest.raises(Refusal, match="Aucune version") as refusal:
        queries.current_version(code="small", on=date(2019, 12, 31))
    assert refusal.value.verdict.reasons[0].remedy is not None


def test_a_faulty_grid_publishes_nothing_and_names_its_lines(at: datetime) -> None:
    with pytest.raises(Refusal) as refusal:
        import_version(text=SMALL.replace("weight: 2", "weight: x"), by=None, at=at, effective_from=date(2026, 1, 1))
    assert [r.sentence[:9] for r in refusal.value.verdict.reasons] == ["Ligne 18 ", "Ligne 23 "]
    assert not Framework.objects.exists()
    assert not Entry.objects.exists()


def test_a_code_keeps_its_use(version: FrameworkVersion, at: datetime) -> None:
    with pytest.raises(Refusal, match="Revue de charte"):
        import_version(text=SMALL.replace("charter_review", "complex_sites"), by=None, at=at, effective_from=date(2026, 1, 1))


def test_the_database_refuses_to_change_a_version(version: FrameworkVersion, at: datetime) -> None:
    for attempt in (
        lambda: FrameworkVersion.objects.update(title="autre"),
        lambda: FrameworkVersion.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            attempt()
    with pytest.raises(IntegrityError), transaction.atomic():
        FrameworkVersion.objects.create(
            framework=version.framework,
            number=1,
            title="x",
            source="",
            body={},
            sha256="y",
            published_at=at,
            effective_from=date(2026, 1, 1),
        )


def test_the_shipped_grids_are_loaded_once(at: datetime) -> None:
    first = load_shipped(at=at)
    shipped = ["charter_review", "cleanliness_round", "complex_sites", "hqs", "residence_sheet", "site_diagnosis"]
    assert [v.framework.code for v in first] == shipped
    assert load_shipped(at=at) == first
    assert FrameworkVersion.objects.count() == len(shipped)
    with_numbers = {f.code: f.in_force for f in queries.frameworks(on=date(2026, 1, 1))}
    assert with_numbers == dict.fromkeys(shipped, 1)


def test_the_command_publishes_refuses_and_checks(tmp_path: Path, assessment: Assessment, lead: Person) -> None:
    file = tmp_path / "grille.yaml"
    file.write_text(SMALL.replace("Guichet", "Accueil"))
    out = StringIO()
    call_command("frameworks", "import", str(file), "--effective-from", "2027-01-01", stdout=out)
    assert out.getvalue() == "small : version 2, en vigueur dès le 1er janvier 2027\n"
    file.write_text(SMALL.replace("title: Guichet", "titre: Guichet"))
    with pytest.raises(CommandError, match="Ligne 26 : la clé « titre » est inconnue"):
        call_command("frameworks", "import", str(file))
    with pytest.raises(CommandError):
        call_command("frameworks", "import", str(tmp_path / "absent.yaml"))
    call_command("frameworks", "load-shipped", stdout=out)
    call_command("frameworks", "check", stdout=out)
    assert "Chaque score est celui de ses réponses." in out.getvalue()
    Assessment.objects.filter(pk=assessment.pk).update(rated=3)
    with pytest.raises(CommandError, match="1 évaluations"):
        call_command("frameworks", "check", stdout=out, stderr=out)
