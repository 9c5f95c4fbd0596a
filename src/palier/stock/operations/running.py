"""What the worker does with an import: recognise, read, compare; then bring in. It may be cut at any point and run again."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction

from palier.calendar import paris_day
from palier.documents import storage
from palier.outbox.operations import post
from palier.stock.models import ColumnMapping, Import, ReadLine
from palier.stock.operations.applying import apply_import
from palier.stock.operations.intake import owners_in
from palier.stock.operations.matching import base_of, match
from palier.stock.operations.previews import report
from palier.stock.queries import current_import
from palier.stock.reading.checks import Answers, Reading
from palier.stock.reading.lines import COLUMNS, Whole
from palier.stock.reading.mapping import problems
from palier.stock.reading.places import Fault, Unreadable
from palier.stock.reading.reader import read
from palier.stock.reading.recognise import recognise
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import LIMITS, Format, State, year_holds
from palier.verdict import Conflict

log = logging.getLogger("palier.stock")
_CHUNK = 2_000
_ASIDES = 200
# The first number of the pair under which PostgreSQL keeps one import to one worker.
_LOCK = 0x570C


def run_import(*, import_id: int, at: datetime) -> State:
    """Do what an import waits for, and say where it then stands. Running it again changes nothing that is done.

    Reading writes as it goes, in short transactions, so that the page shows how far it is; nothing of it counts in the
    stock. Entering the stock is one transaction. A worker killed on the way leaves the import to the next one.
    """
    with _alone(import_id) as mine:
        item = Import.objects.select_related("landlord").get(pk=import_id)
        if not mine:
            return State(item.state)
        try:
            if item.state == State.READING and _is_known(item):
                _read(item, at)
            elif item.state == State.APPLYING:
                _apply(item, at)
        except Exception as problem:
            Import.objects.filter(pk=import_id, state__in=[State.READING, State.APPLYING]).update(
                state=State.FAILED, problem=type(problem).__name__
            )
            raise
        item.refresh_from_db()
        return State(item.state)


@contextmanager
def _alone(import_id: int) -> Iterator[bool]:
    """Whether this worker is the only one on this import; its death frees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, import_id % 2**31])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, import_id % 2**31])


def _is_known(item: Import) -> bool:
    """Recognise the file if it is not yet; True when all that is needed to read it is known."""
    if item.format == Format.UNKNOWN and not _recognise(item):
        return False
    if not _needs_answers(item):
        return True
    Import.objects.filter(pk=item.pk, state=State.READING).update(state=State.TO_COMPLETE)
    return False


def _recognise(item: Import) -> bool:
    before = current_import(landlord=item.landlord_id)
    sheet = item.options.get("sheet") or (before.profile.get("sheet", "") if before else "")
    try:
        profile = recognise(storage.path_of(item.file_digest), sheet=sheet)
    except Unreadable as problem:
        _refuse(item, [Fault(problem.sentence)], 1)
        return False
    item.format, item.unit = profile.format, profile.unit or Unit.HOME
    item.year = item.year or profile.year
    item.mapping = {str(index): name for index, name in profile.mapping.items()}
    kept = item.profile = profile.kept()
    if profile.format in {Format.TABLE, Format.ADDRESSES}:
        saved = ColumnMapping.objects.filter(landlord=item.landlord, signature=profile.signature).first()
        if saved:
            item.mapping, item.unit = saved.columns, saved.unit
            kept["saved"] = saved.name
        if before:
            item.options = _said_before(item, before) | item.options
    item.save(update_fields=["format", "unit", "year", "mapping", "profile", "options"])
    return True


def _said_before(item: Import, before: Import) -> dict[str, Any]:
    """What was answered for the last vintage and still holds: the commune that the file does not say, the owners it names."""
    columns = {int(index): name for index, name in item.mapping.items()}
    owners = [owner for owner in owners_in(item, columns) if owner in before.options.get("owners", ())]
    said = {"owners": owners} if owners else {}
    if "commune" not in columns.values():
        said |= {name: before.options[name] for name in ("commune", "commune_name") if before.options.get(name)}
    return said


def _needs_answers(item: Import) -> bool:
    """Whether somebody must say what the file does not."""
    if item.year is None:
        return True
    if item.format not in {Format.TABLE, Format.ADDRESSES} or item.options.get("answered"):
        return False
    columns = {int(index): name for index, name in item.mapping.items()}
    return "saved" not in item.profile or bool(problems(columns)) or len(owners_in(item, columns)) > 1


