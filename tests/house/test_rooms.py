"""Rooms hold what they promise each other: downward keys, no clock, no hidden behaviour."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from tests.house.tree import ROOMS, files, modules_of_rooms, named

MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
CLOCKS = {
    "now": {"timezone", "datetime", "dt"},
    "utcnow": {"datetime", "dt"},
    "today": {"datetime", "date", "dt"},
    "localdate": {"timezone"},
    "localtime": {"timezone", "time"},
    "time": {"time"},
    "time_ns": {"time"},
}
OF_DATABASE = {"Now", "CurrentTimestamp"}
CLOCK_FIELDS = {"auto_now", "auto_now_add"}


def _keys(model: type[models.Model]) -> list[models.ForeignKey]:
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and not field.remote_field.parent_link
    ]


def _ends_in(node: ast.expr, names: set[str]) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr in names)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_keys_point_down_or_inside_their_room_and_protect(model: type[models.Model]) -> None:
    for field in _keys(model):
        target = field.related_model._meta.app_label
        assert ROOMS.index(target) <= ROOMS.index(model._meta.app_label), f"{field} points up"
        protects = field.remote_field.on_delete in {models.PROTECT, models.RESTRICT}
        assert protects or target == model._meta.app_label, f"{field} lets another room's rows go"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_models_hide_nothing(model: type[models.Model]) -> None:
    assert "save" not in vars(model)
    assert "delete" not in vars(model)
    assert not model._meta.ordering, "say the order where rows are asked for"


def test_rooms_never_read_the_clock() -> None:
    readings = []
    for path, tree in modules_of_rooms():
        for node in ast.walk(tree):
            read = isinstance(node, ast.Attribute) and _ends_in(node.value, CLOCKS.get(node.attr, set()))
            imported = isinstance(node, ast.ImportFrom) and OF_DATABASE & {alias.name for alias in node.names}
            default = isinstance(node, ast.keyword) and node.arg in CLOCK_FIELDS
            if read or imported or default:
                readings.append(named(path, getattr(node, "lineno", None)))
    assert readings == []


def test_nothing_listens_to_signals() -> None:
    signals = re.compile(
        r"^\s*(from\s+\S*\.signals\s+import|from\s+django\.dispatch\s+import|import\s+\S*\.signals)", re.MULTILINE
    )
    assert [named(path) for path in files("src/*.py") if signals.search(path.read_text())] == []


def test_migrations_follow_one_another() -> None:
    loader = MigrationLoader(None)
    for room in ROOMS:
        names = sorted(name for app, name in loader.disk_migrations if app == room)
        assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)], room
        for before, name in zip([None, *names], names, strict=False):
            own = [key[1] for key in loader.disk_migrations[room, name].dependencies if key[0] == room]
            assert own == ([before] if before else []), f"{room}.{name}"


def test_every_room_speaks_of_itself() -> None:
    silent = [
        named(path)
        for path, tree in modules_of_rooms()
        if path.read_text().strip() and path.name != "apps.py" and not ast.get_docstring(tree)
    ]
    assert silent == []
