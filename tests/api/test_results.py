"""The results of waves through the API: the figures of the page, and nothing of too few answers."""

from __future__ import annotations

from collections.abc import Callable

from palier.directory.rules import Scope
from palier.stock.models import Residence
from tests.answers.counted import closed, counted, households, version
from tests.api.conftest import Program
from tests.api.scene import File
from tests.api.test_rooms import files
from tests.fixtures import NOON

__all__ = ["files"]


def test_every_figure_comes_with_what_it_is_read_with(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    home = Residence.objects.get(pk=mine.found["residences"])
    everybody = households(mine.landlord, [home], 30, NOON)
    asked = version(NOON)
    wave = closed(mine.landlord, everybody, asked, NOON)
    called, path = program(mine.lead, [Scope.READ]), f"/landlords/{mine.landlord.pk}/waves/{wave.pk}/results"
    assert called.get(path).json()["items"] == []
    recount = counted(wave, NOON)
    found = called.get(path).json()
    first = found["items"][0]
    assert (first["question"], first["level"], first["group"]) == ("overall_satisfaction", "ensemble", "")
    assert first["answers"] == recount.inside["questions"]["overall_satisfaction"]["satisfied"]["answers"]
    assert first["low"] <= first["satisfied"] <= first["high"]
    assert min(one["answers"] for one in found["items"]) >= 5
    assert called.get(f"/landlords/{other.landlord.pk}/waves/{wave.pk}/results").status_code == 404
