"""Households of a landlord, their objections, the files they came in. ``landlord`` is always said."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from palier.directory.models import Landlord
from palier.directory.rules import plain
from palier.surveys.models import FrameFile, FrameMapping, Household, Objection
from palier.surveys.sealing import contact_digests


def live_objections() -> QuerySet[Objection]:
    """The objections that hold."""
    return Objection.objects.filter(lifted_at__isnull=True)


def households(*, landlord: Landlord | int, words: str = "", gone: bool = False) -> QuerySet[Household]:
    """The households of a landlord, by residence then reference, with ``objecting`` beside each; or those that have left.

    ``words`` looks among references, names, contacts, agencies and residences.
    """
    found = Household.objects.filter(landlord=landlord, left_on__isnull=not gone).select_related("residence")
    for word in words.split():
        found = found.filter(
            Q(reference__icontains=word)
            | Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(phone__endswith=word.replace(" ", "").lstrip("0") or word)
            | Q(agency__icontains=word)
            | Q(residence__plain_name__contains=plain(word))
        )
    objections = live_objections().filter(household=OuterRef("pk"))
    return found.annotate(objecting=Exists(objections)).order_by("residence__plain_name", "reference")


def objects(household: Household) -> bool:
    """Whether a household objects, by itself or by a contact that objected under another reference."""
    emails = contact_digests(household.landlord_id, household.email)
    phones = contact_digests(household.landlord_id, household.phone)
    return (
        live_objections()
        .filter(
            Q(household=household)
            | Q(landlord=household.landlord_id, email_digest__in=emails)
            | Q(landlord=household.landlord_id, phone_digest__in=phones)
        )
        .exists()
    )


def objections(*, landlord: Landlord | int) -> QuerySet[Objection]:
    """The objections of a landlord, latest first, those that were lifted included."""
    found = Objection.objects.filter(landlord=landlord).select_related("household__residence", "by", "lifted_by")
    return found.order_by("-at", "-pk")


def frame_files(*, landlord: Landlord | int) -> QuerySet[FrameFile]:
    """The files of tenants of a landlord, latest first."""
    return FrameFile.objects.filter(landlord=landlord).select_related("landlord", "by", "applied_by").order_by("-at", "-pk")


def frame_mappings(*, landlord: Landlord | int) -> QuerySet[FrameMapping]:
    """The columns a landlord saved, latest first."""
    return FrameMapping.objects.filter(landlord=landlord).select_related("saved_by").order_by("-saved_at", "-pk")
