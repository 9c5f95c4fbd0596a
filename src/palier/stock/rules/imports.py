"""The life of an import: its steps, who may go on, and the limits of what is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.verdict import YES, Remedy, Verdict, no


class State(StrEnum):
    """Where an import stands. Nothing of a file counts in the stock before ``APPLIED``."""

    READING = "reading"
    TO_COMPLETE = "to_complete"
    REFUSED = "refused"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return _LABELS[self]


_LABELS = {
    State.READING: "Lecture en cours",
    State.TO_COMPLETE: "À compléter",
    State.REFUSED: "Refusé",
    State.READY: "Aperçu à relire",
    State.APPLYING: "Intégration en cours",
    State.APPLIED: "Intégré",
    State.UNDONE: "Annulé",
    State.DROPPED: "Abandonné",
    State.FAILED: "Interrompu",
}
AT_WORK = frozenset({State.READING, State.APPLYING})
OPEN = frozenset({State.READING, State.TO_COMPLETE, State.REFUSED, State.READY, State.FAILED})


class Format(StrEnum):
    """What a file was recognised as."""

    UNKNOWN = "unknown"
    STATUTORY = "statutory"
    OPEN_2025 = "open_2025"
    OPEN_2017 = "open_2017"
    ADDRESSES = "addresses"
    TABLE = "table"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "unknown": "à reconnaître",
            "statutory": "déclaration RPLS (64 positions)",
            "open_2025": "RPLS ouvert, 73 colonnes",
            "open_2017": "RPLS ouvert, 41 colonnes",
            "addresses": "GeoJSON par adresse",
            "table": "tableau de l’organisme",
        }[self.value]


# These files do not say whose homes they list: all their lines would enter the landlord's stock.
WITHOUT_OWNER = frozenset({Format.OPEN_2025, Format.OPEN_2017})


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most: bytes of the file, bytes once unpacked, lines, columns, memory and CPU of the reader."""

    file_bytes: int = 150 * 2**20
    unpacked_bytes: int = 600 * 2**20
    rows: int = 300_000
    columns: int = 300
    cell_characters: int = 4_000
    seconds: int = 60
    memory_bytes: int = 1_536 * 2**20
    faults: int = 200


LIMITS = Limits()
SUFFIXES = frozenset({".csv", ".txt", ".xlsx", ".ods", ".geojson", ".json"})


def may_store(*, name: str, size: int, limits: Limits = LIMITS) -> Verdict:
    """Whether a file may be taken in, from its name and size alone."""
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    if suffix in {".xls", ".xlsb", ".numbers"}:
        return no(
            "stock.old_spreadsheet",
            "Ce classeur est d’un format ancien ou propre à un logiciel. Enregistrez-le en .xlsx, puis déposez-le.",
        )
    if suffix in {".zip", ".gz", ".7z"}:
        return no("stock.packed", "Ce fichier est compressé. Décompressez-le, puis déposez le fichier qu’il contient.")
    if suffix not in SUFFIXES:
        return no(
            "stock.type",
            "Palier lit les fichiers .csv, .txt, .xlsx, .ods et .geojson. Enregistrez le vôtre dans l’un de ces formats.",
        )
    if size == 0:
        return no("stock.empty", "Ce fichier est vide. Vérifiez l’export, puis déposez-le à nouveau.")
    if size > limits.file_bytes:
        return no(
            "stock.too_big",
            f"Ce fichier dépasse {limits.file_bytes // 2**20} Mo. Exportez votre seul patrimoine, sans mise en forme.",
        )
    return YES


def year_holds(year: int | None, on: date) -> Verdict:
    """Whether a vintage may be of a year: the stock on 1 January of it, the next one at the latest. None is asked later.

    One of a distant year would stand for the stock of today until that year.
    """
    last = on.year + 1
    if year is None or 1990 <= year <= last:
        return YES
    said = "Indiquez l’année du millésime sur quatre chiffres" if year < 1990 else f"Le millésime {year} est trop loin"
    return no("stock.year", f"{said} : {last} au plus tard.")


def may_apply(*, state: State, accepted: bool, needs_acceptance: bool, page: Remedy | None = None) -> Verdict:
    """Whether the preview may enter the stock."""
    if state is not State.READY:
        return no("stock.not_ready", "Cet import n’est pas prêt : son aperçu doit être relu d’abord.", page)
    if needs_acceptance and not accepted:
        return no(
            "stock.not_accepted", "Confirmez que toutes les lignes de ce fichier sont des logements de l’organisme.", page
        )
    return YES


def may_undo(*, state: State, is_last: bool, corrected_since: bool) -> Verdict:
    """Whether an import may be taken out of the stock."""
    if state is not State.APPLIED:
        return no("stock.not_applied", "Cet import n’est pas dans le patrimoine : il n’y a rien à annuler.")
    if not is_last:
        return no("stock.not_last", "Un import plus récent s’appuie sur celui-ci. Annulez d’abord le plus récent.")
    if corrected_since:
        return no(
            "stock.corrected_since",
            "Des résidences ont été corrigées depuis cet import. Il ne peut plus être annulé ; déposez un fichier rectifié.",
        )
    return YES
