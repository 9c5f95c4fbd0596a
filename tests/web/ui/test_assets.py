"""What the pages load is built, named by its content, and holds every icon that a page names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from palier.web.ui import assets
from tests.web.ui.test_components import draw

WEB = Path("src/palier/web")


@pytest.mark.parametrize(
    "name", ["main.css", "tenant.css", "survey.css", "map.css", "app.js", "map.js", "icons.svg", "mark.svg"]
)
def test_every_entry_is_served_under_a_fingerprint(name: str) -> None:
    path = assets.built(name)
    stem, suffix = name.split(".")
    assert re.fullmatch(rf"built/assets/{stem}-[\w-]{{8}}\.{suffix}", path)
    response = Client().get(f"/static/{path}")
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]


def test_assets_that_were_not_built_are_said_to_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "manifest.json")
    assets.manifest.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="make assets"):
        assets.built("main.css")


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    names = {
        (path, name)
        for path in WEB.rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"|\bicon="([\w-]+)"', path.read_text())
        for name in name
        if name
    }
    assert {(str(path), name) for path, name in names if name not in assets.icon_names()} == set()


def test_an_icon_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match=r"phosphor\.txt"):
        draw('{% icon "dragon" %}')


def test_pages_of_tenants_weigh_little() -> None:
    size = sum((WEB / assets.built(name)).stat().st_size for name in ("tenant.css", "mark.svg"))
    assert size < 45_000
    assert "@font-face" not in (WEB / assets.built("tenant.css")).read_text()


def test_nothing_comes_from_elsewhere() -> None:
    sheets = [(WEB / assets.built(name)).read_text() for name in ("main.css", "tenant.css", "survey.css", "map.css")]
    assert not [url for sheet in sheets for url in re.findall(r"url\((?:\"|')?(https?:[^)]*)", sheet)]


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        *(
            ("Dunkerque", 2.35, 51.05),
            ("La Réunion", 55.4, -20.9),
            ("Saint-Martin", -63.05, 18.08),
            ("Saint-Barthélemy", -62.8, 17.9),
        ),
        *(
            ("Saint-Pierre-et-Miquelon", -56.3, 46.8),
            ("Nouméa", 166.5, -22.3),
            ("Papeete", -149.5, -17.5),
            ("Wallis", -176.2, -13.3),
        ),
    ],
)
def test_the_ground_of_maps_has_every_part_of_france(place: str, lon: float, lat: float) -> None:
    script = (assets.WEB / assets.built("map.js")).read_text()
    points = [(float(x), float(y)) for x, y in re.findall(r"\[(-?[\d.]+),(-?[\d.]+)\]", script)]
    assert any(abs(x - lon) < 0.3 and abs(y - lat) < 0.3 for x, y in points), place
