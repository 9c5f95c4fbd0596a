"""What a file really is, whatever its name says: first bytes, inner structure, unpacked size, pixels."""

from __future__ import annotations

import zipfile
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from palier.documents.rules import MAX_MEMBERS, MAX_PIXELS, MAX_UNPACKED, MEGABYTE, PICTURES, ZIPPED
from palier.verdict import YES, Verdict, no

_MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MIMETYPE = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
}
_PICTURE_FORMAT = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_TAIL = 4096
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13})


def check(path: Path, extension: str) -> Verdict:
    """Whether the file is whole and is what its extension says."""
    if extension == "pdf":
        return _pdf(path)
    if extension in ZIPPED:
        return _zipped(path, extension)
    if extension in PICTURES:
        return _picture(path, extension)
    return _text(path, extension)


def redraw(path: Path, extension: str) -> Path:
    """The same picture, upright, without what its file tells besides (place, device, author). Same bytes in, same bytes out."""
    target = path.with_name("redrawn")
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.info = {key: value for key, value in upright.info.items() if key in {"transparency", "gamma"}}
        form = _PICTURE_FORMAT[extension]
        if form == "JPEG" and upright.mode not in {"L", "RGB"}:
            upright = upright.convert("RGB")
        upright.save(target, form, **({} if form == "PNG" else {"quality": 88}))
    return target


def _pdf(path: Path) -> Verdict:
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if not head.lstrip().startswith(b"%PDF-"):
        return _not_a("pdf")
    return YES if b"%%EOF" in tail else _damaged()


def _zipped(path: Path, extension: str) -> Verdict:
    try:
        with zipfile.ZipFile(path) as archive:
            found = _members(archive.infolist(), extension)
            if found and not _is_office(archive, extension):
                found = _not_a(extension)
            # Reads every member to its end: a size that lies or a damaged part is found here.
            if found and archive.testzip() is not None:
                found = _damaged()
            return found
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError):
        return _not_a(extension)


def _members(members: list[zipfile.ZipInfo], extension: str) -> Verdict:
    if any(member.flag_bits & 1 for member in members):
        return no("documents.locked", "Ce fichier est protégé par un mot de passe. Déposez-le sans protection.")
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        return no(
            "documents.unpacked",
            f"Une fois ouvert, ce fichier dépasse {MAX_UNPACKED // MEGABYTE} Mo. Allégez ses images ou découpez-le.",
        )
    if any(member.filename.rpartition("/")[2] in {"vbaProject.bin", "vbaData.xml"} for member in members):
        return no("documents.macros", f"Ce fichier contient des macros. Enregistrez-le en .{extension} sans macro.")
    return YES


def _is_office(archive: zipfile.ZipFile, extension: str) -> bool:
    names = set(archive.namelist())
    if extension in _MAIN_PART:
        return {_MAIN_PART[extension], "[Content_Types].xml"} <= names
    if "mimetype" not in names:
        return False
    with archive.open("mimetype") as member:
        return member.read(100).strip() == _MIMETYPE[extension]


def _picture(path: Path, extension: str) -> Verdict:
    try:
        with Image.open(path, formats=[_PICTURE_FORMAT[extension]]) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                return _too_many_pixels()
            picture.load()
    except UnidentifiedImageError:
        return _not_a(extension)
    except Image.DecompressionBombError:
        return _too_many_pixels()
    except (OSError, ValueError, SyntaxError):
        return _damaged()
    return YES


def _text(path: Path, extension: str) -> Verdict:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if len(chunk.translate(None, _CONTROL)) != len(chunk):
                return _not_a(extension)
    return YES


def _too_many_pixels() -> Verdict:
    millions = MAX_PIXELS // MEGABYTE
    return no("documents.pixels", f"Cette image dépasse {millions} millions de points. Réduisez ses dimensions.")


def _not_a(extension: str) -> Verdict:
    return no(
        "documents.not_what_it_says",
        f"Ce fichier porte l’extension .{extension}, mais son contenu est d’un autre type. "
        "Enregistrez-le dans le bon format, puis déposez-le à nouveau.",
    )


def _damaged() -> Verdict:
    return no("documents.damaged", "Ce fichier est incomplet ou abîmé. Ouvrez-le sur votre poste, puis déposez-le à nouveau.")
