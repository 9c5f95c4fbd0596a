"""The contours of priority districts come in from the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from palier.directory.models import Landlord
from palier.stock.models import PriorityDistrict, Residence
from tests.sites.conftest import make_stock
from tests.stock.test_districts import feature, square

__all__ = ["make_stock"]
pytestmark = pytest.mark.django_db


def test_a_list_comes_in_or_says_what_is_wrong(
    tmp_path: Path, make_landlord: Callable[..., Landlord], make_stock: Callable[..., list[Residence]]
) -> None:
    make_stock(make_landlord(), 1)
    path, out = tmp_path / "qpv.geojson", io.StringIO()
    path.write_text(json.dumps({"features": [feature("QN1", square(2.48, 48.9))]}))
    call_command("stock", "import-districts", str(path), "--version", "2024", stdout=out)
    again, *told = out.getvalue().splitlines()
    assert "relancez-la" in again
    assert told == ["Millésime de patrimoine 1 sur 1 : situé.", "1 quartier prioritaire est en place, liste 2024."]
    path.write_text(json.dumps({"features": [{"properties": {}}]}))
    with pytest.raises(CommandError, match="Quartier n° 1 du fichier"):
        call_command("stock", "import-districts", str(path), "--version", "2024")
    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        call_command("stock", "import-districts", str(tmp_path / "absent"), "--version", "2024")
    assert PriorityDistrict.objects.count() == 1