def _read(item: Import, at: datetime) -> None:
    ReadLine.objects.filter(source=item).delete()  # what a worker that died had begun
    options = item.options
    for reason in year_holds(item.year, paris_day(at)).reasons:
        _refuse(item, [Fault(reason.sentence)], 1)
        return
    answers = Answers(
        Whole(item.year or 0, Unit(item.unit), options.get("commune", ""), options.get("commune_name", "")),
        {int(index): name for index, name in item.mapping.items()},
        frozenset(options.get("owners", ())),
        item.profile.get("sheet", ""),
    )
    reading = read(storage.path_of(item.file_digest), shape=Format(item.format), answers=answers)
    faults, asides, count = _take(item, reading)
    if count:
        _refuse(item, faults, count)
        return
    with transaction.atomic():
        item.fields = sorted(reading.fields)
        item.base = base_of(item)
        match(item, item.base)
        item.report = report(item, item.base) | {
            "asides": [
                {"column": column, "sentence": sentence, "count": n} for (column, sentence), n in asides.most_common(40)
            ],
            "left_aside": reading.left_aside,
            "siret": reading.siret,
        }
        Import.objects.filter(pk=item.pk, state=State.READING).update(
            state=State.READY, fields=item.fields, base=item.base, report=item.report, percent=100, read_at=at
        )
        _tell(
            item, f"L’aperçu de « {item.file_name} » est prêt", "Relisez ce qui arrive, part et change, puis intégrez-le.", at
        )


def _take(item: Import, reading: Reading) -> tuple[list[Fault], Counter[tuple[str, str]], int]:
    """Keep the lines read, chunk by chunk; gather what is wrong. Lines are no longer kept once one fault stops the import."""
    faults: list[Fault] = []
    asides: Counter[tuple[str, str]] = Counter()
    count = rows = 0
    lines: list[dict[str, Any]] = []
    items = reading.items
    while taken := list(islice(items, _CHUNK)):
        lines.clear()
        for found in taken:
            if isinstance(found, dict):
                lines.append(found)
            elif found.light:
                known = (found.column, found.sentence)
                asides[known if known in asides or len(asides) < _ASIDES else (found.column, "d’autres valeurs de même.")] += 1
            else:
                count += 1
                if len(faults) < LIMITS.faults:
                    faults.append(found)
        rows += len(lines)
        with transaction.atomic():
            if not count:
                _copy(item, lines)
            Import.objects.filter(pk=item.pk).update(rows_read=rows, percent=min(int(reading.progress * 95), 95))
    return faults, asides, count


def _copy(item: Import, lines: list[dict[str, Any]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY stock_readline ({', '.join(COLUMNS)}, source_id) FROM STDIN") as copy,
    ):
        for line in lines:
            copy.write_row([line[name] for name in COLUMNS] + [item.pk])


def _refuse(item: Import, faults: list[Fault], count: int) -> None:
    with transaction.atomic():
        ReadLine.objects.filter(source=item).delete()
        Import.objects.filter(pk=item.pk).update(
            state=State.REFUSED,
            faults=[{"place": fault.place, "sentence": fault.sentence} for fault in faults],
            fault_count=count,
            percent=100,
        )


def _apply(item: Import, at: datetime) -> None:
    try:
        apply_import(item=item, at=at)
    except Conflict as conflict:  # the stock moved on since the preview: it is made again, to be read again
        Import.objects.filter(pk=item.pk, state=State.APPLYING).update(state=State.READY, problem=conflict.verdict.sentence)
        with transaction.atomic():
            base = base_of(item)
            match(item, base)
            kept = {name: item.report.get(name) for name in ("asides", "left_aside", "siret")}
            Import.objects.filter(pk=item.pk).update(base=base, report=report(item, base) | kept)


def _tell(item: Import, subject: str, body: str, at: datetime) -> None:
    if item.by_id:
        post(
            event="stock.imported",
            to=[item.by_id],
            at=at,
            subject=subject,
            body=body,
            landlord=item.landlord_id,
            link=f"/organismes/{item.landlord_id}/patrimoine/imports/{item.pk}/",
            undo_key=f"import:{item.pk}",
        )
