"""Which files are taken, as evidence of what, and who may read them.

Kinds and formats are tables that somebody of the field can read. What a file really is (its first bytes, its inner
structure) is checked in ``checking.py``; here stand only the words and the limits.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from palier.directory.rules import LANDLORD_ROLES, Role
from palier.ledger.rules import Audience
from palier.verdict import YES, Verdict, no

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Format:
    """A file format taken in: its media type, its French name, the greatest size of one file."""

    media_type: str
    label: str
    max_bytes: int


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
FORMATS: dict[str, Format] = {
    "pdf": Format("application/pdf", "PDF", 50 * MEGABYTE),
    "docx": Format(f"{_OFFICE}.wordprocessingml.document", "document Word", 25 * MEGABYTE),
    "odt": Format(f"{_ODF}.text", "document OpenDocument", 25 * MEGABYTE),
    "xlsx": Format(f"{_OFFICE}.spreadsheetml.sheet", "classeur Excel", 50 * MEGABYTE),
    "ods": Format(f"{_ODF}.spreadsheet", "classeur OpenDocument", 50 * MEGABYTE),
    "pptx": Format(f"{_OFFICE}.presentationml.presentation", "présentation PowerPoint", 50 * MEGABYTE),
    "csv": Format("text/csv", "tableau CSV", 80 * MEGABYTE),
    "txt": Format("text/plain", "texte", 5 * MEGABYTE),
    "jpg": Format("image/jpeg", "photo JPEG", 25 * MEGABYTE),
    "jpeg": Format("image/jpeg", "photo JPEG", 25 * MEGABYTE),
    "png": Format("image/png", "image PNG", 25 * MEGABYTE),
    "webp": Format("image/webp", "image WebP", 25 * MEGABYTE),
}
MAX_UNPACKED = 200 * MEGABYTE
MAX_MEMBERS = 5_000
MAX_PIXELS = 60_000_000
MAX_NAME = 120

_TEXTS = ("pdf", "docx", "odt")
_SHEETS = ("xlsx", "ods", "csv")
_PICTURES = ("jpg", "jpeg", "png", "webp")
_SLIDES = ("pptx",)
PICTURES = frozenset(_PICTURES)
ZIPPED = frozenset({"docx", "xlsx", "pptx", "odt", "ods"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of piece: its French name, and the extensions it is taken in."""

    label: str
    extensions: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "engagement_letter": Kind("Lettre d’engagement", _TEXTS),
    "board_extract": Kind("Extrait de délibération", _TEXTS),
    "appointment": Kind("Acte de désignation", (*_TEXTS, *_PICTURES)),
    "contact_list": Kind("Liste des interlocuteurs", (*_TEXTS, *_SHEETS)),
    "stock_summary": Kind("Synthèse du patrimoine", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "certification": Kind("Certificat ou charte en vigueur", (*_TEXTS, *_PICTURES)),
    "consultation_file": Kind("Dossier de consultation", (*_TEXTS, *_SHEETS)),
    "proposal": Kind("Proposition d’intervention", (*_TEXTS, *_SHEETS)),
    "contract": Kind("Contrat ou bon de commande", _TEXTS),
    "independence_statement": Kind("Déclaration d’indépendance", _TEXTS),
    "method_note": Kind("Note de méthode", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "site_list": Kind("Liste de sites", (*_TEXTS, *_SHEETS)),
    "site_visit_sheet": Kind("Fiche de visite de site", (*_TEXTS, *_SHEETS, *_PICTURES)),
    "organisation_chart": Kind("Organigramme ou fiche de poste", (*_TEXTS, *_SLIDES, *_SHEETS, *_PICTURES)),
    "procedure": Kind("Procédure ou mode opératoire", (*_TEXTS, *_SLIDES, *_SHEETS)),
    "control_sheet": Kind("Relevé de contrôle", (*_TEXTS, *_SHEETS, *_PICTURES)),
    "indicator": Kind("Indicateur ou tableau de bord", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "survey": Kind("Enquête de satisfaction", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "training": Kind("Plan ou attestation de formation", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "tenant_notice": Kind("Information remise aux locataires", (*_TEXTS, *_PICTURES, *_SLIDES)),
    "letter": Kind("Courrier", (*_TEXTS, *_PICTURES, "txt")),
    "minutes": Kind("Compte rendu ou procès-verbal", (*_TEXTS, "txt")),
    "attendance": Kind("Feuille de présence", (*_TEXTS, *_SHEETS, *_PICTURES)),
    "report": Kind("Rapport", (*_TEXTS, *_SLIDES)),
    "progress_report": Kind("Bilan d’avancement", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "action_plan": Kind("Plan d’actions", (*_TEXTS, *_SHEETS, *_SLIDES)),
    "budget": Kind("Budget ou bilan financier", (*_TEXTS, *_SHEETS)),
    "photo": Kind("Photo", _PICTURES),
    "mark": Kind("Fichier de la marque", ("png", "jpg", "pdf")),
    "source_file": Kind("Fichier de données", (*_SHEETS, "txt")),
    "other": Kind("Autre pièce", tuple(FORMATS)),
}

READERS: dict[Audience, frozenset[Role]] = {
    Audience.FILE: LANDLORD_ROLES
    | {Role.AUDITOR, Role.REFERENT, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR},
    Audience.LANDLORD: LANDLORD_ROLES | {Role.REFERENT, Role.ADMINISTRATOR},
    Audience.AUDIT: frozenset({Role.AUDITOR, Role.REFERENT, Role.ADMINISTRATOR}),
    Audience.SCHEME: frozenset({Role.REFERENT, Role.ADMINISTRATOR}),
}
AUDIENCE_LABELS = {
    Audience.FILE: "Organisme, auditeur, équipe du label et comité",
    Audience.LANDLORD: "Organisme et équipe du label",
    Audience.AUDIT: "Auditeur et équipe du label",
    Audience.SCHEME: "Équipe du label",
}

# The same in a cell, where the whole file is the rule.
READERS_IN_SHORT = {
    Audience.FILE: "Tout le dossier",
    Audience.LANDLORD: "Organisme",
    Audience.AUDIT: "Auditeur",
    Audience.SCHEME: "Équipe du label",
}


def audiences_of(roles: frozenset[Role]) -> frozenset[Audience]:
    """The audiences these roles belong to. Tenants' representatives belong to none: they read what is shared with them."""
    return frozenset(audience for audience, readers in READERS.items() if roles & readers)


def extension_of(name: str) -> str:
    """The extension of a file name, lower case, without its dot; empty when there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def safe_name(name: str) -> str:
    """A file name without folder, control or invisible character, short enough for every system; its extension stays."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    named = " ".join(visible.split())
    cleaned = named.lstrip(".")
    if cleaned != named and "." not in cleaned:  # « .pdf » is an extension without a name
        cleaned = f"piece.{cleaned}"
    extension = extension_of(cleaned)
    stem = cleaned[: -len(extension) - 1] if extension else cleaned
    stem = stem.strip(" .") or "piece"
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}" if extension else stem[:MAX_NAME]


def accepts(kind: str, name: str) -> Verdict:
    """Whether a kind of piece (empty: any kind) takes a file of this name. An unknown kind is a programming error (KeyError)."""
    extension = extension_of(name)
    extensions = KINDS[kind].extensions if kind else tuple(FORMATS)
    if extension in extensions:
        return YES
    taken = ", ".join(sorted({e for e in extensions if e != "jpeg"}))
    given = f"« .{extension} »" if extension else "Un fichier sans extension"
    purpose = f" pour « {KINDS[kind].label} »" if kind else ""
    return no("documents.extension", f"{given} n’est pas pris{purpose}. Formats pris : {taken}.")


def size_fits(extension: str, size: int) -> Verdict:
    """Whether a file of this size is taken: neither empty nor too heavy for its format."""
    if not size:
        return no("documents.empty", "Ce fichier est vide. Vérifiez-le sur votre poste, puis déposez-le à nouveau.")
    limit = FORMATS[extension].max_bytes
    if size > limit:
        return no(
            "documents.too_heavy",
            f"Ce fichier dépasse {limit // MEGABYTE} Mo, la limite pour un fichier .{extension}. Réduisez-le ou découpez-le.",
        )
    return YES
