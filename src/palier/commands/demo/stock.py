"""A landlord's stock: an address list as its software gives it, imported as people do, then imported again each year."""

from __future__ import annotations

import csv
import json
import math
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from itertools import product
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile

from palier.commands.demo import names
from palier.commands.demo.timeline import chance
from palier.commands.demo.world import Household
from palier.stock.operations import intake, running
from palier.stock.operations.districts import import_districts
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import State

_HEADERS = (
    "Résidence", "Agence", "Nombre de logements", "Code INSEE", "Code postal", "Commune",
    "Numéro de voie", "Type de voie", "Nom de voie", "Année de construction", "Étiquette énergie", "Longitude", "Latitude",
)  # fmt: skip
_ENERGY = "BCCDDDDEEEF"
DISTRICTS = ("Les Érables", "Le Grand Clos", "La Plaine", "Les Hauts", "Le Canal", "Les Fontaines")
KINDS = ("Résidence", "Cité", "Square", "Allée")


def place(number: int) -> tuple[str, str, float, float]:
    """INSEE code, name, longitude and latitude of an invented town. No department bears the number 00."""
    rng = chance("place", number)
    return f"00{number + 1:03}", names.PLACES[number], rng.uniform(-0.3, 4.8), rng.uniform(45.2, 49.4)


def table(home: Household, year: int) -> bytes:
    """The address list of a year. A residence or two come and go from one year to the next."""
    rng = chance("stock", home.landlord.name)
    residences = min(12 + home.landlord.declared_dwellings // 500, 60)
    towns = [place(number) for number in rng.sample(range(len(names.PLACES)), min(2 + residences // 12, 6))]
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_HEADERS)
    size = home.landlord.declared_dwellings / residences
    for kind, street in rng.sample(list(product(KINDS, names.STREETS)), residences):
        lines = _residence(rng, f"{kind} {street}", street, towns, size)
        sold, built = rng.random() < 0.04, rng.random() < 0.05
        if not (sold and year % 2) and not (built and year < 2025):
            writer.writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def _residence(
    rng: Random, named: str, street: str, towns: list[tuple[str, str, float, float]], size: float
) -> list[list[object]]:
    insee, town, lon, lat = rng.choice(towns)
    lon, lat = lon + rng.gauss(0, 0.02), lat + rng.gauss(0, 0.015)
    homes, built = max(6, round(size * rng.lognormvariate(-0.2, 0.6))), rng.randint(1954, 2019)
    entrances = min(1 + homes // 60, 5)
    return [
        [
            named, f"Agence {town}", homes // entrances + (entrance < homes % entrances), insee, f"{insee[:-1]}0", town,
            1 + 2 * entrance, "rue", street, built, rng.choice(_ENERGY), f"{lon + entrance * 0.0004:.6f}", f"{lat:.6f}",
        ]
        for entrance in range(entrances)
    ]  # fmt: skip


def districts(version: str) -> dict[str, object]:
    """The contours of the priority districts of two towns out of three: hexagons, drawn a little otherwise in each list."""
    found = []
    for number in range(len(names.PLACES)):
        rng, insee, town, lon, lat = chance("district", number), *place(number)
        if rng.random() < 0.66:
            lon, lat, size = lon + rng.gauss(0, 0.01), lat + rng.gauss(0, 0.008), rng.uniform(0.012, 0.024)
            size *= 0.9 if version == "2024" else 1
            turns = [(math.cos(n * math.pi / 3), math.sin(n * math.pi / 3)) for n in range(7)]
            ring = [[round(lon + x * size, 5), round(lat + y * size * 0.7, 5)] for x, y in turns]
            named = {
                "code": f"QN0{insee[:2]}{number:02}I" if version == "2024" else f"QP0{insee[:2]}{number:03}",
                "label": f"{rng.choice(DISTRICTS)} ({town})",
                "insee": [insee],
            }
            found.append({"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return {"type": "FeatureCollection", "features": found}


def publish_districts(version: str, at: datetime) -> None:
    """The label's team brings in a list, as it would the official one."""
    with NamedTemporaryFile("w", suffix=".geojson", encoding="utf-8") as file:
        json.dump(districts(version), file)
        file.flush()
        import_districts(path=Path(file.name), version=version, by=None, at=at)


def bring(home: Household, year: int, at: datetime) -> None:
    """Import a vintage: hand in, say what the columns are the first time, read the preview, let it in."""
    received = intake.receive(file=BytesIO(table(home, year)), name=f"patrimoine-{year}.csv")
    item = intake.start_import(landlord=home.landlord, received=received, year=year, by=home.lead, at=at)
    state = running.run_import(import_id=item.pk, at=at + timedelta(minutes=1))
    item.refresh_from_db()
    if state is State.TO_COMPLETE:
        at += timedelta(minutes=6)
        item = intake.complete_import(
            item=item, year=year, by=home.lead, at=at, unit=Unit.ADDRESS, save_as="Liste des adresses du logiciel de gestion"
        )
        running.run_import(import_id=item.pk, at=at + timedelta(minutes=1))
        item.refresh_from_db()
    intake.ask_to_apply(item=item, by=home.lead, at=at + timedelta(minutes=15))
    state = running.run_import(import_id=item.pk, at=at + timedelta(minutes=16))
    if state is not State.APPLIED:
        raise RuntimeError(f"the stock of {home.landlord} did not come in: {state}, {item.faults}")
