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
from palier.verdict import Conflict, Refusal, no


@transaction.atomic
def draft_terms(
    *, committee: Committee, data: Mapping[str, Any], effective_from: date, by: Person | None, at: datetime
) -> TermsVersion:
    """Draft a committee's next terms.

    Raises:
        Conflict: when a draft already waits.
        Refusal: naming every place of the data that does not hold, or when it could not be published for that day.
    """
    parse(data)
    last = committee.terms.order_by("-number").first()
    if last and last.published_at is None:
        raise Conflict(no("committee.draft_waits", f"La version {last.number} est déjà en préparation : modifiez-la."), last)
    _require_next(committee, effective_from, at)
    draft = TermsVersion.objects.create(
        committee=committee,
        number=last.number + 1 if last else 1,
        data=dict(data),
        effective_from=effective_from,
        drafted_by=by,
        drafted_at=at,
    )
    _record(draft, "terms_drafted", "a préparé", by, at)
    return draft


def _record(draft: TermsVersion, act: str, did: str, by: Person | None, at: datetime) -> None:
    record(
        act=f"committee.{act}",
        by=by.pk if by else None,
        at=at,
        on=("committee.terms", draft.pk),
        landlord=None,
        summary=f"{did} les règles de délibération n° {draft.number} de « {draft.committee.name} », pour le "
        f"{draft.effective_from:%d/%m/%Y}.",
        facts={"committee": draft.committee_id, "data": draft.data, "effective_from": draft.effective_from.isoformat()},
        audience=Audience.SCHEME,
    )


@transaction.atomic
def change_terms(
    *,
    draft: TermsVersion,
    over: datetime | None,
    data: Mapping[str, Any],
    effective_from: date,
    by: Person,
    at: datetime,
) -> TermsVersion:
    """Change a version that is not yet published, over what was read: the draft written at the instant ``over``.

    Raises:
        Conflict: when it was written again since.
        Refusal: when it is published, naming every place of the data that does not hold, or when it could not be published for
            that day.
    """
    parse(data)
    draft = TermsVersion.objects.select_for_update(of=("self",)).select_related("drafted_by", "committee").get(pk=draft.pk)
    if draft.published_at is not None:
        raise Refusal(no("committee.terms_published", "Cette version est publiée : elle ne change plus. Préparez la suivante."))
    if draft.drafted_at != over:
        raise Conflict(no("committee.draft_changed", "Ce brouillon a changé pendant que vous écriviez."), draft)
    _require_next(draft.committee, effective_from, at)
    draft.data, draft.effective_from, draft.drafted_by, draft.drafted_at = dict(data), effective_from, by, at
    draft.save(update_fields=["data", "effective_from", "drafted_by", "drafted_at"])
    _record(draft, "terms_changed", "a modifié", by, at)
    return draft


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
    _require_next(committee, draft.effective_from, at)
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


def _require_next(committee: Committee, day: date, at: datetime) -> None:
    """Go on only for a day that follows those of every published version, and is not past once there is one.

    Raises:
        Refusal: for any other day.
    """
    last = committee.terms.filter(published_at__isnull=False).order_by("-effective_from").first()
    if last is None:
        return
    today = paris_day(at)
    if day <= last.effective_from and today <= last.effective_from:
        raise Refusal(
            no(
                "committee.terms_order",
                f"La version {last.number} prend effet le {in_words(last.effective_from)} : choisissez une date qui la suit.",
            )
        )
    if day < today:
        raise Refusal(
            no("committee.terms_past", "Des règles ne changent pas le passé : choisissez aujourd’hui ou une date à venir.")
        )
