"""Opening a landlord's file to other organisations, and closing it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Exclusion, Landlord, Organisation, Person, Relation, dated
from palier.directory.rules import Kind, Role
from palier.french import linked
from palier.ledger.operations import record
from palier.ledger.rules import Audience
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
        summary=f"a ouvert le dossier {linked('à', holder.name)} ({role.label}).",
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
        summary=f"{later} {linked('à', relation.holder.name)} ({Role(relation.role).label}).",
        facts={
            "holder": relation.holder_id,
            "role": relation.role,
            "source": relation.source,
            "ends_on": last.isoformat(),
        },
    )


@transaction.atomic
def shut_out(*, landlord: Landlord, people: Collection[int], by: Person, at: datetime) -> None:
    """Close a landlord's file to people whatever they are elsewhere, until ``let_back_in``. Twice changes nothing."""
    already = Exclusion.objects.filter(landlord=landlord, ended_at__isnull=True).values_list("person", flat=True)
    for person in Person.objects.filter(pk__in=set(people) - set(already)).order_by("pk"):
        Exclusion.objects.create(landlord=landlord, person=person, at=at)
        _record_exclusion("shut_out", f"a fermé le dossier à {person.name}.", landlord, person, by, at)


@transaction.atomic
def let_back_in(*, landlord: Landlord, but: Collection[int], by: Person, at: datetime) -> None:
    """Open a landlord's file again to who was shut out of it, some excepted."""
    ended = Exclusion.objects.filter(landlord=landlord, ended_at__isnull=True).exclude(person__in=but).select_related("person")
    for exclusion in ended:
        exclusion.ended_at = at
        exclusion.save(update_fields=["ended_at"])
        person = exclusion.person
        _record_exclusion("let_back_in", f"a rouvert le dossier à {person.name}.", landlord, person, by, at)


def _record_exclusion(act: str, summary: str, landlord: Landlord, person: Person, by: Person, at: datetime) -> None:
    record(
        act=f"directory.{act}",
        by=by.pk,
        at=at,
        on=("directory.organisation", landlord.pk),
        landlord=landlord.pk,
        summary=summary,
        facts={"person": person.pk},
        audience=Audience.SCHEME,
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
