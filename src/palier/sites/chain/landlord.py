"""The same crossing for one landlord, inside the application: tables of its stock in, one line a residence out."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from palier.sites.chain.crossing import Contours, Crossed, counted, cross, table
from palier.sites.chain.engines import DuckDB
from palier.sites.chain.plan import Plan

TABLES = ("dwellings", "incidents", "readings", "figures")


def of_landlord(
    tables: Mapping[str, pa.Table],
    plan: Plan,
    *,
    districts: Contours | None = None,
    with_counts: bool = False,
) -> Crossed:
    """Everything that is known of each residence of a landlord. A table that is not given is empty.

    Tables are in the shapes of the plan (``crossing.table`` makes them); residences are known by a text, their number for
    the application. A reading of ``qpv_share`` stands before what the contours say.
    """
    engine = DuckDB.shared()
    for name in TABLES:
        engine.bring(name, tables[name] if name in tables else table(name, {}))
    return cross(engine, plan, counted(engine, plan), districts=districts or Contours(), with_counts=with_counts)
