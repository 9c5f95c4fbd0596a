"""The shapes of the register's files, as data: the 64 positions of the statutory upload, the columns of the open files.

An open file is read by its headers, so that a vintage between two of these, or with a column more, is still read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from palier.stock.rules import codes

HEADER_FIELDS = 12
# Some exports write the five lines of the landlord's address in one field.
SHORT_HEADER_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Position:
    """One position of the statutory line: its name, its longest text, the field it fills, the codes it may hold."""

    label: str
    size: int
    field: str = ""
    table: Mapping[str, str] | None = None


STATUTORY: tuple[Position, ...] = (
    Position("identifiant RPLS", 10, "rpls_id"),
    Position("identifiant du bailleur", 100, "own_id"),
    Position("type de droit", 1, "tenure", codes.RIGHT),
    Position("code INSEE de la commune", 5, "commune"),
    Position("code postal", 5, "postcode"),
    Position("commune", 50, "commune_name"),
    Position("numéro de voie", 5, "number"),
    Position("indice de répétition", 5, "repeat"),
    Position("type de voie", 15, "street_type"),
    Position("nom de voie", 60, "street"),
    Position("numéro d’appartement", 5, "door"),
    Position("boîte aux lettres", 5),
    Position("escalier", 3, "staircase"),
    Position("couloir", 3),
    Position("étage", 2, "floor"),
    Position("autre complément du logement", 50),
    Position("entrée", 3),
    Position("bâtiment", 50, "building"),
    Position("immeuble", 50),
    Position("nom du programme", 100, "programme"),
    Position("lieudit", 60),
    Position("en QPV", 1, "qpv", codes.YES_NO),
    Position("type de construction", 1, "construction", codes.CONSTRUCTION),
    Position("nombre de pièces", 1, "rooms"),
    Position("surface habitable", 3, "area"),
    Position("année d’achèvement", 4, "built_year"),
    Position("première mise en location", 4, "let_year"),
    Position("entrée dans le patrimoine", 4, "entry_year"),
    Position("mode d’entrée", 1, table=codes.ENTRY_MODE),
    Position("précédent propriétaire", 100),
    Position("SIRET du précédent propriétaire", 14),
    Position("financement", 2, "financing", codes.FINANCING),
    Position("autre financement", 30),
    Position("conventionné à l’APL", 1, "convention", codes.YES_NO),
    Position("numéro de convention", 35),
    Position("date de convention", 10),
    Position("motif de sortie", 1, "exit_reason", codes.EXIT),
    Position("logement disparu", 1, "vanished", codes.VANISHED),
    Position("logement apparu", 1, table=codes.APPEARED),
    Position("occupation", 1, "occupancy", codes.OCCUPANCY),
    Position("début du bail", 7, "lease_start"),
    Position("mode de surface", 1, table=codes.SURFACE_MODE),
    Position("surface du loyer", 3),
    Position("loyer principal", 4),
    Position("loyers accessoires", 3),
    Position("contribution aux économies de charges", 3),
    Position("plafond de la CUS", 2, table=codes.CUS_CEILING),
    Position("date du DPE", 7, "dpe_date"),
    Position("classe énergie du DPE", 1, "dpe", codes.CLASSES),
    Position("classe GES du DPE", 1, "ghg", codes.CLASSES),
    Position("expiration SRU", 4),
    Position("alinéa SRU", 1, table={"1": "1", "2": "2", "3": "3"}),
    Position("organisme gestionnaire", 9),
    Position("segment de patrimoine", 20, "segment"),
    Position("libellé du segment", 50),
    Position("loyer maximal APL", 4),
    Position("loyer maximal CUS", 4),
    Position("type de vente", 2, table=codes.SALE),
    Position("mise en commercialisation", 1, table=codes.YES_NO),
    Position("prix de vente", 7),
    Position("produit net", 6),
    Position("dernière date d’offre", 7),
    Position("contingent", 1, table=codes.CONTINGENT),
    Position("commentaire", 200),
)

OPEN_2025: tuple[str, ...] = (
    *("REG_CODE", "REG_LIBELLE", "LIBREG", "DEP_CODE", "DEP_LIBELLE", "LIBDEP", "EPCI_CODE", "EPCI_LIBELLE", "LIBEPCI"),
    *("DEPCOM", "CODEPOSTAL", "LIBCOM", "NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "ETAGE", "COMPLGEO", "LIEUDIT"),
    *("QPV_CODE", "QPV_LIBELLE", "DROIT_CODE", "DROIT_LIBELLE", "TYPECONST_CODE", "TYPECONST_LIBELLE", "NBPIECE", "SURFHAB"),
    *("CONSTRUCT", "LOCAT", "PATRIMOINE", "ORIGINE", "FINAN_CODE", "FINAN_LIBELLE", "FINANAUTRE", "CONV", "NUMCONV", "DATCONV"),
    *("NEWLOGT_CODE", "NEWLOGT_LIBELLE", "CUS", "DPEDATE", "DPEENERGIE", "DPESERRE", "SRU_EXPIR", "SRU_ALINEA"),
    *("CODSEGPATRIM", "LIBSEGPATRIM", "PMR_CODE", "PMR_LIBELLE", "PLG_VOIE", "EPSG", "X", "Y", "PLG_QP24", "PLG_QP15"),
    *("PLG_IRIS2024_CODE", "PLG_IRIS2024_LIBELLE", "PLG_ZUS", "PLG_QVA", "QUALITE_VOIE", "QUALITE_NUMERO", "QUALITE_XY"),
    *("DISTANCE_PRECISION", "QUALITE_QP24", "QUALITE_QP15", "QUALITE_IRIS", "QUALITE_ZUS", "QUALITE_QVA", "COMAQP"),
    *("COMAZUS", "UU2020", "AAV2020", "ZE2020"),
)
OPEN_2017: tuple[str, ...] = (
    *("DROIT", "DEPCOM", "CODEPOSTAL", "LIBCOM", "NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "NUMAPPT", "NUMBOITE", "ESC"),
    *("COULOIR", "ETAGE", "COMPLIDENT", "ENTREE", "BAT", "IMMEU", "COMPLGEO", "LIEUDIT", "QPV", "TYPECONST", "NBPIECE"),
    *("SURFHAB", "CONSTRUCT", "LOCAT", "PATRIMOINE", "ORIGINE", "FINAN", "FINANAUTRE", "CONV", "NUMCONV", "DATCONV"),
    *("NEWLOGT", "CUS", "DPEDATE", "DPEENERGIE", "DPESERRE", "SRU_EXPIR", "SRU_ALINEA", "CODSEGPATRIM", "LIBSEGPATRIM"),
)
# From a header, without its suffix of the time (_CODE, _red), to the field it fills.
OPEN_FIELDS: Mapping[str, str] = {
    "IDENT_REP": "rpls_id",
    "IDENT_INT": "own_id",
    "RS": "owner",
    "DEPCOM": "commune",
    "CODEPOSTAL": "postcode",
    "LIBCOM": "commune_name",
    "NUMVOIE": "number",
    "INDREP": "repeat",
    "TYPVOIE": "street_type",
    "NOMVOIE": "street",
    "NUMAPPT": "door",
    "ESC": "staircase",
    "ETAGE": "floor",
    "BAT": "building",
    "QPV": "qpv",
    "DROIT": "tenure",
    "TYPECONST": "construction",
    "NBPIECE": "rooms",
    "SURFHAB": "area",
    "CONSTRUCT": "built_year",
    "LOCAT": "let_year",
    "PATRIMOINE": "entry_year",
    "FINAN": "financing",
    "CONV": "convention",
    "MODE": "occupancy",
    "BAIL": "lease_start",
    "SORTIEPATRIM": "exit_reason",
    "DPEDATE": "dpe_date",
    "DPEENERGIE": "dpe",
    "DPESERRE": "ghg",
    "CODSEGPATRIM": "segment",
    "PMR": "accessible",
    "EPSG": "epsg",
    "X": "x",
    "Y": "y",
    "QUALITE_XY": "xy_quality",
    "PLG_QP15": "qpv_2015",
    "PLG_QP24": "qpv_2024",
}
# What any open file carries, under whatever suffix.
OPEN_SIGNS = frozenset({"DEPCOM", "TYPECONST", "NBPIECE", "SURFHAB", "CONSTRUCT", "FINAN"})


def bare(header: str) -> str:
    """A header of the register without its case and its suffix of the time: ``finan_red`` and ``FINAN_CODE`` are FINAN."""
    return header.strip().upper().removesuffix("_RED").removesuffix("_CODE")


def is_open(header: list[str]) -> bool:
    """Whether these headers are those of an open file of the register."""
    return {bare(name) for name in header} >= OPEN_SIGNS


def open_columns(header: list[str]) -> dict[int, str]:
    """Which column of an open file fills which field; the first column wins where two would."""
    columns: dict[int, str] = {}
    for index, name in enumerate(header):
        field = OPEN_FIELDS.get(bare(name))
        if field and field not in columns.values():
            columns[index] = field
    return columns
