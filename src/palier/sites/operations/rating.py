"""What one may do in the rating of the stock: open, entrust, rate, declare priority sites, close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.directory.models import Landlord, Person
from palier.frameworks import queries as grids
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sites import queries
from palier.sites.models import PrioritySite, RatingCampaign, SiteRating
from palier.sites.rules import (
    GRID,
    SUBJECT,
    Level,
    RatingFacts,
    diagnosed,
    list_confirmable,
    may_rate,
    rating_complete,
    reasoned,
)
from palier.stock.models import Residence
from palier.verdict import Conflict, Reason, Refusal, Verdict, no, require


@dataclass(frozen=True, slots=True)
class Given:
    """The level that somebody gives a residence, on the revision they had under their eyes."""

    residence: int
    level: Level
    reasons: str = ""
    revision: int = 0


@transaction.atomic
def open_campaign(*, landlord: Landlord, cycle: int, by: Person | None, at: datetime) -> RatingCampaign:
    """Open the rating of a landlord's stock for one cycle. Opening twice changes nothing."""
    campaign, created = RatingCampaign.objects.get_or_create(
        landlord=landlord, cycle=cycle, defaults={"opened_at": at, "opened_by": by}
    )
    if created:
        _record(campaign, "rating_opened", by=by, at=at, summary="a ouvert la cotation du patrimoine.", facts={"cycle": cycle})
    return campaign


@transaction.atomic
def entrust(*, campaign: RatingCampaign, residences: Collection[int], to: Person | None, by: Person, at: datetime) -> int:
    """Ask somebody of the team to rate residences, or take them back (``to`` None); how many residences.

    Raises:
        Refusal: when the rating is closed, or a residence is not of this landlord's stock.
    """
    _require_open(campaign)
    chosen = _of_stock(campaign, residences)
    known = _rows(campaign, chosen)
    SiteRating.objects.bulk_create(
        SiteRating(campaign=campaign, residence_id=pk, entrusted_to=to) for pk in chosen if pk not in known
    )
    SiteRating.objects.filter(pk__in=[row.pk for row in known.values()]).update(entrusted_to=to)
    count = _count(len(chosen), "résidence")
    summary = f"a confié à {to.name} la cotation de {count}." if to else f"a repris la cotation de {count}."
    _record(
        campaign,
        "rating_entrusted",
        by=by,
        at=at,
        summary=summary,
        facts={"to": to.pk if to else None, "residences": sorted(chosen)},
    )
    return len(chosen)


@transaction.atomic
def rate(*, campaign: RatingCampaign, given: Sequence[Given], by: Person, at: datetime, only_entrusted: bool = False) -> int:
    """Confirm the level of one or many residences, all or nothing; how many changed.

    ``only_entrusted`` limits the person to the residences entrusted to them.

    Raises:
        Refusal: when the rating is closed, a level lacks its reasons, or a residence is not theirs to rate.
        Conflict: when somebody rated one of them meanwhile; ``theirs`` is that rating.
    """
    _require_open(campaign)
    names = _of_stock(campaign, [one.residence for one in given])
    lacking = [
        Reason(reason.code, f"{names[one.residence]} : {reason.sentence}")
        for one in given
        for reason in reasoned(one.level, one.reasons).reasons
    ]
    require(Verdict(tuple(lacking)))
    rows = _rows(campaign, names)
    if only_entrusted and any(one.residence not in rows or rows[one.residence].entrusted_to_id != by.pk for one in given):
        raise Refusal(no("sites.not_entrusted", "Vous cotez les résidences qui vous sont confiées, et elles seules."))
    changed = [one for one in given if _differs(rows.get(one.residence), one)]
    for one in changed:
        _confirm(campaign, rows.get(one.residence), one, names[one.residence], by=by, at=at)
    if changed:
        facts = {"levels": {str(one.residence): one.level.value for one in changed}}
        _record(campaign, "rated", by=by, at=at, summary=_said(changed, names), facts=facts)
    return len(changed)


def _differs(row: SiteRating | None, one: Given) -> bool:
    return row is None or (row.level, row.reasons) != (one.level, one.reasons.strip())


