"""Import of a statutory file of 50,000 homes, then of an open one with coordinates, priority districts included."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from figures import figure, ready

HOMES, RESIDENCES = 50_000, 600
AT = datetime(2026, 3, 10, 11, tzinfo=UTC)
QPV = Path(__file__).resolve().parents[2] / "shared" / "data" / "territory" / "qpv2024.geojson"


def one(shape: str) -> None:
    """Import one file in this process, and say what it took."""
    ready()
    from django.db import connection, transaction
    from tests.fixtures import luhn_siren
    from tests.stock import files

    from palier.directory.operations import add_landlord
    from palier.directory.rules import LandlordType
    from palier.stock import operations
    from palier.stock.models import Import, PriorityDistrict
    from palier.stock.queries import stock_summary

    if QPV.exists() and not PriorityDistrict.objects.filter(version="2024").exists():
        operations.import_districts(path=QPV, version="2024", by=None, at=AT)
    drawn = files.homes(HOMES, residences=RESIDENCES)
    content = files.open_2025(drawn) if shape == "open" else files.statutory(map(files.statutory_line, drawn))
    siren = luhn_siren(int(time.time()) % 90_000_000)
    landlord = add_landlord(name=f"Bench {shape}", siren_number=siren, landlord_type=LandlordType.OPH, by=None, at=AT)
    size = len(content)
    received = operations.receive(file=io.BytesIO(content), name=f"{shape}.csv")
    del content, drawn
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    item = operations.start_import(landlord=landlord, received=received, year=2025, by=None, at=AT)
    operations.run_import(import_id=item.pk, at=AT)
    read = time.perf_counter()
    item.refresh_from_db()
    assert item.state == "ready", (item.state, item.faults[:3])
    operations.ask_to_apply(item=item, by=None, at=AT, accepted=True)
    operations.run_import(import_id=item.pk, at=AT)
    end = time.perf_counter()
    summary = stock_summary(landlord=landlord)
    with transaction.atomic():
        operations.undo_import(item=Import.objects.get(pk=item.pk), by=None, at=AT)
    connection.close()
    print(
        json.dumps(
            {
                "bytes": size,
                "read": read - start,
                "apply": end - read,
                "total": end - start,
                "start_mb": before,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "homes": summary.homes,
                "residences": summary.residences,
                "inside": summary.inside,
                "known": summary.known,
            }
        )
    )


def main() -> None:
    """Each file in a process of its own, so that its memory is its own."""
    if not QPV.exists():
        print(f"  {QPV.name} is not there: districts cost nothing in what follows.")
    for shape, said in (("statutory", "64 positions"), ("open", "73 columns, with coordinates")):
        done = subprocess.run([sys.executable, __file__, shape], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr)
        took = json.loads(done.stdout.splitlines()[-1])
        figure(f"import of {HOMES} homes ({said}), read and applied", took["total"], "s", promised=15)
        figure("  reading and preview", took["read"], "s")
        figure("  entering the stock, districts included", took["apply"], "s")
        figure("  memory of the process at its highest", took["peak_mb"], "MB", promised=300)
        print(f"  {took['homes']} homes, {took['residences']} residences, {took['inside']} of {took['known']} in a district")


if __name__ == "__main__":
    one(sys.argv[1]) if len(sys.argv) > 1 else main()
