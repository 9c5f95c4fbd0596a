"""A landlord's stock: its figures, its residences, its imports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from procrastinate.contrib.django import app
from pydantic import Field, StringConstraints

from palier.api.v1.doors import Call, Pk, Room, Search, Text
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, term
from palier.directory.rules import Right, Thing, plain
from palier.sites import operations as sites
from palier.stock import operations, queries
from palier.stock.models import ColumnMapping, Import, ResidenceVintage
from palier.stock.rules.districts import version_on
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import Format, State

room = Room("stock", "Patrimoine")
ColumnNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]


class StockOut(Schema):
    """The stock in a few figures: ``inside`` homes among the ``known`` ones are in a priority district."""

    year: int | None = Field(description="Millésime en vigueur.")
    residences: int
    homes: int
    inside: int = Field(description="Logements en quartier prioritaire, parmi ceux dont la place est connue.")
    known: int = Field(description="Logements dont la place est connue.")


@room.reads("/landlords/{landlord_id}/stock", Thing.STOCK, "Lire les chiffres du patrimoine")
def stock(request: Call) -> StockOut:
    """The figures of the current vintage."""
    found = queries.stock_summary(landlord=request.landlord.pk, on=request.on)
    return StockOut(year=found.year, residences=found.residences, homes=found.homes, inside=found.inside, known=found.known)


class DistrictOut(Schema):
    """The homes of a residence in one priority district."""

    code: str
    label: str
    homes: int


class ResidenceOut(Schema):
    """An estate, as of its last vintage. ``in_qpv`` is absent while nothing is known."""

    id: int
    code: str
    name: str
    sector: str
    commune: str
    commune_name: str
    postcode: str
    address: str
    lon: float | None
    lat: float | None
    built_year: int | None
    homes: int | None
    inside: int | None
    known: int | None
    in_qpv: bool | None
    districts: list[DistrictOut]


@room.reads("/landlords/{landlord_id}/residences", Thing.STOCK, "Lister les résidences")
def residences(
    request: Call, search: Search = "", commune: Text = "", in_qpv: bool | None = None, gone: bool = False
) -> Page[ResidenceOut]:
    """The residences of the current vintage, by name; or, with ``gone``, those of older vintages only."""
    found = queries.residences(landlord=request.landlord.pk, on=request.on, gone=gone)
    for word in plain(search).split():
        found = found.filter(plain_name__contains=word)
    if commune:
        found = found.filter(Q(commune=commune) | Q(commune_name__iexact=commune))
    if in_qpv is not None:
        found = found.filter(Q(in_qpv=in_qpv))
    return paged(request, found, lambda rows: residences_out(rows, request.on))


@room.reads("/landlords/{landlord_id}/residences/{pk}", Thing.STOCK, "Lire une résidence")
def residence(request: Call, pk: Pk) -> ResidenceOut:
    """One residence, of any vintage."""
    found = queries.described(queries.all_residences(landlord=request.landlord.pk), version=version_on(request.on))
    return residences_out([get_object_or_404(found, pk=pk)], request.on)[0]


def residences_out(rows: list[Any], on: date) -> list[ResidenceOut]:
    """Residences with their districts, in one more query for all of them."""
    districts = queries.districts_of(residences=rows, version=version_on(on))
    return [_residence(row, districts.get(row.pk, ())) for row in rows]


def _residence(row: Any, districts: Any) -> ResidenceOut:
    return ResidenceOut(
        id=row.pk,
        code=row.code,
        name=row.name,
        sector=row.sector,
        commune=row.commune,
        commune_name=row.commune_name,
        postcode=row.postcode,
        address=row.address,
        lon=row.lon,
        lat=row.lat,
        built_year=row.built_year,
        homes=row.homes,
        inside=row.inside,
        known=row.known,
        in_qpv=row.in_qpv,
        districts=[DistrictOut(code=d.district.code, label=d.district.label, homes=d.homes) for d in districts],
    )


class VintageOut(Schema):
    """What one vintage says of a residence: its homes, and how many of them have a point on the map."""

    source: int = Field(description="L’import.")
    year: int | None
    homes: int | None
    located: int


@room.reads("/landlords/{landlord_id}/residences/{pk}/vintages", Thing.STOCK, "Lister les millésimes d’une résidence")
def vintages(request: Call, pk: Pk) -> Page[VintageOut]:
    """What each vintage says of a residence, the latest first."""
    found = get_object_or_404(queries.all_residences(landlord=request.landlord.pk), pk=pk)
    return paged(request, queries.vintages_of(residence=found), lambda rows: [_vintage(row) for row in rows])


def _vintage(row: ResidenceVintage) -> VintageOut:
    return VintageOut(source=row.source_id, year=row.source.year, homes=row.homes, located=row.located)


class ColumnMappingOut(Schema):
    """Columns of a landlord's own files, and the field where each goes (columns from 0)."""

    name: str
    columns: dict[str, str]
    unit: Term
    saved_by: Named | None
    saved_at: datetime


