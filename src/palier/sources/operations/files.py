"""A file of figures or incidents comes in: looked at, read as the person said, previewed, brought in whole, taken back.

The file stays on disk under its fingerprint; it is read again when its preview enters the figures, so that what was seen is
what comes in, on the stock as it then stands. Reading happens outside transactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.documents import storage
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.models import Incident, Intake, SavedMapping
from palier.sources.operations.incidents import known_references, record_incidents
from palier.sources.operations.readings import record_readings, superseded_by, withdraw
from palier.sources.queries.homes import finder
from palier.sources.reading.reader import Answers, ReadFile, lines_said, read
from palier.sources.reading.targets import layout_of, problems, propose
from palier.sources.reading.words import WORDS
from palier.sources.rules.indicators import BROUGHT
from palier.sources.rules.intake import OPEN, READ_AT_MOST, Layout, Origin, State, may_apply, may_undo
from palier.sources.rules.readings import shown, value_of
from palier.stock.operations.intake import Received
from palier.stock.reading.looking import Seen, look
from palier.stock.reading.places import Fault, Unreadable, quoted
from palier.verdict import Conflict, Refusal, Verdict, no, require


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a file, how it seems to say its figures, what each column seems to be."""

    layout: Layout
    mapping: dict[int, str]
    seen: Seen


def look_at(digest: str, *, sheet: str = "", layout: Layout | None = None) -> Looked:
    """Look at a file on disk, outside any transaction; ``layout`` proposes its columns for another way of saying figures.

    Raises:
        Refusal: when it is no table that can be read.
    """
    try:
        columns, seen = look(storage.path_of(digest), sheet=sheet, limits=READ_AT_MOST)
    except Unreadable as problem:
        raise Refusal(no("sources.unreadable", problem.sentence)) from problem
    layout = layout or layout_of(columns)
    return Looked(layout, propose(columns, layout), seen)


@transaction.atomic
def open_intake(*, landlord: Landlord, received: Received, looked: Looked, by: Person | None, at: datetime) -> Intake:
    """Announce a file; its columns are those saved for files of the same shape, or else a proposal.

    Raises:
        Refusal: when the file is heavier than what is read while somebody waits.
    """
    if received.size > READ_AT_MOST.file_bytes:
        limit = READ_AT_MOST.file_bytes // 2**20
        raise Refusal(no("sources.too_big", f"Ce fichier dépasse {limit} Mo. Gardez les seules colonnes utiles."))
    intake = Intake(
        landlord=landlord,
        file_name=received.name,
        file_digest=received.digest,
        file_bytes=received.size,
        at=at,
        by=by,
    )
    _seen(intake, looked)
    intake.save()
    _line(intake, "sources.file_received", f"a déposé le fichier de chiffres « {intake.file_name} ».", by, at)
    return intake


def _seen(intake: Intake, looked: Looked) -> None:
    """Take what was seen of a file, and the columns that the landlord saved for its shape."""
    saved = SavedMapping.objects.filter(landlord=intake.landlord, signature=looked.seen.signature).first()
    intake.profile = asdict(looked.seen) | ({"saved": saved.name} if saved else {})
    intake.layout = saved.layout if saved else looked.layout
    intake.mapping = saved.columns["columns"] if saved else {str(index): name for index, name in looked.mapping.items()}
    intake.options = {"words": saved.columns["words"] if saved else {}}


@transaction.atomic
def look_again(*, intake: Intake, looked: Looked, by: Person | None, at: datetime) -> None:
    """Take another sheet, or another way of saying figures: the columns are proposed afresh.

    Raises:
        Conflict: when the file is no longer waiting for answers.
    """
    _seen(intake, looked)
    if "saved" not in intake.profile or intake.layout != looked.layout:
        intake.layout = looked.layout
        intake.mapping = {str(index): name for index, name in looked.mapping.items()}
    _move(
        intake,
        state=State.TO_COMPLETE,
        layout=intake.layout,
        mapping=intake.mapping,
        profile=intake.profile,
        options=intake.options,
        faults=[],
        fault_count=0,
        report={},
    )
    _line(intake, "sources.file_looked_again", f"a choisi une autre lecture de « {intake.file_name} ».", by, at)


def answers_of(intake: Intake) -> Answers:
    """What was said of a file."""
    options = intake.options
    starts_on, ends_on = (date.fromisoformat(options[name]) if options.get(name) else None for name in ("starts_on", "ends_on"))
    return Answers(
        Layout(intake.layout),
        {int(index): name for index, name in intake.mapping.items()},
        intake.profile.get("sheet", ""),
        starts_on,
        ends_on,
        options.get("words", {}),
        bool(options.get("skip_unknown")),
    )


