"""A file of tenants, or of events, comes in: looked at, read as the person said, previewed, brought in whole.

The file goes from the disk once it was brought in or given up (``jobs.files``): what it held is in the households, and
nowhere else. Objections survive it: whoever objected is known again by reference, e-mail or telephone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.documents import storage
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.queries import finder
from palier.stock.models import Residence
from palier.stock.operations.intake import Received
from palier.stock.queries import all_residences, described
from palier.stock.reading.looking import Seen, look
from palier.stock.reading.places import Fault, Unreadable
from palier.stock.rules.districts import VERSIONS
from palier.surveys.models import FrameFile, FrameMapping, Household
from palier.surveys.operations.event_files import bring_events, events_report
from palier.surveys.operations.responses import object_to
from palier.surveys.queries.households import live_objections
from palier.surveys.reading import events, households, propose
from palier.surveys.reading.events import ReadEvents
from palier.surveys.reading.households import Line, ReadFrame
from palier.surveys.rules.contact import channels_of
from palier.surveys.rules.frame import OPEN, READ_AT_MOST, Holds, Origin, State, may_apply
from palier.surveys.rules.waves import EventKind
from palier.surveys.sealing import contact_digests
from palier.verdict import Conflict, Refusal, Verdict, no, require

Found = ReadFrame | ReadEvents
_HEADERS = {Holds.HOUSEHOLDS: households.HEADERS, Holds.EVENTS: events.HEADERS}
# What a file says of a household, as it is compared and kept.
_FIELDS = ("residence_id", "agency", "qpv", "name", "language", "email", "phone", "address", "moved_in_on")


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a file, what each column seems to be."""

    mapping: dict[int, str]
    seen: Seen


def look_at(digest: str, *, sheet: str = "", holds: Holds = Holds.HOUSEHOLDS) -> Looked:
    """Look at a file on disk, outside any transaction.

    Raises:
        Refusal: when it is no table that can be read.
    """
    try:
        columns, seen = look(storage.path_of(digest), sheet=sheet, limits=READ_AT_MOST)
    except Unreadable as problem:
        raise Refusal(no("surveys.unreadable", problem.sentence)) from problem
    return Looked(propose(columns, _HEADERS[holds]), seen)


@transaction.atomic
def open_file(
    *,
    landlord: Landlord,
    received: Received,
    looked: Looked,
    holds: Holds = Holds.HOUSEHOLDS,
    by: Person | None,
    at: datetime,
) -> FrameFile:
    """Announce a file; its columns are those saved for files of the same shape, or else a proposal.

    Raises:
        Refusal: when it is heavier than what is read while somebody waits.
    """
    if received.size > READ_AT_MOST.file_bytes:
        limit = READ_AT_MOST.file_bytes // 2**20
        raise Refusal(no("surveys.too_big", f"Ce fichier dépasse {limit} Mo. Gardez les seules colonnes utiles."))
    found = FrameFile.objects.create(
        landlord=landlord,
        holds=holds,
        file_name=received.name,
        file_digest=received.digest,
        file_bytes=received.size,
        at=at,
        by=by,
        **_seen(landlord, holds, looked),
    )
    listing = "le fichier de locataires" if holds is Holds.HOUSEHOLDS else "le fichier d’événements"
    _line(found, "received", f"a déposé {listing} « {found.file_name} ».", by, at)
    return found


def _seen(landlord: Landlord, holds: str, looked: Looked) -> dict[str, Any]:
    saved = FrameMapping.objects.filter(landlord=landlord, holds=holds, signature=looked.seen.signature).first()
    return {
        "profile": asdict(looked.seen) | ({"saved": saved.name} if saved else {}),
        "mapping": saved.columns if saved else {str(index): name for index, name in looked.mapping.items()},
    }


@transaction.atomic
def look_again(*, file: FrameFile, looked: Looked, by: Person | None, at: datetime) -> None:
    """Take another sheet: its columns are proposed afresh.

    Raises:
        Conflict: when the file is no longer waiting for answers.
    """
    seen = _seen(file.landlord, file.holds, looked)
    _move(file, State.TO_COMPLETE, **seen, faults=[], fault_count=0, report={})
    _line(file, "looked_again", f"a choisi une autre feuille de « {file.file_name} ».", by, at)


def _problems(file: FrameFile, mapping: Mapping[int, str], kind: str) -> list[str]:
    if file.holds == Holds.EVENTS:
        return events.problems(mapping, EventKind(kind) if kind else None)
    return households.problems(mapping)