@room.reads("/landlords/{landlord_id}/mappings", Thing.STOCK, "Lister les correspondances de colonnes gardées")
def mappings(request: Call) -> Page[ColumnMappingOut]:
    """The column mappings a landlord saved, latest first."""
    found = queries.mappings(landlord=request.landlord).select_related("saved_by")
    return paged(request, found, lambda rows: [_mapping(row) for row in rows])


def _mapping(row: ColumnMapping) -> ColumnMappingOut:
    return ColumnMappingOut(
        name=row.name,
        columns=row.columns,
        unit=term(Unit(row.unit)),
        saved_by=maybe_named(row.saved_by),
        saved_at=row.saved_at,
    )


class FaultOut(Schema):
    """Something wrong in the file: the sheet, line and column, and what to mend."""

    place: str
    sentence: str


class ImportOut(Schema):
    """One file of the stock: what it was recognised as, where its reading stands, what it would change or changed."""

    id: int
    state: Term
    format: Term
    unit: Term
    year: int | None
    file_name: str
    file_bytes: int
    rows_read: int
    percent: int
    problem: str
    fault_count: int
    faults: list[FaultOut] = Field(description="Les premières erreurs.")
    columns: dict[str, str] = Field(description="Pour chaque colonne du fichier (à partir de 0), le champ où elle va.")
    report: dict[str, Any] = Field(description="L’aperçu : ce qui arrive, part et change.")
    by: Named | None
    at: datetime
    read_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None


@room.reads("/landlords/{landlord_id}/imports", Thing.STOCK, "Lister les imports de patrimoine")
def imports(request: Call) -> Page[ImportOut]:
    """The files of a landlord, latest first."""
    return paged(request, queries.imports(landlord=request.landlord.pk), lambda rows: [_import(row) for row in rows])


@room.reads("/landlords/{landlord_id}/imports/{pk}", Thing.STOCK, "Lire un import de patrimoine")
def one_import(request: Call, pk: Pk) -> ImportOut:
    """One file: its state changes while it is read and applied."""
    return _import(_found(request, pk))


def _receive(file: UploadedFile) -> operations.Received:
    return operations.receive(file=file, name=file.name or "")


@room.writes(
    "/landlords/{landlord_id}/imports",
    (Thing.STOCK, Right.WRITE),
    summary="Déposer un fichier de patrimoine",
    receives=_receive,
)
def send_import(request: Call, file: File[UploadedFile], year: Form[int | None] = None) -> ImportOut:
    """A file to read, with the year of its vintage where it does not say it; the worker reads it."""
    item = operations.start_import(
        landlord=request.landlord, received=request.received, year=year, by=request.user, at=request.at
    )
    return _deferred(item)


class AnswersIn(Schema):
    """What a file does not say: its year, its columns, whose lines to keep, its commune."""

    year: int
    columns: dict[ColumnNumber, Text] | None = Field(None, description="Champ de chaque colonne, à partir de 0.")
    unit: Annotated[str, OneOf(Unit)] | None = None
    owners: list[Text] = Field([], max_length=500, description="Bailleurs dont les lignes sont les vôtres.")
    commune: Text = Field("", description="Code INSEE, quand tout le fichier est d’une commune.")
    commune_name: Text = ""
    save_as: Text = Field("", description="Nom sous lequel garder ces colonnes pour le prochain fichier.")


