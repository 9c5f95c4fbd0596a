"""Entering organisations and keeping their sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from palier.calendar import paris_day
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import roles
from palier.directory.rules import SCHEME_ROLES, Kind, LandlordType, plain, siren
from palier.french import linked
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import Conflict, Refusal, no, require

LANDLORD_FIELDS = {
    "name": "le nom",
    "siren": "le SIREN",
    "landlord_type": "la famille",
    "federation_id": "la fédération",
    "regional_association_id": "l’association régionale",
    "declared_dwellings": "le nombre de logements",
}


@transaction.atomic
def add_organisation(
    *,
    kind: Kind,
    name: str,
    by: Person | None,
    at: datetime,
    siren_number: str = "",
    of_landlord: Landlord | None = None,
) -> Organisation:
    """Enter an organisation that is not a landlord; one entered for a landlord is known to no other.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
    """
    number = _checked_siren(siren_number, by, at)
    organisation = Organisation.objects.create(
        kind=kind, name=name.strip(), plain_name=plain(name), siren=number, created_at=at, of_landlord=of_landlord
    )
    record(
        act="directory.organisation_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=None,
        summary=f"a inscrit {organisation.name} ({kind.label.lower()}).",
        audience=Audience.SCHEME,
    )
    return organisation


@transaction.atomic
def add_landlord(
    *,
    name: str,
    siren_number: str,
    landlord_type: LandlordType,
    by: Person | None,
    at: datetime,
    federation: Organisation | None = None,
    regional_association: Organisation | None = None,
    declared_dwellings: int = 0,
) -> Landlord:
    """Enter a landlord.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
    """
    landlord = Landlord.objects.create(
        kind=Kind.LANDLORD,
        name=name.strip(),
        plain_name=plain(name),
        siren=_checked_siren(siren_number, by, at),
        created_at=at,
        landlord_type=landlord_type,
        federation=federation,
        regional_association=regional_association,
        declared_dwellings=declared_dwellings,
    )
    record(
        act="directory.landlord_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", landlord.pk),
        landlord=landlord.pk,
        summary=f"a inscrit l’organisme {landlord.name}.",
        facts={"siren": landlord.siren, "type": landlord_type.value},
    )
    return landlord


@transaction.atomic
def update_organisation(
    *, organisation: Organisation, revision: int, name: str, siren_number: str, by: Person, at: datetime
) -> Organisation:
    """Change the sheet of an organisation that is not a landlord, as it stood at ``revision``.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
        Conflict: when somebody changed the sheet meanwhile; ``theirs`` is the sheet as it stands.
    """
    changes = {"name": name.strip(), "plain_name": plain(name), "siren": _checked_siren(siren_number, by, at, organisation)}
    changed = Organisation.objects.filter(pk=organisation.pk, revision=revision).update(revision=F("revision") + 1, **changes)
    stands = Organisation.objects.get(pk=organisation.pk)
    if not changed:
        raise _stale(stands)
    record(
        act="directory.organisation_updated",
        by=by.pk,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=None,
        summary=f"a modifié la fiche {linked('de', stands.name)}.",
        facts={"before": {"name": organisation.name, "siren": organisation.siren}, "after": _plain(changes)},
        audience=Audience.SCHEME,
    )
    return stands


@transaction.atomic
def update_landlord(
    *,
    landlord: Landlord,
    revision: int,
    name: str,
    siren_number: str,
    landlord_type: LandlordType,
    federation: Organisation | None,
    regional_association: Organisation | None,
    declared_dwellings: int,
    by: Person,
    at: datetime,
) -> Landlord:
    """Change a landlord's sheet, as it stood at ``revision``. Nothing is written when nothing changes.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
        Conflict: when somebody changed the sheet meanwhile; ``theirs`` is the sheet as it stands.
    """
    before = Landlord.objects.get(pk=landlord.pk)
    asked = {
        "name": name.strip(),
        "siren": _checked_siren(siren_number, by, at, landlord),
        "landlord_type": landlord_type.value,
        "federation_id": federation.pk if federation else None,
        "regional_association_id": regional_association.pk if regional_association else None,
        "declared_dwellings": declared_dwellings,
    }
    changes = {field: value for field, value in asked.items() if getattr(before, field) != value}
    if before.revision != revision:
        raise _stale(before)
    if not changes:
        return before
    held = Organisation.objects.filter(pk=landlord.pk, revision=revision).update(
        revision=F("revision") + 1, plain_name=plain(name), name=asked["name"], siren=asked["siren"]
    )
    stands = Landlord.objects.get(pk=landlord.pk)
    if not held:
        raise _stale(stands)
    Landlord.objects.filter(pk=landlord.pk).update(**{k: v for k, v in asked.items() if k not in {"name", "siren"}})
    stands.refresh_from_db()
    record(
        act="directory.landlord_updated",
        by=by.pk,
        at=at,
        on=("directory.organisation", landlord.pk),
        landlord=landlord.pk,
        summary=f"a modifié la fiche de l’organisme : {', '.join(LANDLORD_FIELDS[field] for field in changes)}.",
        facts={"before": {field: getattr(before, field) for field in changes}, "after": _plain(changes)},
    )
    return stands


def _stale(stands: Organisation) -> Conflict:
    return Conflict(
        no(
            "directory.sheet_changed",
            "La fiche n’est pas enregistrée : quelqu’un l’a modifiée entre-temps. Rien n’est perdu : relisez-la, puis recommencez.",
        ),
        theirs=stands,
    )


def _plain(changes: Mapping[str, object]) -> dict[str, object]:
    return {field: value for field, value in changes.items() if field != "plain_name"}


def _checked_siren(number: str, by: Person | None, at: datetime, whose: Organisation | None = None) -> str:
    """Its digits. Whose it is already is said to the label's team alone: a landlord knows of no other."""
    digits = "".join(c for c in number if c.isdigit())
    if not number.strip():
        return ""
    require(siren(number))
    others = Organisation.objects.filter(siren=digits)
    if other := (others.exclude(pk=whose.pk) if whose else others).first():
        knows = by is None or roles(person=by, on=paris_day(at)) & SCHEME_ROLES
        of_whom = linked("de", other.name) if knows else "d’un autre organisme : vérifiez-le, ou écrivez à l’équipe du label"
        raise Refusal(no("directory.siren_taken", f"Ce SIREN est déjà celui {of_whom}."))
    return digits
