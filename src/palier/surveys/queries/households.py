"""Households of a landlord, their objections, the files they came in. ``landlord`` is always said."""

from __future__ import annotations

from collections.abc import Iterable

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
    return household.pk in objecting(landlord=household.landlord_id, among=[household])


def objecting(*, landlord: int, among: Iterable[Household]) -> set[int]:
    """Those that object among households of a landlord, as keys. One SQL query."""
    digests = {home.pk: {*contact_digests(landlord, home.email), *contact_digests(landlord, home.phone)} for home in among}
    known = set().union(*digests.values())
    found = live_objections().filter(
        Q(household__in=digests) | Q(landlord=landlord, email_digest__in=known) | Q(landlord=landlord, phone_digest__in=known)
    )
    said = {mark for row in found.values_list("household", "email_digest", "phone_digest") for mark in row}
    return {home for home, own in digests.items() if home in said or own & said}


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