def read_again(intake: Intake, answers: Answers, *, at: datetime) -> ReadFile:
    """Read a file as the person said, outside any transaction. Unusable answers give their faults and read nothing."""
    wrong = problems(answers.mapping, answers.layout, has_period=answers.period is not None)
    if wrong:
        found = ReadFile()
        for sentence in wrong:
            found.fault(Fault(sentence))
        return found
    today = paris_day(at)
    known = finder(landlord=intake.landlord_id)
    found = read(storage.path_of(intake.file_digest), answers=answers, finder=known, today=today)
    references = [told.reference for told in found.told if told.reference]
    for reference in sorted(known_references(intake.landlord, references)):
        found.fault(Fault(f"l’incident de référence {quoted(reference)} est déjà enregistré. Retirez sa ligne."))
    return found


@transaction.atomic
def keep_preview(
    *, intake: Intake, answers: Answers, found: ReadFile, by: Person | None, at: datetime, save_as: str = ""
) -> Intake:
    """Keep what a reading gave: a preview to read again, or everything wrong; or the words still to be explained.

    ``save_as`` keeps the columns and words under a name for the next file with the same headers.

    Raises:
        Refusal: when the columns do not allow to read the file.
        Conflict: when the file is no longer waiting for answers.
    """
    require(
        Verdict.all(
            no("sources.mapping", sentence)
            for sentence in problems(answers.mapping, answers.layout, has_period=answers.period is not None)
        )
    )
    words = _words_kept(answers.words)
    columns = {str(index): name for index, name in sorted(answers.mapping.items())}
    state = State.REFUSED if found.fault_count else State.TO_COMPLETE if found.unknown else State.READY
    _move(
        intake,
        state=state,
        layout=answers.layout,
        mapping=columns,
        options={
            "starts_on": answers.starts_on.isoformat() if answers.starts_on else "",
            "ends_on": answers.ends_on.isoformat() if answers.ends_on else "",
            "skip_unknown": answers.skip_unknown,
            "words": words,
        },
        profile=intake.profile | ({"saved": save_as[:120]} if save_as else {}),
        rows_read=found.rows,
        faults=lines_said(found.faults),
        fault_count=found.fault_count,
        report=_report(intake, found),
    )
    if save_as:
        SavedMapping.objects.update_or_create(
            landlord=intake.landlord,
            signature=intake.profile["signature"],
            defaults={
                "name": save_as[:120],
                "layout": answers.layout,
                "columns": {"columns": columns, "words": words},
                "saved_at": at,
                "saved_by": by,
            },
        )
    _line(
        intake,
        "sources.file_read",
        f"a précisé la lecture de « {intake.file_name} ».",
        by,
        at,
        {"state": state.value, "saved_as": save_as},
    )
    return intake


