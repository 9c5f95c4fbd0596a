"""Files of every shape, written for tests and benches: the content is drawn, the shapes are the real ones."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

from palier.stock.reading.shapes import OPEN_2017, OPEN_2025, STATUTORY

BONDY = Path(__file__).resolve().parents[3] / "shared" / "data" / "bondy"
TERRITORY = BONDY.parent / "territory"
STREETS = ("DES LILAS", "JEAN MOULIN", "DE LA GARE", "LOUISE MICHEL", "DU CANAL", "PAUL ELUARD", "DE LATTRE DE TASSIGNY")
TOWNS = (("93010", "93140", "BONDY"), ("93048", "93100", "MONTREUIL"), ("93029", "93700", "DRANCY"))
PLACE = {position.label: index for index, position in enumerate(STATUTORY)}


class Home:
    """One drawn home, the same in every file: number ``rank`` of a stock of ``residences`` estates."""

    def __init__(self, rank: int, *, residences: int, seed: int = 1) -> None:
        draw = random.Random(f"{seed}:{rank}")
        estate = rank % residences
        self.rank = rank
        self.commune, self.postcode, self.town = TOWNS[estate % len(TOWNS)]
        self.programme = f"RESIDENCE {estate:04} {STREETS[estate % len(STREETS)]}"
        self.number = str(1 + rank // residences % 12)
        self.street = STREETS[estate % len(STREETS)]
        self.floor = str(draw.randrange(10))
        self.rooms = draw.randrange(1, 6)
        self.area = 18 * self.rooms + draw.randrange(8)
        self.built = 1950 + estate % 60
        self.financing = draw.choice(["10", "12", "13", "14", "52"])
        self.dpe = draw.choice("BCDEF")
        self.occupancy = draw.choice("1111111112")
        self.qpv = "1" if estate % 3 else "2"
        # Lambert-93, around Bondy: each estate on a spot of its own.
        self.x = 661_000 + (estate * 137) % 3_000 + draw.random() * 40
        self.y = 6_866_000 + (estate * 211) % 3_000 + draw.random() * 40
        self.rpls_id = f"{rank + 1:010}"
        self.own_id = f"L{rank + 1:07}"


def homes(count: int, *, residences: int = 5, seed: int = 1, first: int = 0) -> Iterator[Home]:
    """``count`` homes, spread over ``residences`` estates."""
    return (Home(rank, residences=residences, seed=seed) for rank in range(first, first + count))


def statutory_line(home: Home, **changes: str) -> list[str]:
    """The 64 positions of a home; ``changes`` by the field that a position fills (``occupancy="2"``)."""
    texts = [""] * len(STATUTORY)
    filled = {
        "rpls_id": home.rpls_id,
        "own_id": home.own_id,
        "tenure": "1",
        "commune": home.commune,
        "postcode": home.postcode,
        "commune_name": home.town,
        "number": home.number,
        "street_type": "RUE",
        "street": home.street,
        "floor": home.floor,
        "programme": home.programme,
        "qpv": home.qpv,
        "construction": "C",
        "rooms": str(home.rooms),
        "area": str(home.area),
        "built_year": str(home.built),
        "let_year": str(home.built + 1),
        "entry_year": str(home.built),
        "financing": home.financing,
        "convention": "1",
        "exit_reason": "9",
        "occupancy": home.occupancy,
        "lease_start": "09/2019",
        "dpe_date": "05/2015",
        "dpe": home.dpe,
        "ghg": home.dpe,
        **changes,
    }
    for index, position in enumerate(STATUTORY):
        if position.field in filled:
            texts[index] = filled[position.field]
    return texts


def statutory(
    lines: Iterable[Sequence[str]],
    *,
    year: int = 2025,
    announced: int | None = None,
    siret: str = "38512345600017",
    encoding: str = "utf-8",
    newline: str = "\n",
) -> bytes:
    """A statutory file of these home lines, with its header."""
    lines = list(lines)
    count = len(lines) if announced is None else announced
    header = [
        str(year),
        "930001234",
        "OPH de l’Exemple",
        "",
        "",
        "",
        "1 RUE DE LA GARE",
        "",
        "93140 BONDY",
        siret,
        str(count),
        "",
    ]
    if encoding != "utf-8":
        header[2] = "OPH de l'Exemplé"
    return (newline.join(";".join(line) for line in [header, *lines]) + newline).encode(encoding)


def open_2025(found: Iterable[Home], *, delimiter: str = ";", encoding: str = "utf-8", **changes: str) -> bytes:
    """The open file of 73 columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, OPEN_2025, delimiter=delimiter, restval="")
    writer.writeheader()
    for home in found:
        writer.writerow(
            {
                "DEPCOM": home.commune,
                "CODEPOSTAL": home.postcode,
                "LIBCOM": home.town,
                "NUMVOIE": home.number,
                "TYPVOIE": "RUE",
                "NOMVOIE": home.street,
                "ETAGE": home.floor,
                "DROIT_CODE": "1",
                "TYPECONST_CODE": "C",
                "NBPIECE": home.rooms,
                "SURFHAB": home.area,
                "CONSTRUCT": home.built,
                "FINAN_CODE": home.financing,
                "CONV": "1",
                "DPEENERGIE": home.dpe,
                "DPESERRE": home.dpe,
                "EPSG": "2154",
                "X": f"{home.x:.2f}",
                "Y": f"{home.y:.2f}",
                "PLG_QP24": "QN09312I" if home.qpv == "1" else "HZ",
                "PLG_QP15": "QP093012" if home.qpv == "1" else "CSZ",
                "QUALITE_XY": "11",
                **changes,
            }
        )
    return out.getvalue().encode(encoding)


def open_2017(found: Iterable[Home], *, suffix: str = "", encoding: str = "iso-8859-1", **changes: str) -> bytes:
    """The open file of 41 columns, its headers with or without their suffix."""
    lines = [[f"{name.lower()}{suffix}" if suffix else name for name in OPEN_2017]]
    for home in found:
        values = {
            "DROIT": "1",
            "DEPCOM": home.commune,
            "CODEPOSTAL": home.postcode,
            "LIBCOM": home.town,
            "NUMVOIE": home.number,
            "TYPVOIE": "ALLÉE",
            "NOMVOIE": home.street,
            "ETAGE": home.floor,
            "QPV": home.qpv,
            "TYPECONST": "C",
            "NBPIECE": str(home.rooms),
            "SURFHAB": str(home.area),
            "CONSTRUCT": str(home.built),
            "FINAN": home.financing,
            "CONV": "1",
            "DPEENERGIE": home.dpe,
            **changes,
        }
        lines.append([values.get(name, "") for name in OPEN_2017])
    return "\r\n".join(";".join(line) for line in lines).encode(encoding)


def table(rows: Sequence[Sequence[object]], *, delimiter: str = ";", encoding: str = "utf-8", newline: str = "\n") -> bytes:
    """A text table."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(line, column, cell)
    return out.getvalue()


def ods(name: str, rows: Sequence[Sequence[object]]) -> bytes:
    """An OpenDocument workbook of one sheet, all cells as text."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="{escape(name)}">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def bomb(megabytes: int = 900) -> bytes:
    """A workbook whose sheet is very long once unpacked."""
    out = io.BytesIO(xlsx({"Logements": [["id", "adresse"], ["1", "1 rue X"]]}))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/worksheets/extra.xml", "w") as entry,
    ):
        chunk = b" " * 2**20
        for _ in range(megabytes):
            entry.write(chunk)
    return out.getvalue()
