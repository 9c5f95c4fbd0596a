"""The grids of audits through the API: what is fixed on the page is fixed for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from palier.audits.queries import assessment
from palier.audits.rules.missions import State
from palier.directory.rules import Scope
from palier.frameworks.queries import framework
from tests.api.conftest import Program
from tests.audits.scene import Scene, make_scene, scene

__all__ = ["make_scene", "scene"]


@pytest.mark.django_db
def test_the_grid_of_a_delivered_report_takes_no_answer(
    scene: Scene, program: Callable[..., Program], documents_folder: Path
) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    grid = assessment(mission)
    assert grid is not None
    asked = next(criterion for criterion in framework(grid.version).criteria.values() if criterion.na_allowed)
    called = program(scene.auditor, [Scope.READ, Scope.ANSWERS])
    path = f"/landlords/{scene.landlord.pk}/assessments/{grid.pk}/answers"
    [standing] = [one for one in called.get(path).json()["items"] if one["criterion"] == asked.code]
    answer = {"revision": standing["revision"], "not_applicable": True, "justification": "Revu."}
    refused = called.send("PUT", f"{path}/{asked.code}", answer)
    assert refused.status_code == 403
    assert "il ne change plus" in refused.json()["reasons"][0]["sentence"]
    assert called.send("POST", f"{path}/{asked.code}/documents", {"document": 1}, once="a").status_code == 403
    scene.reopen(mission)
    assert called.send("PUT", f"{path}/{asked.code}", answer).status_code == 200