def _confirm(campaign: RatingCampaign, row: SiteRating | None, one: Given, name: str, *, by: Person, at: datetime) -> None:
    values = {"level": one.level, "reasons": one.reasons.strip(), "confirmed_by": by, "confirmed_at": at}
    if row is None:
        SiteRating.objects.create(campaign=campaign, residence_id=one.residence, revision=1, **values)
        return
    if not SiteRating.objects.filter(pk=row.pk, revision=one.revision).update(revision=one.revision + 1, **values):
        theirs = SiteRating.objects.select_related("confirmed_by").get(pk=row.pk)
        who = theirs.confirmed_by.name if theirs.confirmed_by else "Quelqu’un"
        said = Level(theirs.level).label.lower() if theirs.level else "à coter"
        raise Conflict(
            no(
                "sites.rated_meanwhile",
                f"{name} : {who} a indiqué « {said} » entre-temps. Rien n’est enregistré.",
            ),
            theirs,
        )


def _said(changed: Sequence[Given], names: dict[int, str]) -> str:
    if len(changed) == 1:
        return f"a coté {names[changed[0].residence]} : {changed[0].level.label.lower()}."
    counts = Counter(one.level for one in changed)
    parts = ", ".join(f"{level.label.lower()} {counts[level]}" for level in Level if counts[level])
    return f"a coté {len(changed)} résidences : {parts}."


@transaction.atomic
def declare_priority(
    *, landlord: Landlord, residence: Residence, level: Level, reasons: str, by: Person | None, at: datetime
) -> PrioritySite:
    """Put a residence on the list of priority sites; while the rating runs, the list is then to be confirmed again.

    Once the rating is closed nobody confirms the list again: the addition is confirmed by this very act, after a diagnosis.

    Raises:
        Refusal: when it is on the list already, is not this landlord's, or comes without a level and reasons; once the rating
            is closed, when nobody finished a diagnosis of it.
    """
    names = _of_landlord(landlord.pk, [residence.pk])
    late = queries.rating_over(landlord=landlord.pk)
    if late and residence.pk not in grids.finished_on(landlord=landlord, code=GRID, kind=SUBJECT):
        require(diagnosed(names, landlord=landlord.pk))
    if level is Level.NONE:
        raise Refusal(no("sites.priority_level", "Un site prioritaire est au moins en situation moyenne."))
    if not reasons.strip():
        raise Refusal(no("sites.reasons_missing", f"Dites en une phrase pourquoi {names[residence.pk]} est prioritaire."))
    site, created = PrioritySite.objects.get_or_create(
        landlord=landlord,
        residence=residence,
        removed_at=None,
        defaults={"level": level, "reasons": reasons.strip(), "declared_by": by, "declared_at": at},
    )
    if not created:
        raise Refusal(no("sites.already_priority", f"{names[residence.pk]} est déjà un site prioritaire."))
    _reopen_list(landlord.pk)
    _remember(
        site,
        "priority_declared",
        by=by,
        at=at,
        summary=f"a déclaré {residence.name} site prioritaire (situation {level.label.lower()}"
        + (f"), après la confirmation de la liste : {site.reasons}" if late else ")."),
        facts={"level": level.value, "after_confirmation": late},
    )
    return site


@transaction.atomic
def remove_priority(*, site: PrioritySite, because: str, by: Person, at: datetime) -> None:
    """Take a residence off the list of priority sites, with the reason. Its history stays.

    Raises:
        Refusal: without a reason, or when it is off the list already.
    """
    if not because.strip():
        raise Refusal(no("sites.removal_reason", f"Dites pourquoi {site.residence.name} n’est plus un site prioritaire."))
    changed = PrioritySite.objects.filter(pk=site.pk, removed_at__isnull=True).update(
        removed_at=at, removed_by=by, removal_reason=because.strip()
    )
    if not changed:
        raise Refusal(no("sites.not_priority", f"{site.residence.name} n’est déjà plus un site prioritaire."))
    _reopen_list(site.landlord_id)
    _remember(
        site,
        "priority_removed",
        by=by,
        at=at,
        summary=f"a retiré {site.residence.name} des sites prioritaires : {because.strip()}",
        facts={},
    )


