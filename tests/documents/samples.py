"""Small real files, made on the spot."""

from __future__ import annotations

import io
import zipfile

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def pdf(text: str = "") -> io.BytesIO:
    """A PDF whose content depends on ``text``."""
    return io.BytesIO(PDF.replace(b"<<>>endobj", b"<</T (" + text.encode() + b")>>endobj"))


def zipped(members: dict[str, bytes]) -> io.BytesIO:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def docx(**more: bytes) -> io.BytesIO:
    """A word-processing document, with further members."""
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), exif: Image.Exif | None = None) -> io.BytesIO:
    """A picture, red on its left half."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, form, **({"exif": exif} if exif else {}))
    out.seek(0)
    return out
