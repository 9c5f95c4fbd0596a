"""What the stock keeps: files read, homes by vintage, residences, priority districts.

A vintage never changes once it is in: each import brings its own lines, and the residences go from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.stock.rules import codes
from palier.stock.rules.districts import VERSIONS, Method
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import Format, State


def _choices(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(table.items())


class ColumnMapping(models.Model):
    """What the columns of a landlord's own file are, kept under a name for the next one.

    ``signature`` is the fingerprint of the headers, by which a file of the same shape is recognised.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="column_mappings")
    name = models.CharField("nom", max_length=120)
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    unit = models.CharField(max_length=10, choices=[(u.value, u.label) for u in Unit])
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "signature"], name="mapping_once_a_shape"),
        ]


class ReceivedTable(models.Model):
    """What is kept of a landlord's table, whatever it tells: the file, its columns, its faults or its preview, by whom.

    ``mapping`` says what each column is, ``profile`` what was seen of the columns, ``report`` is the preview.
    """

    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    file_bytes = models.PositiveBigIntegerField()
    mapping = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)
    rows_read = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name


class Import(ReceivedTable):
    """One file of a landlord's stock: what it was recognised as, where its reading stands, what it brought.

    ``options`` holds what the person answered (year, owners kept, commune of the whole file, sheet), ``report`` what came,
    went and changed. ``base`` is the import it was compared with.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="stock_imports")
    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in State], default=State.READING)
    format = models.CharField(max_length=12, choices=[(f.value, f.label) for f in Format], default=Format.UNKNOWN)
    unit = models.CharField(max_length=10, choices=[(u.value, u.label) for u in Unit], default=Unit.HOME)
    year = models.PositiveSmallIntegerField("millésime", null=True)
    options = models.JSONField(default=dict)
    fields = models.JSONField(default=list)
    percent = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_applied_when", condition=~Q(state=State.APPLIED) | Q(applied_at__isnull=False)),
            models.CheckConstraint(name="import_applied_year", condition=~Q(state=State.APPLIED) | Q(year__isnull=False)),
            models.CheckConstraint(name="import_undone_when", condition=~Q(state=State.UNDONE) | Q(undone_at__isnull=False)),
            models.CheckConstraint(name="import_year", condition=Q(year__isnull=True) | Q(year__range=(1990, 2100))),
            models.CheckConstraint(name="import_percent", condition=Q(percent__lte=100)),
        ]
        indexes = [
            models.Index(fields=["landlord", "-year", "-applied_at"], name="import_current", condition=Q(state=State.APPLIED)),
            models.Index(fields=["landlord", "-at"], name="import_of_landlord"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.year})"


class Residence(models.Model):
    """An estate of a landlord, through all vintages.

    ``named_at`` and ``placed_at`` say that somebody gave its name or its point: files no longer change them.
    ``corrected_at`` is the last correction of any kind.
    A residence merged into another stays, for the past, and is no longer listed.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="residences")
    code = models.CharField("code", max_length=40, blank=True)
    name = models.CharField("nom", max_length=160)
    plain_name = models.CharField(max_length=200)
    sector = models.CharField("agence ou secteur", max_length=100, blank=True)
    commune = models.CharField("code INSEE", max_length=5, blank=True)
    commune_name = models.CharField("commune", max_length=60, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    built_year = models.PositiveSmallIntegerField("année de construction", null=True)
    first_source = models.ForeignKey(Import, models.PROTECT, related_name="+")
    last_source = models.ForeignKey(Import, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    brought = models.JSONField(null=True)
    """While merged into another: the groups and the placements (group, address) that came with it, to be taken back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="residence_point_whole",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
            ),
            models.CheckConstraint(
                name="residence_point_on_earth",
                condition=Q(lon__isnull=True) | Q(lon__range=(-180.0, 180.0), lat__range=(-90.0, 90.0)),
            ),
            models.CheckConstraint(name="residence_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
        ]
        indexes = [models.Index(fields=["landlord", "plain_name"], name="residence_by_name")]

    def __str__(self) -> str:
        return self.name


class ResidenceKey(models.Model):
    """The groups that a residence bears in files (``rules.grouping``): how it is found again in the next vintage."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="+")
    group_key = models.CharField(max_length=240)
    residence = models.ForeignKey(Residence, models.CASCADE, related_name="keys")
    source = models.ForeignKey(Import, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "group_key"], name="residence_key_once")]


