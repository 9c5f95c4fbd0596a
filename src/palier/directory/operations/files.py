"""Opening a landlord's file to other organisations, and closing it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Landlord, Organisation, Person, Relation, dated
from palier.directory.rules import Kind, Role
from palier.ledger.operations import record
from palier.verdict import Refusal, no

STOCK = "stock"
"""Source of the relation of a tenants' association present in a landlord's stock."""


@transaction.atomic
def open_file(
    *,
    landlord: Landlord,
    holder: Organisation,
    role: Role,
    source: str,
    by: Person | None,
    at: datetime,
    person: Person | None = None,
) -> Relation:
    """Open a landlord's file to those who hold a role in another organisation (or to one person there), from today.

    Opening twice for the same source changes nothing.
    """
    today = paris_day(at)
    same = Relation.objects.filter(landlord=landlord, holder=holder, person=person, role=role, source=source)
    relation = same.filter(dated(today)).select_for_update().first()
    if relation is not None and relation.ends_on is None:
        return relation
    if relation is None:
        relation = Relation(landlord=landlord, holder=holder, person=person, role=role, source=source, starts_on=today)
    relation.ends_on = None
    relation.save()
    record(
        act="directory.file_opened",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", landlord.pk),
        landlord=landlord.pk,
        summary=f"a ouvert le dossier à {holder.name} ({role.label}).",
        facts={"holder": holder.pk, "role": role.value, "source": source},
    )
    return relation


@transaction.atomic
def close_file(*, relation: Relation, by: Person | None, at: datetime, on: date | None = None) -> None:
    """Close a landlord's file to those it was opened to: the day after ``on`` (today by default) they no longer see it."""
    last = relation.ends_on = max(on or paris_day(at), relation.starts_on)
    later = f"a fixé au {in_words(last)} la fermeture du dossier" if last > paris_day(at) else "a fermé le dossier"
    relation.save(update_fields=["ends_on"])
    record(
        act="directory.file_closed",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", relation.landlord_id),
        landlord=relation.landlord_id,
        summary=f"{later} à {relation.holder.name} ({Role(relation.role).label}).",
        facts={
            "holder": relation.holder_id,
            "role": relation.role,
            "source": relation.source,
            "ends_on": last.isoformat(),
        },
    )


def add_association(*, landlord: Landlord, association: Organisation, by: Person | None, at: datetime) -> Relation:
    """Say that a tenants' association is present in the landlord's stock: its representatives see the file.

    Raises:
        Refusal: when the organisation is not a tenants' association.
    """
    if association.kind != Kind.TENANTS_ASSOCIATION:
        raise Refusal(no("directory.not_an_association", f"{association.name} n’est pas une association de locataires."))
    return open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source=STOCK, by=by, at=at)


@transaction.atomic
def remove_association(*, landlord: Landlord, association: Organisation, by: Person | None, at: datetime) -> None:
    """Say that a tenants' association is no longer present: from tomorrow its representatives do not see the file.

    Raises:
        Refusal: when it is not present.
    """
    present = Relation.objects.filter(
        dated(paris_day(at)), landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, ends_on__isnull=True
    )
    if not present.exists():
        raise Refusal(no("directory.not_present", f"{association.name} n’est pas présente dans ce patrimoine."))
    for relation in present.select_related("holder"):
        close_file(relation=relation, by=by, at=at)
