"""A file is taken for what it is, laid on disk once, and never half."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from palier.documents import rules, storage
from palier.documents.operations import receive
from palier.verdict import Refusal
from tests.documents.samples import PDF, docx, pdf, picture, zipped


def reason(file: io.BytesIO, name: str) -> str:
    with pytest.raises(Refusal) as refusal:
        receive(file=file, name=name)
    return refusal.value.verdict.reasons[0].code


def files_on_disk(root: Path) -> list[Path]:
    return [path for path in root.rglob("[!.]*") if path.is_file()]


def test_a_file_lies_under_its_fingerprint_outside_the_web_root(documents: Path) -> None:
    stored = receive(file=pdf(), name="Procédure.pdf")
    path = storage.path_of(stored.sha256)
    assert path.read_bytes() == pdf().getvalue()
    assert path.stat().st_mode & 0o077 == 0
    assert files_on_disk(documents) == [path]
    assert stored.media_type == "application/pdf"


def test_the_same_content_is_laid_once(documents: Path) -> None:
    receive(file=pdf(), name="a.pdf")
    receive(file=pdf(), name="b.pdf")
    assert len(files_on_disk(documents)) == 1


def test_a_refused_file_leaves_nothing_on_disk(documents: Path) -> None:
    assert reason(io.BytesIO(b"MZ\x90\x00"), "rapport.pdf") == "documents.not_what_it_says"
    assert files_on_disk(documents) == []


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.docm", "a.pdf.js", "a"])
def test_other_extensions_are_refused(name: str) -> None:
    assert reason(io.BytesIO(PDF), name) == "documents.extension"


@pytest.mark.parametrize("extension", sorted(set(rules.FORMATS) - {"pdf", "csv", "txt"}))
def test_a_pdf_under_another_name_is_refused(extension: str) -> None:
    assert reason(pdf(), f"a.{extension}") == "documents.not_what_it_says"


@pytest.mark.parametrize("content", [b"a;b\x00c", b"\x7fELF\x02\x01\x01\x00", b"\x1b[2J"])
def test_a_binary_under_a_text_name_is_refused(content: bytes) -> None:
    assert reason(io.BytesIO(content), "a.csv") == "documents.not_what_it_says"


@pytest.mark.parametrize("content", ["n°;été\r\n1;2\r\n".encode(), "n°;été\n".encode("latin-1"), b"x\ty\n"])
def test_a_table_in_any_french_encoding_is_taken(content: bytes) -> None:
    assert receive(file=io.BytesIO(content), name="a.csv").size == len(content)


def test_a_truncated_pdf_is_refused() -> None:
    assert reason(io.BytesIO(PDF[:30]), "a.pdf") == "documents.damaged"


def test_an_empty_file_is_refused() -> None:
    assert reason(io.BytesIO(), "a.pdf") == "documents.empty"


def test_a_heavy_file_is_refused_before_it_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rules.FORMATS, "txt", rules.Format("text/plain", "texte", 1_000_000))
    endless = io.BytesIO(b"x" * 5_000_000)
    assert reason(endless, "a.txt") == "documents.too_heavy"
    assert endless.tell() < 2_000_000


def test_office_files_are_taken() -> None:
    receive(file=docx(), name="a.docx")
    receive(file=zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), name="a.xlsx")
    receive(file=zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), name="a.odt")


def test_a_workbook_under_a_document_name_is_refused() -> None:
    assert reason(zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "a.docx") == "documents.not_what_it_says"
    assert reason(zipped({"mimetype": b"application/epub+zip"}), "a.odt") == "documents.not_what_it_says"


def test_macros_are_refused() -> None:
    assert reason(docx(**{"word/vbaProject.bin": b"x"}), "a.docx") == "documents.macros"


def test_a_file_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palier.documents.checking.MAX_UNPACKED", 1_000_000)
    assert reason(docx(**{"word/big.xml": b"0" * 2_000_000}), "a.docx") == "documents.unpacked"


def test_an_unpacked_size_that_lies_is_refused() -> None:
    bomb = docx(**{"word/big.xml": b"0" * 3_000_000}).getvalue()
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        offset = archive.getinfo("word/big.xml").header_offset
    for signature, field in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = bomb.find(signature, offset if field == 22 else bomb.find(b"PK\x01\x02", offset))
        while b"word/big.xml" not in bomb[at : at + 80]:
            at = bomb.find(signature, at + 4)
        bomb = bomb[: at + field] + (10).to_bytes(4, "little") + bomb[at + field + 4 :]
    assert reason(io.BytesIO(bomb), "a.docx") in {"documents.damaged", "documents.not_what_it_says"}


def test_a_locked_file_is_refused() -> None:
    content = bytearray(docx().getvalue())
    for signature, field in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + field] |= 1
    assert reason(io.BytesIO(bytes(content)), "a.docx") == "documents.locked"


@pytest.mark.parametrize(("form", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_a_picture_loses_what_its_file_tells_besides(form: str, extension: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Mme B."
    exif.get_ifd(0x8825)[1] = "N"
    given = picture(form, exif=exif)
    assert b"Mme B." in given.getvalue()
    stored = receive(file=given, name=f"hall.{extension}")
    kept = storage.path_of(stored.sha256)
    assert b"Mme B." not in kept.read_bytes()
    with Image.open(kept) as image:
        assert not image.getexif()
        assert image.size == (40, 20)


def test_a_picture_is_kept_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    stored = receive(file=picture(exif=exif), name="hall.jpg")
    with Image.open(storage.path_of(stored.sha256)) as image:
        assert image.size == (20, 40)


def test_a_picture_with_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palier.documents.checking.MAX_PIXELS", 100)
    assert reason(picture(), "a.jpg") == "documents.pixels"


def test_a_damaged_picture_is_refused() -> None:
    assert reason(io.BytesIO(picture("PNG", (400, 400)).getvalue()[:300]), "a.png") == "documents.damaged"
