"""The fields of a uniform line: what Palier keeps of a home, whatever the file it came in.

``kind`` says how a text is checked (``reading.values``); ``headers`` are the column names met in landlords' own files, in
plain letters, from which a column mapping is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from palier.stock.rules import codes


class Kind(StrEnum):
    """How a text is checked and what it becomes."""

    TEXT = "text"
    INSEE = "insee"
    POSTCODE = "postcode"
    INTEGER = "integer"
    ROOMS = "rooms"
    AREA = "area"
    YEAR = "year"
    MONTH = "month"
    FLAG = "flag"
    ZONE = "zone"
    CODE = "code"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a line: its French name, how it is checked, and the headers it is recognised by.

    ``least`` and ``most`` bound numbers (and give the longest text); ``table`` is the code list of a ``CODE``, whose
    labels are accepted beside its codes, like the ``words`` met in landlords' files.
    """

    name: str
    label: str
    kind: Kind
    headers: tuple[str, ...] = ()
    least: float = 0
    most: float = 100
    table: Mapping[str, str] | None = None
    words: Mapping[str, str] | None = None
    kept: bool = True


_ALL = (
    Field(
        "rpls_id", "identifiant RPLS", Kind.TEXT, ("identifiant rpls", "id rpls", "num rpls", "ident rep", "idlogrpls"), most=10
    ),
    Field(
        "own_id",
        "identifiant du bailleur",
        Kind.TEXT,
        (
            "identifiant du logement",
            "identifiant",
            "id logement",
            "code logement",
            "numero de logement",
            "num logement",
            "reference",
            "ref logement",
            "reference du logement",
            "ident int",
            "lot",
            "code lot",
            "ug",
            "code ug",
            "unite de gestion",
        ),
    ),
    Field(
        "owner",
        "bailleur",
        Kind.TEXT,
        ("rs", "bailleur", "bailleurs", "raison sociale", "organisme", "proprietaire", "nom du bailleur", "ident org"),
        kept=False,
    ),
    Field(
        "programme_code",
        "code de la résidence",
        Kind.TEXT,
        (
            "code residence",
            "code programme",
            "code groupe",
            "num residence",
            "numero de programme",
            "code ensemble",
            "code site",
            "esi",
            "code esi",
            "code patrimoine",
        ),
        most=40,
    ),
    Field(
        "programme",
        "nom de la résidence",
        Kind.TEXT,
        (
            "residence",
            "residences",
            "nom residence",
            "nom de la residence",
            "programme",
            "nom du programme",
            "nom programme",
            "groupe",
            "groupe immobilier",
            "ensemble immobilier",
            "site",
            "cite",
            "libelle programme",
            "libelle groupe",
            "libelle residence",
        ),
    ),
    Field(
        "sector",
        "agence ou secteur",
        Kind.TEXT,
        ("agence", "secteur", "secteurs", "antenne", "territoire", "direction territoriale", "nom agence"),
    ),
    Field(
        "homes",
        "nombre de logements",
        Kind.INTEGER,
        (
            "appartement",
            "appartements",
            "nombre de logements",
            "nb logements",
            "nb logts",
            "logements",
            "nblogt",
            "nb lgts",
            "nb log",
        ),
        most=5_000,
    ),
    Field(
        "commune",
        "code INSEE de la commune",
        Kind.INSEE,
        ("depcom", "insee", "code insee", "code commune", "insee commune", "commune insee", "codgeo", "com insee"),
    ),
    Field(
        "commune_name",
        "commune",
        Kind.TEXT,
        ("commune", "ville", "nom commune", "libcom", "localite", "libelle commune"),
        most=60,
    ),
    Field("postcode", "code postal", Kind.POSTCODE, ("code postal", "cp", "codepostal", "codpost")),
    Field(
        "address",
        "adresse complète",
        Kind.TEXT,
        ("adresse", "cle", "adresse complete", "adresse du logement", "adresse 1"),
        most=200,
    ),
    Field(
        "number",
        "numéro de voie",
        Kind.TEXT,
        ("numvoie", "numero de voie", "numero voie", "num voie", "numero", "no voie", "n voie"),
        most=12,
    ),
    Field("repeat", "indice de répétition", Kind.TEXT, ("indrep", "indice de repetition", "bis ter", "repetition"), most=10),
    Field("street_type", "type de voie", Kind.TEXT, ("typvoie", "type de voie", "type voie", "nature voie"), most=20),
    Field(
        "street",
        "nom de voie",
        Kind.TEXT,
        ("nomvoie", "nom de voie", "nom voie", "voie", "rue", "libelle voie", "libelle de voie"),
    ),
    Field(
        "building",
        "bâtiment",
        Kind.TEXT,
        ("bat", "batiment", "bâtiment", "immeuble", "immeu", "code batiment", "tour"),
        most=50,
    ),
    Field(
        "staircase", "escalier ou entrée", Kind.TEXT, ("esc", "escalier", "cage", "entree", "hall", "cage d escalier"), most=20
    ),
    Field("floor", "étage", Kind.TEXT, ("etage", "niveau", "num etage"), most=20),
    Field(
        "door",
        "porte ou appartement",
        Kind.TEXT,
        ("numappt", "porte", "numero appartement", "num appartement", "appt", "no appt"),
        most=20,
    ),
    Field("tenure", "type de droit", Kind.CODE, ("droit", "type de droit", "droit code"), table=codes.RIGHT),
    Field(
        "construction",
        "type de construction",
        Kind.CODE,
        ("typeconst", "type de construction", "collectif individuel", "typeconst code", "nature logement"),
        table=codes.CONSTRUCTION,
        words=codes.CONSTRUCTION_WORDS,
    ),
    Field(
        "rooms",
        "nombre de pièces",
        Kind.ROOMS,
        ("nbpiece", "nombre de pieces", "nb pieces", "pieces", "typologie", "type logement"),
        least=1,
        most=20,
    ),
    Field(
        "area",
        "surface habitable",
        Kind.AREA,
        ("surfhab", "surface habitable", "surface", "sh", "shab", "m2"),
        least=5,
        most=999,
    ),
    Field(
        "built_year",
        "année de construction",
        Kind.YEAR,
        (
            "construct",
            "annee de construction",
            "annee construction",
            "construction",
            "achevement",
            "date de construction",
            "annee d achevement",
            "annee",
        ),
    ),
    Field(
        "let_year",
        "première mise en location",
        Kind.YEAR,
        ("locat", "annee de mise en location", "mise en location", "mise en service", "annee de mise en service"),
    ),
    Field("entry_year", "entrée dans le patrimoine", Kind.YEAR, ("patrimoine", "annee d entree", "entree patrimoine")),
    Field(
        "financing",
        "financement",
        Kind.CODE,
        ("finan", "financement", "finan code", "financement initial", "type de financement"),
        table=codes.FINANCING,
    ),
    Field("convention", "conventionné à l’APL", Kind.FLAG, ("conv", "conventionne", "conventionne apl", "conventionnement")),
    Field(
        "occupancy",
        "occupation",
        Kind.CODE,
        ("mode", "occupation", "mode d occupation", "statut d occupation", "etat d occupation"),
        table=codes.OCCUPANCY,
        words=codes.OCCUPANCY_WORDS,
    ),
    Field(
        "lease_start",
        "début du bail",
        Kind.MONTH,
        ("bail", "date de bail", "debut du bail", "date d entree", "date entree locataire"),
    ),
    Field("dpe_date", "date du DPE", Kind.MONTH, ("dpedate", "date dpe", "date du dpe")),
    Field(
        "dpe",
        "classe énergie du DPE",
        Kind.CODE,
        ("dpeenergie", "dpe", "etiquette energie", "classe energie", "etiquette dpe"),
        table=codes.CLASSES,
    ),
    Field("ghg", "classe GES du DPE", Kind.CODE, ("dpeserre", "ges", "etiquette ges", "classe ges"), table=codes.CLASSES),
    Field(
        "segment", "segment de patrimoine", Kind.TEXT, ("codsegpatrim", "segment", "classe psp", "psp", "code segment"), most=50
    ),
    Field("accessible", "accessible (PMR)", Kind.FLAG, ("pmr", "pmr code", "accessible", "accessibilite", "accessible pmr")),
    Field("exit_reason", "motif de sortie", Kind.CODE, ("sortiepatrim", "motif de sortie"), table=codes.EXIT),
    Field("qpv", "en QPV, oui ou non", Kind.ZONE, ("qpv", "qpv code", "en qpv", "quartier prioritaire", "zus"), kept=False),
    Field("qpv_2015", "en QPV, contours 2015", Kind.ZONE, ("plg qp15", "qp15", "qpv 2015")),
    Field("qpv_2024", "en QPV, contours 2024", Kind.ZONE, ("plg qp24", "qp24", "qpv 2024")),
    Field("lon", "longitude", Kind.NUMBER, ("lon", "longitude", "lng", "x longitude"), least=-180, most=180),
    Field("lat", "latitude", Kind.NUMBER, ("lat", "latitude", "y latitude"), least=-90, most=90),
    Field("x", "X projeté", Kind.NUMBER, ("x", "x l93", "coord x"), least=-10_000_000, most=10_000_000, kept=False),
    Field("y", "Y projeté", Kind.NUMBER, ("y", "y l93", "coord y"), least=-10_000_000, most=10_000_000, kept=False),
    Field("epsg", "système de coordonnées (EPSG)", Kind.INTEGER, ("epsg",), most=99_999, kept=False),
    Field("xy_quality", "qualité du point", Kind.TEXT, ("qualite xy",), most=10, kept=False),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}

# What is compared between two vintages, where both files carry it.
COMPARED = (
    "programme",
    "address",
    "building",
    "staircase",
    "floor",
    "tenure",
    "construction",
    "rooms",
    "area",
    "built_year",
    "financing",
    "convention",
    "occupancy",
    "lease_start",
    "dpe",
    "ghg",
    "accessible",
    "segment",
)


class Unit(StrEnum):
    """What one line of a file stands for."""

    HOME = "home"
    ADDRESS = "address"
    RESIDENCE = "residence"

    @property
    def label(self) -> str:
        """In French, after « une ligne, c’est »."""
        return {"home": "un logement", "address": "une adresse", "residence": "une résidence"}[self.value]


def unit_of(fields: set[str]) -> Unit:
    """What a line stands for, from the fields a file carries."""
    if "homes" in fields:
        return Unit.ADDRESS if fields & {"address", "street"} else Unit.RESIDENCE
    if fields & {"rpls_id", "own_id", "floor", "door", "rooms", "area", "address", "street"}:
        return Unit.HOME
    return Unit.RESIDENCE
