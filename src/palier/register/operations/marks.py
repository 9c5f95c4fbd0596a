"""What one may do with the mark: declare where it is shown, confirm that it was removed, keep the kit."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.documents import operations as documents
from palier.documents.models import Document, Version
from palier.documents.operations import Received
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.register import queries
from palier.register.models import Licence, MarkUse
from palier.register.rules.marks import Support
from palier.verdict import Refusal, no, require


@transaction.atomic
def declare_use(
    *, licence: Licence, support: Support, place: str, since: date, by: Person, at: datetime, picture: Received | None = None
) -> MarkUse:
    """Say where the mark is shown, since when, with a picture.

    Raises:
        Refusal: when the mark may not be used, or when the day or the place does not hold.
    """
    licence = Licence.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=licence.pk)
    require(queries.may_use(licence=licence, landlord=licence.landlord_id))
    if not place.strip():
        raise Refusal(no("register.place_missing", "Dites où la marque est montrée, par exemple l’adresse du site."))
    if not licence.starts_on <= since <= paris_day(at):
        raise Refusal(
            no("register.since", f"Indiquez un jour entre le {licence.starts_on:%d/%m/%Y}, début du droit, et aujourd’hui.")
        )
    kept: Version | None = None
    if picture is not None:
        title = f"Marque : {place.strip()}"[:200]
        kept = documents.keep(
            received=picture,
            landlord=licence.landlord,
            title=title,
            kind="photo",
            by=by,
            at=at,
            audience=Audience.LANDLORD,
        )
    use = MarkUse.objects.create(
        licence=licence,
        support=support,
        place=place.strip(),
        since=since,
        picture=kept.document if kept else None,
        declared_by=by,
        declared_at=at,
    )
    _remember(use, "use_declared", f"a déclaré un usage de la marque : {_words(use)}.", by, at)
    return use


@transaction.atomic
def confirm_removal(*, use: MarkUse, on: date, by: Person, at: datetime) -> None:
    """Say that the mark was removed from a support, on a day.

    Raises:
        Refusal: when it was said already, or when the day does not hold.
    """
    if not use.since <= on <= paris_day(at):
        raise Refusal(no("register.removed_on", f"Indiquez un jour entre le {use.since:%d/%m/%Y} et aujourd’hui."))
    if not MarkUse.objects.filter(pk=use.pk, removed_on__isnull=True).update(removed_on=on, removed_by=by):
        raise Refusal(no("register.removed", "Ce retrait est déjà confirmé."))
    _remember(use, "use_removed", f"a confirmé le retrait de la marque le {on:%d/%m/%Y} : {_words(use)}.", by, at)


def _words(use: MarkUse) -> str:
    return f"{Support(use.support).label.lower()}, {use.place}"


def _remember(use: MarkUse, act: str, summary: str, by: Person, at: datetime) -> None:
    record(
        act=f"register.{act}",
        by=by.pk,
        at=at,
        on=("register.mark_use", use.pk),
        landlord=use.licence.landlord_id,
        summary=summary,
        facts={"support": use.support, "place": use.place},
        audience=Audience.LANDLORD,
    )


@transaction.atomic
def add_to_kit(*, received: Received, title: str, by: Person, at: datetime) -> Version:
    """Add a file to the kit of the mark, or a new version of the file that has the same title."""
    known = next((one for one in queries.kit() if one.title.casefold() == title.strip().casefold()), None)
    return documents.keep(
        received=received,
        landlord=None,
        title=title,
        kind=queries.MARK_KIND,
        by=by,
        at=at,
        document=known,
        audience=Audience.SCHEME,
    )


@transaction.atomic
def withdraw_from_kit(*, document: Document, by: Person, at: datetime) -> None:
    """Hand out a file of the kit no longer; its versions stay in the history.

    Raises:
        Refusal: when it was withdrawn already.
    """
    documents.withdraw(document=document, because="Retiré du kit de la marque", by=by, at=at)
