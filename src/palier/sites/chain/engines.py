"""Who computes the expressions: DuckDB, or Spark for those who outgrow one machine. The SQL of a plan is compiled once."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Protocol

import duckdb
import ibis
import pyarrow as pa
from ibis import Table

from palier.sites.chain.plan import Plan

Expression = Callable[[Plan], Table]
warnings.filterwarnings("ignore", "Arrow output on a DB-API result")  # meant, for small tables: see ``DuckDB.answer``


class Engine(Protocol):
    """Tables are brought under a name, then expressions are answered."""

    def bring(self, name: str, table: pa.Table) -> None:
        """Give a table its name for the expressions."""

    def answer(self, expression: Expression, plan: Plan) -> pa.Table:
        """The rows of an expression, in the types it declares."""


class DuckDB:
    """In this process, on some threads, within some memory; what does not fit goes through a temporary folder."""

    def __init__(self, *, threads: int | None = None, memory: str = "700MB") -> None:
        config: dict[str, Any] = {"memory_limit": memory, "preserve_insertion_order": False}
        config |= {"threads": threads} if threads else {}
        self.connection = duckdb.connect(config=config)
        self.small = False

    @classmethod
    def shared(cls) -> DuckDB:
        """One for small tables, at hand at once: what is brought to it is its own, the rest is shared by the process."""
        found = cls.__new__(cls)
        found.connection = _shared().connection.cursor()
        found.small = True
        return found

    def bring(self, name: str, table: pa.Table) -> None:
        """Give a table its name for the expressions."""
        self.connection.register(name, table)

    def answer(self, expression: Expression, plan: Plan) -> pa.Table:
        """The rows of an expression, in the types it declares."""
        sql, schema = compiled(expression, plan, "duckdb")
        # A few rows are copied sooner than a statement is bound twice, as ``sql`` does to be looked at before it runs.
        rows: Any = self.connection.execute(sql) if self.small else self.connection.sql(sql)
        return rows.to_arrow_table().cast(schema)


class Spark:
    """Through a session of PySpark 4, which the extra « spark » installs."""

    def __init__(self, session: Any) -> None:
        self.session = session
        ibis.pyspark.connect(session)  # without which Ibis does not speak its dialect

    def bring(self, name: str, table: pa.Table) -> None:
        """Give a table its name for the expressions."""
        self.session.createDataFrame(table).createOrReplaceTempView(name)

    def answer(self, expression: Expression, plan: Plan) -> pa.Table:
        """The rows of an expression, in the types it declares."""
        sql, schema = compiled(expression, plan, "pyspark")
        return self.session.sql(sql).toArrow().cast(schema)


@cache
def _shared() -> DuckDB:
    return DuckDB(threads=2, memory="300MB")


@lru_cache(maxsize=64)
def compiled(expression: Expression, plan: Plan, dialect: str) -> tuple[str, pa.Schema]:
    """The SQL of an expression, and the types of its answer."""
    table = expression(plan)
    return str(ibis.to_sql(table, dialect=dialect, pretty=False)), table.schema().to_pyarrow()
