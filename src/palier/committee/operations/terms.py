"""Drafting and publishing a committee's terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.committee.models import Committee, TermsVersion
from palier.committee.rules.terms import parse
from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import Refusal, no


@transaction.atomic
def draft_terms(
    *, committee: Committee, data: Mapping[str, Any], effective_from: date, by: Person | None, at: datetime
) -> TermsVersion:
    """Draft a committee's next terms.

    Raises:
        Refusal: naming every place of the data that does not hold, or when a draft already waits.
    """
    parse(data)
    last = committee.terms.order_by("-number").first()
    if last and last.published_at is None:
        raise Refusal(no("committee.draft_waits", f"La version {last.number} est déjà en préparation : modifiez-la."))
    return TermsVersion.objects.create(
        committee=committee,
        number=last.number + 1 if last else 1,
        data=dict(data),
        effective_from=effective_from,
        drafted_by=by,
        drafted_at=at,
    )


@transaction.atomic
def change_terms(
    *, draft: TermsVersion, data: Mapping[str, Any], effective_from: date, by: Person, at: datetime
) -> TermsVersion:
    """Change a version that is not yet published.

    Raises:
        Refusal: when it is published, or naming every place of the data that does not hold.
    """
    parse(data)
    changes = {"data": dict(data), "effective_from": effective_from, "drafted_by": by, "drafted_at": at}
    if not TermsVersion.objects.filter(pk=draft.pk, published_at__isnull=True).update(**changes):
        raise Refusal(no("committee.terms_published", "Cette version est publiée : elle ne change plus. Préparez la suivante."))
    return TermsVersion.objects.get(pk=draft.pk)


@transaction.atomic
def publish_terms(*, draft: TermsVersion, by: Person | None, at: datetime) -> TermsVersion:
    """Put terms in force from their day; what was decided before keeps its own.

    Raises:
        Refusal: when they are already published, would change the past, or would come before other published ones.
    """
    draft = TermsVersion.objects.select_for_update().select_related("committee").get(pk=draft.pk)
    committee = draft.committee
    if draft.published_at is not None:
        raise Refusal(no("committee.terms_published", "Cette version est déjà publiée."))
    if draft.number > 1 and draft.effective_from < paris_day(at):
        raise Refusal(
            no("committee.terms_past", "Des règles ne changent pas le passé : choisissez aujourd’hui ou une date à venir.")
        )
    later = committee.terms.filter(published_at__isnull=False, effective_from__gte=draft.effective_from).first()
    if later:
        raise Refusal(
            no(
                "committee.terms_order",
                f"La version {later.number} prend effet le {in_words(later.effective_from)} : choisissez une date qui la suit.",
            )
        )
    draft.published_at = at
    draft.save(update_fields=["published_at"])
    record(
        act="committee.terms_published",
        by=by.pk if by else None,
        at=at,
        on=("committee.terms", draft.pk),
        landlord=None,
        summary=f"a publié les règles de délibération n° {draft.number} de « {committee.name} », en vigueur le "
        f"{draft.effective_from:%d/%m/%Y}.",
        facts={"committee": committee.pk, "data": draft.data},
        audience=Audience.FILE,
    )
    return draft