@room.writes(
    "/landlords/{landlord_id}/imports/{pk}/answers",
    (Thing.STOCK, Right.WRITE),
    summary="Préciser ce qu’un fichier ne dit pas",
    status=200,
)
def complete_import(request: Call, pk: Pk, body: AnswersIn) -> ImportOut:
    """The reading starts again with these answers."""
    item = operations.complete_import(
        item=_found(request, pk),
        year=body.year,
        by=request.user,
        at=request.at,
        mapping=None if body.columns is None else {int(index): name for index, name in body.columns.items()},
        unit=Unit(body.unit) if body.unit else None,
        owners=frozenset(body.owners),
        commune=body.commune,
        commune_name=body.commune_name,
        save_as=body.save_as,
    )
    return _deferred(item)


class ApplyIn(Schema):
    """``accepted`` vouches that every line of a file without owner is a home of this landlord."""

    accepted: bool = False


@room.writes(
    "/landlords/{landlord_id}/imports/{pk}/apply",
    (Thing.STOCK, Right.WRITE),
    summary="Intégrer un aperçu au patrimoine",
    status=200,
)
def apply_import(request: Call, pk: Pk, body: ApplyIn) -> ImportOut:
    """Let a preview enter the stock; the worker does it."""
    return _deferred(operations.ask_to_apply(item=_found(request, pk), by=request.user, at=request.at, accepted=body.accepted))


@room.writes(
    "/landlords/{landlord_id}/imports/{pk}/drop", (Thing.STOCK, Right.WRITE), summary="Abandonner un import", status=200
)
def drop_import(request: Call, pk: Pk) -> ImportOut:
    """Give up an import that has not entered the stock."""
    operations.drop_import(item=_found(request, pk), by=request.user, at=request.at)
    return _import(_found(request, pk))


@room.writes(
    "/landlords/{landlord_id}/imports/{pk}/undo",
    (Thing.STOCK, Right.WRITE),
    summary="Annuler le dernier import intégré",
    status=200,
)
def undo_import(request: Call, pk: Pk) -> ImportOut:
    """Take the last import out of the stock."""
    return _import(sites.undo_import(item=_found(request, pk), by=request.user, at=request.at))


@room.writes(
    "/landlords/{landlord_id}/imports/{pk}/resume",
    (Thing.STOCK, Right.WRITE),
    summary="Reprendre un import interrompu",
    status=200,
)
def resume_import(request: Call, pk: Pk) -> ImportOut:
    """Start again an import that one of our failures interrupted."""
    return _deferred(operations.resume_import(item=_found(request, pk), by=request.user, at=request.at))


def _deferred(item: Import) -> ImportOut:
    """Hand an import to the worker, in the transaction of the act. Two jobs of one import never run together."""
    app.configure_task(name="stock.run_import", lock=f"stock.import.{item.pk}").defer(import_id=item.pk)
    return _import(item)


def _found(request: Call, pk: int) -> Import:
    return get_object_or_404(queries.imports(landlord=request.landlord.pk).select_related("landlord"), pk=pk)


def _import(row: Import) -> ImportOut:
    return ImportOut(
        id=row.pk,
        state=term(State(row.state)),
        format=term(Format(row.format)),
        unit=term(Unit(row.unit)),
        year=row.year,
        file_name=row.file_name,
        file_bytes=row.file_bytes,
        rows_read=row.rows_read,
        percent=row.percent,
        problem=row.problem,
        fault_count=row.fault_count,
        faults=[FaultOut(**fault) for fault in row.faults],
        columns=row.mapping,
        report=row.report,
        by=maybe_named(row.by),
        at=row.at,
        read_at=row.read_at,
        applied_at=row.applied_at,
        undone_at=row.undone_at,
    )