def _words_kept(words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {name: dict(said) for name, said in words.items() if name in WORDS and said}


def _report(intake: Intake, found: ReadFile) -> dict[str, Any]:
    """The preview, as plain JSON values."""
    report: dict[str, Any] = {
        "unknown": {name: [[word, count] for word, count in words.most_common()] for name, words in found.unknown.items()},
        "asides": lines_said(found.asides),
        "aside_count": found.aside_count,
        "nothing": found.nothing,
        "lost": [[name, count] for name, count in found.lost.most_common(60)],
        "lost_count": len(found.lost),
    }
    if found.told:
        kinds = Counter(told.kind.label for told in found.told)
        report["incidents"] = {
            "count": len(found.told),
            "kinds": kinds.most_common(),
            "residences": len({told.residence for told in found.told}),
            "first": min(told.on for told in found.told).isoformat(),
            "last": max(told.on for told in found.told).isoformat(),
        }
    if found.entries:
        known = superseded_by(found.entries)
        report["figures"] = [_figures(key, found) for key in BROUGHT if any(entry.indicator == key for entry in found.entries)]
        report |= {"count": len(found.entries), "superseding": known.superseding, "known": known.known}
        report["residences"] = len({entry.residence for entry in found.entries})
    return report


def _figures(key: str, found: ReadFile) -> dict[str, Any]:
    indicator = BROUGHT[key]
    entries = [entry for entry in found.entries if entry.indicator == key]
    values = sorted(value for entry in entries if (value := value_of(indicator, entry.given)) is not None)
    periods = {(entry.given.starts_on, entry.given.ends_on) for entry in entries}
    return {
        "label": indicator.label,
        "unit": indicator.unit,
        "count": len(entries),
        "residences": len({entry.residence for entry in entries}),
        "periods": len(periods),
        "first": min(starts for starts, _ in periods).isoformat(),
        "last": max(ends for _, ends in periods).isoformat(),
        "least": shown(round(values[0], 1)),
        "median": shown(round(median(values), 1)),
        "most": shown(round(values[-1], 1)),
    }


@transaction.atomic
def apply_intake(*, intake: Intake, found: ReadFile, by: Person | None, at: datetime) -> Intake:
    """Bring a preview into the figures, whole. ``found`` is the file read again, outside the transaction.

    Raises:
        Refusal: when the preview is not ready.
        Conflict: when the file no longer reads as it did (the stock moved on): it is refused, with what is now wrong.
    """
    require(may_apply(State(intake.state)))
    if found.fault_count or found.unknown:
        raise Conflict(
            no("sources.moved_on", "Le patrimoine a changé depuis l’aperçu. Relisez les colonnes, puis intégrez."), found.faults
        )
    _move(intake, since=[State.READY], state=State.APPLIED, applied_at=at, applied_by=by)
    facts: dict[str, Any] = {}
    if found.told:
        record_incidents(landlord=intake.landlord, told=found.told, by=by, at=at, intake=intake)
        facts["incidents"] = len(found.told)
    if found.entries:
        kept = record_readings(landlord=intake.landlord, entries=found.entries, origin=Origin.FILE, by=by, at=at, intake=intake)
        facts |= {"figures": kept.new, "superseding": kept.superseding, "known": kept.known}
    count = facts.get("incidents") or facts.get("figures", 0)
    what = "incident" if found.told else "chiffre"
    summary = f"a intégré {count} {what}{'s' if count > 1 else ''} de « {intake.file_name} »."
    _line(intake, "sources.file_applied", summary, by, at, facts)
    return intake


@transaction.atomic
def undo_intake(*, intake: Intake, by: Person | None, at: datetime) -> Intake:
    """Take back what a file brought: its figures no longer hold, those they superseded hold again, its incidents are voided.

    Raises:
        Refusal: when it brought nothing.
    """
    require(may_undo(State(intake.state)))
    _move(intake, since=[State.APPLIED], state=State.UNDONE, undone_at=at)
    figures = withdraw(intake=intake, at=at)
    incidents = Incident.objects.filter(intake=intake, voided_at__isnull=True).update(
        voided_at=at, voided_by=by, void_reason="Import annulé."
    )
    _line(
        intake,
        "sources.file_undone",
        f"a annulé l’import de « {intake.file_name} ».",
        by,
        at,
        {"figures": figures, "incidents": incidents},
    )
    return intake


@transaction.atomic
def drop_intake(*, intake: Intake, by: Person | None, at: datetime) -> None:
    """Give a file up before it is brought in. It stays in the list.

    Raises:
        Conflict: when it is brought in or given up already.
    """
    _move(intake, state=State.DROPPED)
    _line(intake, "sources.file_dropped", f"a abandonné l’import de « {intake.file_name} ».", by, at)


@transaction.atomic
def remove_saved_mapping(*, mapping: SavedMapping, by: Person | None, at: datetime) -> None:
    """Forget saved columns. Files already read keep theirs."""
    record(
        act="sources.mapping_removed",
        by=by.pk if by else None,
        at=at,
        on=("sources.mapping", mapping.pk),
        landlord=mapping.landlord_id,
        summary=f"a retiré la correspondance de colonnes « {mapping.name} ».",
        facts={"columns": mapping.columns},
        audience=Audience.LANDLORD,
    )
    mapping.delete()


def _move(intake: Intake, *, since: Collection[State] = OPEN, **changes: object) -> None:
    if changes["state"] not in OPEN:  # the cells seen served to choose columns; lists of incidents may hold names
        columns = [column | {"samples": []} for column in intake.profile.get("columns", [])]
        changes |= {"profile": intake.profile | {"columns": columns}, "faults": []}
    if not Intake.objects.filter(pk=intake.pk, state__in=since).update(**changes):
        raise Conflict(
            no("sources.file_moved_on", "Cet import a avancé entre-temps. Rechargez la page pour voir où il en est.")
        )
    intake.refresh_from_db()


def _line(
    intake: Intake, act: str, summary: str, by: Person | None, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("sources.intake", intake.pk),
        landlord=intake.landlord_id,
        summary=summary,
        facts={"file": intake.file_digest, **(facts or {})},
        audience=Audience.LANDLORD,
    )