class Placement(models.Model):
    """A correction made on screen: this group, at this address, is of this residence. Kept for the next vintages."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="+")
    group_key = models.CharField(max_length=240)
    address_key = models.CharField(max_length=240)
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="placements")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "group_key", "address_key"], name="placement_once")]


class Facts(models.Model):
    """One line of a vintage: a home, or in files by address or by residence the homes that the line counts.

    ``homes`` is 0 for a home that the file says has left the stock, and null where the file gives no count.
    ``group_key`` and ``address_key`` come from ``rules``; ``profile`` tells apart lines that bear no identifier.
    """

    line = models.PositiveIntegerField()
    rpls_id = models.CharField(max_length=10, blank=True)
    own_id = models.CharField(max_length=100, blank=True)
    profile = models.CharField(max_length=40)
    group_key = models.CharField(max_length=240)
    address_key = models.CharField(max_length=240, blank=True)
    homes = models.PositiveIntegerField(null=True)
    programme_code = models.CharField(max_length=40, blank=True)
    programme = models.CharField(max_length=100, blank=True)
    sector = models.CharField(max_length=100, blank=True)
    commune = models.CharField(max_length=5, blank=True)
    commune_name = models.CharField(max_length=60, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    address = models.CharField(max_length=200, blank=True)
    building = models.CharField(max_length=50, blank=True)
    staircase = models.CharField(max_length=20, blank=True)
    floor = models.CharField(max_length=20, blank=True)
    door = models.CharField(max_length=20, blank=True)
    tenure = models.CharField(max_length=1, blank=True, choices=_choices(codes.RIGHT))
    construction = models.CharField(max_length=1, blank=True, choices=_choices(codes.CONSTRUCTION))
    rooms = models.PositiveSmallIntegerField(null=True)
    area = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    built_year = models.PositiveSmallIntegerField(null=True)
    let_year = models.PositiveSmallIntegerField(null=True)
    entry_year = models.PositiveSmallIntegerField(null=True)
    financing = models.CharField(max_length=2, blank=True, choices=_choices(codes.FINANCING))
    convention = models.BooleanField(null=True)
    occupancy = models.CharField(max_length=1, blank=True, choices=_choices(codes.OCCUPANCY))
    lease_start = models.DateField(null=True)
    dpe_date = models.DateField(null=True)
    dpe = models.CharField(max_length=1, blank=True, choices=_choices(codes.CLASSES))
    ghg = models.CharField(max_length=1, blank=True, choices=_choices(codes.CLASSES))
    segment = models.CharField(max_length=50, blank=True)
    accessible = models.BooleanField(null=True)
    exit_reason = models.CharField(max_length=1, blank=True, choices=_choices(codes.EXIT))
    qpv_2015 = models.BooleanField(null=True)
    qpv_2024 = models.BooleanField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        abstract = True


class ReadLine(Facts):
    """A line read and not yet in the stock. ``match_id`` is the home of the current vintage that it continues."""

    source = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    match_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "line"], name="read_line_once")]


class Dwelling(Facts):
    """A line of a vintage that is in the stock. ``previous`` is the same home in the vintage it was compared with."""

    source = models.ForeignKey(Import, models.PROTECT, related_name="dwellings")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="dwellings")
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="next")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "line"], name="dwelling_once"),
            models.UniqueConstraint(fields=["source", "rpls_id"], condition=~Q(rpls_id=""), name="dwelling_rpls_once"),
        ]
        indexes = [
            models.Index(fields=["residence", "source"], name="dwelling_of_residence"),
            models.Index(fields=["source", "address_key"], name="dwelling_by_address"),
        ]


class ResidenceVintage(models.Model):
    """What one import says of a residence as a whole: its homes, and how many of them have a point on the map."""

    residence = models.ForeignKey(Residence, models.CASCADE, related_name="vintages")
    source = models.ForeignKey(Import, models.PROTECT, related_name="residence_vintages")
    homes = models.PositiveIntegerField(null=True)
    located = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["residence", "source"], name="residence_vintage_once"),
            models.CheckConstraint(
                name="residence_vintage_located", condition=Q(homes__isnull=True) | Q(located__lte=F("homes"))
            ),
        ]


class PriorityDistrict(models.Model):
    """A priority district (QPV) of one list, in force from a day to a day. ``shape`` is WKB, WGS 84, made valid.

    ``outline`` is the shape simplified for maps, as GeoJSON.
    """

    version = models.CharField(max_length=4, choices=[(v, v) for v in VERSIONS])
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=200)
    communes = models.JSONField(default=list)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    shape = models.BinaryField()
    outline = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="district_once_a_version"),
            models.CheckConstraint(name="district_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="district_box", condition=Q(west__lte=F("east")) & Q(south__lte=F("north"))),
        ]
        indexes = [models.Index(fields=["version", "west", "east"], name="district_by_box")]

    def __str__(self) -> str:
        return f"{self.label} ({self.code})"


class DistrictStanding(models.Model):
    """How many homes of a residence, in one vintage, are in a district of one list, and how it is known.

    ``inside`` counts among the ``known`` homes. ``retained`` marks the method that the pages show: contours where homes
    have a point, what was declared otherwise. Both are kept, so that a disagreement can be seen.
    """

    residence = models.ForeignKey(Residence, models.CASCADE, related_name="standings")
    source = models.ForeignKey(Import, models.PROTECT, related_name="+")
    version = models.CharField(max_length=4, choices=[(v, v) for v in VERSIONS])
    method = models.CharField(max_length=10, choices=[(m.value, m.label) for m in Method])
    inside = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    retained = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["residence", "source", "version", "method"], name="standing_once"),
            models.UniqueConstraint(
                fields=["residence", "source", "version"], condition=Q(retained=True), name="standing_retained_once"
            ),
            models.CheckConstraint(name="standing_share", condition=Q(inside__lte=F("known"))),
        ]


class ResidenceDistrict(models.Model):
    """The homes of a residence, in one vintage, that are within the contours of one district."""

    standing = models.ForeignKey(DistrictStanding, models.CASCADE, related_name="districts")
    district = models.ForeignKey(PriorityDistrict, models.PROTECT, related_name="residences")
    homes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standing", "district"], name="residence_district_once"),
            models.CheckConstraint(name="residence_district_some", condition=Q(homes__gt=0)),
        ]