def read_again(file: FrameFile, mapping: Mapping[int, str], *, kind: str = "", at: datetime) -> Found:
    """Read a file as the person said, outside any transaction. Unusable columns give their faults and read nothing."""
    found: Found = ReadEvents() if file.holds == Holds.EVENTS else ReadFrame()
    for sentence in _problems(file, mapping, kind):
        found.fault(Fault(sentence))
    if found.fault_count:
        return found
    path, sheet, today = storage.path_of(file.file_digest), file.profile.get("sheet", ""), paris_day(at)
    if isinstance(found, ReadEvents):
        return events.read(path, mapping=mapping, sheet=sheet, kind=EventKind(kind) if kind else None, today=today)
    return households.read(path, mapping=mapping, sheet=sheet, finder=finder(landlord=file.landlord_id), today=today)


def mapping_of(file: FrameFile) -> dict[int, str]:
    """What was said of each column."""
    return {int(index): name for index, name in file.mapping.items()}


@transaction.atomic
def keep_preview(
    *,
    file: FrameFile,
    mapping: Mapping[int, str],
    whole: bool = True,
    kind: str = "",
    found: Found,
    by: Person | None,
    at: datetime,
    save_as: str = "",
) -> FrameFile:
    """Keep what a reading gave: a preview to read again, or everything wrong. ``whole`` says that the file lists everybody.

    Raises:
        Refusal: when the columns do not allow to read the file.
        Conflict: when the file is no longer waiting for answers.
    """
    require(Verdict.all(no("surveys.mapping", sentence) for sentence in _problems(file, mapping, kind)))
    columns = {str(index): name for index, name in sorted(mapping.items())}
    _move(
        file,
        State.REFUSED if found.fault_count else State.READY,
        mapping=columns,
        whole=whole,
        kind=kind,
        profile=file.profile | ({"saved": save_as[:120]} if save_as else {}),
        rows_read=found.rows,
        faults=[{"place": fault.place, "sentence": fault.sentence} for fault in found.faults],
        fault_count=found.fault_count,
        report=events_report(file.landlord, found, on=paris_day(at))
        if isinstance(found, ReadEvents)
        else _report(file.landlord, found, whole=whole),
    )
    if save_as:
        FrameMapping.objects.update_or_create(
            landlord=file.landlord,
            holds=file.holds,
            signature=file.profile["signature"],
            defaults={"name": save_as[:120], "columns": columns, "saved_at": at, "saved_by": by},
        )
    _line(file, "read", f"a précisé la lecture de « {file.file_name} ».", by, at, {"state": str(file.state)})
    return file


def _known(landlord: Landlord | int) -> dict[str, Household]:
    return {household.reference: household for household in Household.objects.filter(landlord=landlord)}


def _districts(landlord: Landlord | int) -> dict[int, tuple[str, bool | None]]:
    """The agency and the place of each residence, for the lines that say neither."""
    rows = described(all_residences(landlord=landlord), version=VERSIONS[-1])
    return {pk: (sector, in_qpv) for pk, sector, in_qpv in rows.values_list("pk", "sector", "in_qpv")}


def place_households(*, import_id: int) -> None:
    """Say whether homes are in a priority district where nothing did, as the residences of an import now stand."""
    places = described(Residence.objects.filter(pk=OuterRef("residence")), version=VERSIONS[-1])
    unknown = Household.objects.filter(residence__last_source=import_id, qpv__isnull=True)
    unknown.update(qpv=Subquery(places.values("in_qpv")[:1]))


def _facts(line: Line, places: Mapping[int, tuple[str, bool | None]]) -> dict[str, Any]:
    sector, in_qpv = places.get(line.residence, ("", None))
    return {
        "residence_id": line.residence,
        "agency": line.agency or sector,
        "qpv": in_qpv if line.qpv is None else line.qpv,
        "name": line.name,
        "language": line.language,
        "email": line.email,
        "phone": line.phone,
        "address": line.address,
        "moved_in_on": line.moved_in_on,
    }


def _report(landlord: Landlord, found: ReadFrame, *, whole: bool) -> dict[str, Any]:
    """The preview, as plain JSON values: counts alone, no name."""
    if found.fault_count:
        return {"lost": [[name, count] for name, count in found.lost.most_common()]}
    known, places = _known(landlord), _districts(landlord)
    there = {reference for reference, household in known.items() if household.left_on is None}
    said = {line.reference: _facts(line, places) for line in found.lines}
    ways: dict[str, int] = {}
    for facts in said.values():
        for channel in channels_of(email=facts["email"], phone=facts["phone"], address=facts["address"]) or ("none",):
            ways[str(channel)] = ways.get(str(channel), 0) + 1
    return {
        "count": len(said),
        "new": len(said.keys() - there),
        "changed": sum(
            any(getattr(known[reference], name) != facts[name] for name in _FIELDS)
            for reference, facts in said.items()
            if reference in there
        ),
        "gone": len(there - said.keys()) if whole else 0,
        "objecting": sum(line.objects for line in found.lines),
        "ways": ways,
        "residences": len({facts["residence_id"] for facts in said.values()}),
        "languages": len({facts["language"] for facts in said.values()}),
    }


