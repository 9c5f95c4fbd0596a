"""Drafting and publishing the scheme's rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.label.models import RuleSetVersion
from palier.label.queries import shipped_rule_sets
from palier.label.rules.rulesets import parse
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import YES, Conflict, Refusal, Remedy, Verdict, no, require


@transaction.atomic
def draft_rule_set(*, data: Mapping[str, Any], effective_from: date, by: Person | None, at: datetime) -> RuleSetVersion:
    """Draft the next version of a rule set.

    Raises:
        Conflict: when a draft already waits.
        Refusal: naming every place of the data that does not hold.
    """
    rules = parse(data)
    last = RuleSetVersion.objects.filter(code=rules.code).order_by("-number").first()
    if last and last.published_at is None:
        raise Conflict(no("label.draft_waits", f"La version {last.number} est déjà en préparation : modifiez-la."), last)
    draft = RuleSetVersion.objects.create(
        code=rules.code,
        number=last.number + 1 if last else 1,
        title=rules.title,
        data=dict(data),
        effective_from=effective_from,
        drafted_by=by,
        drafted_at=at,
    )
    _record(draft, "rules_drafted", by, at, "a préparé")
    return draft


@transaction.atomic
def change_draft(
    *,
    draft: RuleSetVersion,
    over: datetime | None,
    data: Mapping[str, Any],
    effective_from: date,
    by: Person,
    at: datetime,
) -> RuleSetVersion:
    """Change a version that is not yet published, over what was read: the draft written at the instant ``over``.

    Raises:
        Conflict: when it was written again since.
        Refusal: when it is published or dropped, or naming every place of the data that does not hold.
    """
    draft = _locked(draft)
    rules = parse(data)
    if draft.drafted_at != over:
        raise Conflict(no("label.draft_changed", "Ce brouillon a changé pendant que vous écriviez."), draft)
    draft.title, draft.data, draft.effective_from, draft.drafted_by, draft.drafted_at = (
        rules.title,
        dict(data),
        effective_from,
        by,
        at,
    )
    draft.save(update_fields=["title", "data", "effective_from", "drafted_by", "drafted_at"])
    _record(draft, "rules_draft_changed", by, at, "a modifié")
    return draft


@transaction.atomic
def drop_draft(*, draft: RuleSetVersion, by: Person, at: datetime) -> None:
    """Drop a draft: nothing of it took effect, its text stays in the ledger, and its number is free for the next.

    Raises:
        Refusal: when it is published, or was put on the agenda of a committee.
    """
    draft = _locked(draft)
    _record(draft, "rules_draft_dropped", by, at, "a abandonné")
    try:
        draft.delete()
    except ProtectedError as kept:
        text = "Ce brouillon est ou a été à l’ordre du jour d’un comité : il reste. Modifiez-le pour le présenter de nouveau."
        raise Refusal(no("label.rules_on_agenda", text)) from kept


def _locked(draft: RuleSetVersion) -> RuleSetVersion:
    found = RuleSetVersion.objects.select_for_update().filter(pk=draft.pk).first()
    if found is None:
        raise Refusal(no("label.rules_dropped", "Ce brouillon a été abandonné entre-temps."))
    if found.published_at is not None:
        raise Refusal(no("label.rules_published", "Cette version est publiée : elle ne change plus. Préparez la suivante."))
    return found


def _record(draft: RuleSetVersion, act: str, by: Person | None, at: datetime, verb: str) -> None:
    """A draft's line: for the label's team, as the draft itself."""
    record(
        act=f"label.{act}",
        by=by.pk if by else None,
        at=at,
        on=("label.rule_set", draft.pk),
        landlord=None,
        summary=f"{verb} le brouillon des règles « {draft.title} », version {draft.number}.",
        facts={"code": draft.code, "effective_from": draft.effective_from.isoformat(), "data": draft.data},
        audience=Audience.SCHEME,
    )


def may_take_effect(*, draft: RuleSetVersion, on: date | None) -> Verdict:
    """Whether a draft may be published for its day: not past, looked at ``on`` a day, nor before a published version's."""
    mend = Remedy("Modifier le brouillon", "rule_set_change", {"version_id": draft.pk})
    if on is not None and draft.effective_from < on:
        return no(
            "label.rules_past",
            f"La date d’effet, le {draft.effective_from:%d/%m/%Y}, est passée : choisissez une date à partir d’aujourd’hui.",
            mend,
        )
    later = RuleSetVersion.objects.filter(
        code=draft.code, published_at__isnull=False, effective_from__gt=draft.effective_from
    ).first()
    if later is None:
        return YES
    return no(
        "label.rules_order",
        f"La version {later.number} prend effet le {later.effective_from:%d/%m/%Y} : choisissez une date qui la suit.",
        mend,
    )


@transaction.atomic
def publish_rule_set(
    *, draft: RuleSetVersion, by: Person | None, at: datetime, effective_from: date | None = None
) -> RuleSetVersion:
    """Put a version in force from its day, or from another that was voted. Journeys already open keep theirs.

    Raises:
        Refusal: when it is already published, or would take effect before an earlier version of the same rules, or, by
            a person, on a day that is past.
    """
    draft = _locked(draft)
    draft.effective_from = effective_from or draft.effective_from
    require(may_take_effect(draft=draft, on=paris_day(at) if by is not None else None))
    draft.published_at = at
    draft.save(update_fields=["published_at", "effective_from"])
    record(
        act="label.rules_published",
        by=by.pk if by else None,
        at=at,
        on=("label.rule_set", draft.pk),
        landlord=None,
        summary=f"a publié les règles « {draft.title} », version {draft.number}, en vigueur le {draft.effective_from:%d/%m/%Y}.",
        facts={"data": draft.data},
    )
    return draft


@transaction.atomic
def load_shipped(*, effective_from: date, at: datetime) -> int:
    """Publish the rule sets that come with Palier and are not there yet; how many were."""
    known = set(RuleSetVersion.objects.values_list("code", flat=True))
    fresh = [data for data in shipped_rule_sets() if data["code"] not in known]
    for data in fresh:
        draft = draft_rule_set(data=data, effective_from=effective_from, by=None, at=at)
        publish_rule_set(draft=draft, by=None, at=at)
    return len(fresh)
