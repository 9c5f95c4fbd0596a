"""The papers of a file: short PDF documents, written by hand, that say whose they are."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from palier.calendar import in_words, paris_day
from palier.commands.demo.world import Household
from palier.directory.models import Person
from palier.documents.models import Document, Version
from palier.documents.operations import Received, receive, store
from palier.documents.rules import KINDS
from palier.label import operations as label
from palier.label.models import Journey
from palier.ledger.rules import Audience


def pdf(lines: list[str]) -> bytes:
    """One page of text; the first line larger."""
    shown = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    text = (
        "BT /F 16 Tf 60 780 Td ("
        + shown[0]
        + ") Tj /F 11 Tf 0 -14 Td "
        + "".join(f"0 -18 Td ({line}) Tj " for line in shown[1:])
        + "ET"
    )
    stream = text.encode("cp1252", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(parts) + 1, table, len(parts) + 1, len(out))


def write(
    home: Household,
    kind: str,
    by: Person,
    at: datetime,
    *,
    title: str = "",
    lines: tuple[str, ...] = (),
    audience: Audience = Audience.FILE,
) -> Version:
    """A piece of the landlord's file."""
    named = title or KINDS[kind].label
    return store(
        landlord=home.landlord,
        file=_page(home, named, paris_day(at), lines),
        name=f"{kind}.pdf",
        title=named,
        kind=kind,
        by=by,
        at=at,
        audience=audience,
    )


def _page(home: Household, title: str, day: date, lines: tuple[str, ...]) -> BytesIO:
    said = [title, home.landlord.name, in_words(day), "", *lines, "", "Document de démonstration : rien ici n’est réel."]
    return BytesIO(pdf(said))


def minutes(home: Household, day: date, *lines: str) -> Received:
    """What a session held outside Palier decided on a landlord, on paper."""
    title = "Extrait du procès-verbal du comité de labellisation"
    return receive(file=_page(home, title, day, lines), name=f"extrait-pv-{day:%Y-%m-%d}.pdf")


def held(home: Household, kind: str, at: datetime) -> Document:
    """The landlord's piece of a kind, written the first time that it serves."""
    if kind not in home.papers:
        home.papers[kind] = write(home, kind, home.lead, at).document
    return home.papers[kind]


def deposit(home: Household, journey: Journey, kind: str, at: datetime) -> None:
    """A piece that the rules ask for at this stage."""
    label.deposit(journey=journey, kind=kind, document=write(home, kind, home.lead, at).document, by=home.lead, at=at)