@transaction.atomic
def apply_file(*, file: FrameFile, found: Found, by: Person | None, at: datetime) -> FrameFile:
    """Bring a preview in, whole. ``found`` is the file read again, outside the transaction.

    Whoever was known keeps its invitations and its objection; whoever is not in a whole list has left from today.

    Raises:
        Refusal: when the preview is not ready.
        Conflict: when the file no longer reads as it did (the stock moved on).
    """
    require(may_apply(State(file.state)))
    if found.fault_count:
        raise Conflict(no("surveys.moved_on", "Le patrimoine a changé depuis l’aperçu. Relisez les colonnes, puis intégrez."))
    _move(file, State.APPLIED, since=[State.READY], applied_at=at, applied_by=by)
    if isinstance(found, ReadEvents):
        asked = bring_events(landlord=file.landlord, found=found, by=by, at=at)
        count = len(found.lines)
        _line(
            file, "applied", f"a intégré {count} événements de « {file.file_name} ».", by, at, {"told": count, "asked": asked}
        )
        return file
    _bring_households(file, found, by, at)
    return file


def _bring_households(file: FrameFile, found: ReadFrame, by: Person | None, at: datetime) -> None:
    known, places = _known(file.landlord_id), _districts(file.landlord_id)
    fresh, changed = [], []
    for line in found.lines:
        facts = _facts(line, places)
        household = known.get(line.reference)
        if household is None:
            fresh.append(Household(landlord_id=file.landlord_id, reference=line.reference, changed_at=at, **facts))
        elif household.left_on or any(getattr(household, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(household, name, value)
            household.left_on, household.changed_at = None, at
            changed.append(household)
    Household.objects.bulk_create(fresh, batch_size=2_000)
    Household.objects.bulk_update(changed, [*_FIELDS, "left_on", "changed_at"], batch_size=1_000)
    gone = 0
    if file.whole:
        here = [line.reference for line in found.lines]
        left = Household.objects.filter(landlord=file.landlord_id, left_on__isnull=True).exclude(reference__in=here)
        gone = left.update(left_on=paris_day(at), changed_at=at)
    objecting = {line.reference for line in found.lines if line.objects}
    objections = _object(file.landlord_id, [*fresh, *changed], objecting, by, at)
    facts = {"new": len(fresh), "changed": len(changed), "gone": gone, "objections": objections}
    count = len(found.lines)
    _line(file, "applied", f"a intégré {count} ménages de « {file.file_name} ».", by, at, facts)


def _object(landlord: int, moved: Iterable[Household], objecting: set[str], by: Person | None, at: datetime) -> int:
    """Keep the objections that the file says, and those of contacts that objected under another reference."""
    live = live_objections().filter(landlord=landlord)
    holding = set(live.filter(household__isnull=False).values_list("household", flat=True))
    known = {digest for pair in live.values_list("email_digest", "phone_digest") for digest in pair if digest}
    found = Household.objects.filter(landlord=landlord, reference__in=objecting).exclude(pk__in=holding)
    objectors = {household.pk: household for household in found}
    for household in moved if known else ():
        contacts = {digest for text in (household.email, household.phone) for digest in contact_digests(landlord, text)}
        if household.pk not in holding and contacts & known:
            objectors[household.pk] = household
    for household in objectors.values():
        object_to(household=household, origin=Origin.FILE, by=by, at=at)
    return len(objectors)


@transaction.atomic
def drop_file(*, file: FrameFile, by: Person | None, at: datetime) -> None:
    """Give a file up before it is brought in. Its line stays in the list, the file goes.

    Raises:
        Conflict: when it is brought in or given up already.
    """
    _move(file, State.DROPPED)
    _line(file, "dropped", f"a abandonné l’import de « {file.file_name} ».", by, at)


def _move(file: FrameFile, state: State, *, since: Iterable[State] = OPEN, **changes: object) -> None:
    if state not in OPEN:  # the cells seen served to choose columns: they are tenants' names and numbers
        columns = [column | {"samples": []} for column in file.profile.get("columns", [])]
        changes |= {"profile": file.profile | {"columns": columns}, "faults": []}
    if not FrameFile.objects.filter(pk=file.pk, state__in=list(since)).update(state=state, **changes):
        raise Conflict(
            no("surveys.file_moved_on", "Cet import a avancé entre-temps. Rechargez la page pour voir où il en est.")
        )
    file.refresh_from_db()


def _line(
    file: FrameFile, act: str, summary: str, by: Person | None, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    record(
        act=f"surveys.file_{act}",
        by=by.pk if by else None,
        at=at,
        on=("surveys.frame_file", file.pk),
        landlord=file.landlord_id,
        summary=summary,
        facts={"file": file.file_digest, **(facts or {})},
        audience=Audience.LANDLORD,
    )
