"""A file comes in: kept on disk, announced, completed with what it does not say, then applied or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import IO

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.documents import storage
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel
from palier.stock.models import ColumnMapping, Import, ReadLine
from palier.stock.reading.mapping import problems
from palier.stock.rules.fields import FIELDS, Unit
from palier.stock.rules.imports import LIMITS, OPEN, WITHOUT_OWNER, Format, State, may_apply, may_store, year_holds
from palier.verdict import Conflict, Reason, Refusal, Verdict, no, require


@dataclass(frozen=True, slots=True)
class Received:
    """A file on disk, under its fingerprint, not yet an import."""

    name: str
    digest: str
    size: int


def receive(*, file: IO[bytes], name: str) -> Received:
    """Lay a file on disk, outside any transaction. A file received and never announced harms nobody.

    Raises:
        Refusal: when its type, its size or its emptiness forbid to read it.
    """
    name = " ".join(PurePath(name.replace("\\", "/").replace("\x00", "")).name.split())[-200:] or "fichier"
    require(may_store(name=name, size=1))
    with storage.incoming() as folder:
        part = folder / "part"
        size = storage.take(file, part, LIMITS.file_bytes)
        require(may_store(name=name, size=size))
        return Received(name, storage.settle(part), size)


@transaction.atomic
def start_import(*, landlord: Landlord, received: Received, year: int | None, by: Person | None, at: datetime) -> Import:
    """Announce a file to read; a worker reads it (``run_import``).

    ``year`` is the vintage (the stock on 1 January of it), or None to take it from the file or ask later.

    Raises:
        Refusal: when the year is out of bounds.
    """
    require(year_holds(year, paris_day(at)))
    item = Import.objects.create(
        landlord=landlord,
        year=year,
        file_name=received.name,
        file_digest=received.digest,
        file_bytes=received.size,
        at=at,
        by=by,
    )
    _line(item, "stock.file_received", f"a déposé le fichier « {item.file_name} » pour le patrimoine.", by, at)
    return item


@transaction.atomic
def choose_sheet(*, item: Import, sheet: str, by: Person | None, at: datetime) -> Import:
    """Read another sheet of a workbook: its columns are recognised afresh.

    Raises:
        Refusal: when the workbook has no such sheet.
        Conflict: when the import is no longer waiting for answers.
    """
    if sheet not in item.profile.get("sheets", []):
        raise Refusal(no("stock.sheet", "Choisissez une feuille de la liste."))
    _read_again(item, at, format=Format.UNKNOWN, mapping={}, options={"sheet": sheet})
    _line(item, "stock.sheet_chosen", f"a choisi la feuille « {sheet} » de « {item.file_name} ».", by, at)
    return item


def _read_again(item: Import, at: datetime, **answers: object) -> None:
    updated = Import.objects.filter(pk=item.pk, state__in=[State.TO_COMPLETE, State.REFUSED, State.READY]).update(
        state=State.READING, faults=[], fault_count=0, problem="", rows_read=0, percent=0, **answers
    )
    if not updated:
        raise Conflict(no("stock.moved_on", "Cet import a avancé entre-temps. Rechargez la page pour voir où il en est."))
    cancel(undo_key=f"import:{item.pk}", at=at)
    item.refresh_from_db()


@transaction.atomic
def complete_import(
    *,
    item: Import,
    year: int,
    by: Person | None,
    at: datetime,
    mapping: Mapping[int, str] | None = None,
    unit: Unit | None = None,
    owners: frozenset[str] = frozenset(),
    commune: str = "",
    commune_name: str = "",
    save_as: str = "",
) -> Import:
    """Say what the file does not: its year, its columns, whose lines to keep, its commune. The reading starts again.

    ``save_as`` keeps the columns under a name: the next file with the same headers is read at once.

    Raises:
        Refusal: when the answers do not allow to read the file, with every reason.
        Conflict: when the import is no longer waiting for answers.
    """
    columns = dict(mapping) if mapping is not None else {int(i): name for i, name in item.mapping.items()}
    reasons = [
        year_holds(year, paris_day(at)),
        *(no("stock.mapping", sentence) for sentence in _mapping_problems(item, columns, owners)),
    ]
    require(Verdict.all(reasons))
    _read_again(
        item,
        at,
        year=year,
        mapping={str(i): name for i, name in sorted(columns.items())},
        unit=unit or item.unit,
        options={**item.options, "owners": sorted(owners), "commune": commune, "commune_name": commune_name, "answered": True},
        profile=item.profile | ({"saved": save_as[:120]} if save_as else {}),
    )
    if save_as and item.profile.get("signature"):
        ColumnMapping.objects.update_or_create(
            landlord=item.landlord,
            signature=item.profile["signature"],
            defaults={
                "name": save_as[:120],
                "columns": {str(i): name for i, name in sorted(columns.items())},
                "unit": unit or item.unit,
                "saved_at": at,
                "saved_by": by,
            },
        )
    _line(
        item,
        "stock.import_completed",
        f"a précisé la lecture de « {item.file_name} ».",
        by,
        at,
        {"save_as": save_as} if save_as else None,
    )
    return item


def _mapping_problems(item: Import, columns: Mapping[int, str], owners: frozenset[str]) -> list[str]:
    if item.format in {Format.STATUTORY, Format.UNKNOWN}:
        return []
    unknown = sorted({name for name in columns.values() if name not in FIELDS})
    if unknown:
        return [f"Ces champs n’existent pas : {', '.join(unknown)}."]
    found = problems(columns)
    seen = owners_in(item, columns)
    if len(seen) > 1 and not owners:
        found.append(f"Ce fichier porte {len(seen)} bailleurs. Choisissez ceux dont les lignes sont les vôtres.")
    return found


def owners_in(item: Import, columns: Mapping[int, str]) -> list[str]:
    """The landlords named in the file, when a column says so."""
    described = item.profile.get("columns", [])
    index = next((i for i, name in columns.items() if name == "owner"), None)
    return list(described[index]["values"]) if index is not None and index < len(described) else []


@transaction.atomic
def ask_to_apply(*, item: Import, by: Person | None, at: datetime, accepted: bool = False) -> Import:
    """Let the preview enter the stock; a worker does it (``run_import``). The ledger line comes with the entry itself.

    Raises:
        Refusal: when the preview is not ready, or when a file without owner was not vouched for.
        Conflict: when somebody else has just done it.
    """
    needs = Format(item.format) in WITHOUT_OWNER
    require(may_apply(state=State(item.state), accepted=accepted, needs_acceptance=needs))
    options = {**item.options, "accepted": accepted}
    if not Import.objects.filter(pk=item.pk, state=State.READY).update(
        state=State.APPLYING, asked_by=by, options=options, problem="", percent=0
    ):
        raise Conflict(no("stock.moved_on", "Cet import a avancé entre-temps. Rechargez la page pour voir où il en est."))
    item.refresh_from_db()
    return item


@transaction.atomic
def drop_import(*, item: Import, by: Person | None, at: datetime) -> None:
    """Give an import up before it enters the stock. The file stays in the list.

    Raises:
        Refusal: when it has entered the stock, or is entering.
    """
    if not Import.objects.filter(pk=item.pk, state__in=OPEN).update(state=State.DROPPED):
        raise Refusal(
            no("stock.not_open", "Cet import ne peut plus être abandonné : il est terminé ou s’intègre en ce moment.")
        )
    ReadLine.objects.filter(source=item).delete()
    cancel(undo_key=f"import:{item.pk}", at=at)
    _line(item, "stock.import_dropped", f"a abandonné l’import de « {item.file_name} ».", by, at)


@transaction.atomic
def resume_import(*, item: Import, by: Person | None, at: datetime) -> Import:
    """Start again an import that one of our failures interrupted.

    Raises:
        Conflict: when it is not interrupted.
    """
    if not Import.objects.filter(pk=item.pk, state=State.FAILED).update(
        state=State.READING, problem="", percent=0, rows_read=0
    ):
        raise Conflict(Verdict((Reason("stock.not_failed", "Cet import n’est pas interrompu : il n’y a rien à reprendre."),)))
    item.refresh_from_db()
    _line(item, "stock.import_resumed", f"a repris l’import de « {item.file_name} ».", by, at)
    return item


@transaction.atomic
def remove_mapping(*, mapping: ColumnMapping, by: Person | None, at: datetime) -> None:
    """Forget a saved column mapping. Imports already read keep theirs."""
    record(
        act="stock.mapping_removed",
        by=by.pk if by else None,
        at=at,
        on=("stock.mapping", mapping.pk),
        landlord=mapping.landlord_id,
        summary=f"a retiré la correspondance de colonnes « {mapping.name} ».",
        facts={"columns": mapping.columns},
        audience=Audience.LANDLORD,
    )
    mapping.delete()


def _line(
    item: Import, act: str, summary: str, by: Person | None, at: datetime, facts: dict[str, object] | None = None
) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("stock.import", item.pk),
        landlord=item.landlord_id,
        summary=summary,
        facts={"file": item.file_digest, **(facts or {})},
        audience=Audience.LANDLORD,
    )