@transaction.atomic
def confirm_list(*, campaign: RatingCampaign, empty_because: str, by: Person, at: datetime) -> None:
    """Confirm the list of priority sites as it stands, once each has its diagnosis; an empty one says why.

    Raises:
        Refusal: when the rating is closed, a site has no finished diagnosis, or the list is empty without a reason.
    """
    _require_open(campaign)
    facts = queries.rating_facts(landlord=campaign.landlord_id, cycle=campaign.cycle)
    lacking = queries.undiagnosed(landlord=campaign.landlord_id)
    require(list_confirmable(facts, empty_because) & diagnosed(lacking, landlord=campaign.landlord_id))
    because = "" if facts.priority else empty_because.strip()
    RatingCampaign.objects.filter(pk=campaign.pk).update(list_confirmed_at=at, list_confirmed_by=by, empty_because=because)
    sites = list(queries.active_sites(landlord=campaign.landlord_id).values_list("residence_id", flat=True))
    summary = (
        f"a confirmé la liste des sites prioritaires ({_count(len(sites), 'site')})."
        if sites
        else f"a confirmé qu’aucun site n’est prioritaire : {because}"
    )
    _record(campaign, "list_confirmed", by=by, at=at, summary=summary, facts={"residences": sites})


@transaction.atomic
def close(*, campaign: RatingCampaign, by: Person, at: datetime) -> None:
    """Close the rating: its levels no longer change, and the journey may go on.

    Raises:
        Refusal: with all that it misses, or when it is closed already.
    """
    _require_open(campaign)
    facts = queries.rating_facts(landlord=campaign.landlord_id, cycle=campaign.cycle)
    require(rating_complete(facts))
    RatingCampaign.objects.filter(pk=campaign.pk, closed_at__isnull=True).update(closed_at=at, closed_by=by)
    _record(
        campaign,
        "rating_closed",
        by=by,
        at=at,
        summary=f"a arrêté la cotation : {_count(facts.residences, 'résidence cotée')}, {_count(facts.priority, 'site prioritaire')}.",
        facts={"residences": facts.residences, "priority": facts.priority},
    )


def _count(number: int, words: str) -> str:
    """« 1 site prioritaire », « 3 sites prioritaires »."""
    return f"{number} {words}" if number < 2 else f"{number} " + " ".join(f"{word}s" for word in words.split())


def _require_open(campaign: RatingCampaign) -> None:
    """Lock the campaign and refuse when it is closed, so that nothing slips in while it closes."""
    locked = RatingCampaign.objects.select_for_update().get(pk=campaign.pk)
    facts = RatingFacts(landlord=locked.landlord_id, opened=True, closed=locked.closed_at is not None)
    require(may_rate(facts))


def _rows(campaign: RatingCampaign, residences: Collection[int]) -> dict[int, SiteRating]:
    found = SiteRating.objects.filter(campaign=campaign, residence__in=residences).select_for_update()
    return {row.residence_id: row for row in found}


def _of_stock(campaign: RatingCampaign, residences: Collection[int]) -> dict[int, str]:
    return _of_landlord(campaign.landlord_id, residences)


def _of_landlord(landlord: int, residences: Collection[int]) -> dict[int, str]:
    """The names of residences, by id.

    Raises:
        Refusal: when one is not in this landlord's stock.
    """
    found = Residence.objects.filter(landlord=landlord, pk__in=residences, merged_into__isnull=True)
    names = dict(found.values_list("pk", "name"))
    if set(residences) - set(names):
        raise Refusal(no("sites.not_in_stock", "Une de ces résidences n’est pas dans le patrimoine de l’organisme."))
    return names


def _reopen_list(landlord: int) -> None:
    RatingCampaign.objects.filter(landlord=landlord, closed_at__isnull=True).update(
        list_confirmed_at=None, list_confirmed_by=None, empty_because=""
    )


def _record(
    campaign: RatingCampaign, act: str, *, by: Person | None, at: datetime, summary: str, facts: dict[str, Any]
) -> None:
    record(
        act=f"sites.{act}",
        by=by.pk if by else None,
        at=at,
        on=("sites.rating_campaign", campaign.pk),
        landlord=campaign.landlord_id,
        summary=summary,
        facts=facts,
    )


def _remember(site: PrioritySite, act: str, *, by: Person | None, at: datetime, summary: str, facts: dict[str, Any]) -> None:
    record(
        act=f"sites.{act}",
        by=by.pk if by else None,
        at=at,
        on=("sites.priority_site", site.pk),
        landlord=site.landlord_id,
        summary=summary,
        facts={"residence": site.residence_id, **facts},
        audience=Audience.FILE,
    )
