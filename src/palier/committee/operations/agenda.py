"""What may be put on an agenda, to the vote, and into effect: one rule at each of the three moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from palier.audits import queries as audits
from palier.calendar import in_words, paris_day
from palier.committee import queries
from palier.committee.models import Item
from palier.committee.rules.agenda import matter_of
from palier.committee.rules.effects import Effect, parse
from palier.committee.rules.outcomes import Outcome, complete
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.frameworks.models import FrameworkVersion
from palier.frameworks.rules.purposes import same_use
from palier.frameworks.rules.reading import read
from palier.frameworks.rules.written import as_verdict
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.ledger.rules import canonical
from palier.plans.rules.conditions import sound
from palier.verdict import YES, Verdict, no

_GRANTS = frozenset({Outcome.ACCREDITED, Outcome.ACCREDITATION_RENEWED})


def placeable(*, matter: Matter, about: Mapping[str, Any], on: date) -> Verdict:
    """Whether a matter may be put on an agenda: nothing else waits for a committee on the same thing, and it can be decided."""
    proposed = parse(about.get("proposal") or {})
    if journey := about.get("journey"):
        decidable = _awaited(journey, matter)
    elif candidate := about.get("candidate"):
        decidable = _grantable(candidate, about["firm"], proposed, on)
    elif draft := about.get("rule_set"):
        decidable = _draft(draft) & _dated(proposed, on)
    elif grid := about.get("grid"):
        decidable = _readable(grid) & _dated(proposed, on)
    else:
        decidable = YES
    return _on_no_other(about) & decidable


def _on_no_other(about: Mapping[str, Any]) -> Verdict:
    for name in ("journey", "candidate", "accreditation", "rule_set", "minutes_of"):
        if about.get(name) is not None:
            live = Item.objects.filter(concluded_at__isnull=True, withdrawn_at__isnull=True, **{name: about[name]})
            if found := live.select_related("session").first():
                words = "Ce dossier est déjà" if name == "journey" else "Ce sujet est déjà"
                return no("committee.on_another_agenda", f"{words} à l’ordre du jour de la séance n° {found.session.number}.")
    return YES


def _draft(version: RuleSetVersion) -> Verdict:
    if version.published_at is None:
        return YES
    return no("committee.published_already", f"La version {version.number} de ces règles est déjà publiée.")


def _awaited(journey: Journey, matter: Matter) -> Verdict:
    if matter_of(Stage(journey.stage), cycle=journey.cycle) is matter:
        return YES
    return no("committee.nothing_to_decide", f"À l’étape « {Stage(journey.stage).label} », ce sujet ne se décide pas.")


def _grantable(person: Person, firm: Organisation, proposed: Effect, on: date) -> Verdict:
    if not proposed.starts_on or not proposed.ends_on:
        return no("committee.no_dates", "Proposez les dates de l’agrément : le comité vote sur elles.")
    return audits.may_grant(
        person=person, firm=firm, starts_on=proposed.starts_on, ends_on=proposed.ends_on, scope=proposed.scope, on=on
    )


def _dated(proposed: Effect, on: date) -> Verdict:
    if proposed.effective_from is None or proposed.effective_from < on:
        return no("committee.effective_past", f"Choisissez une date d’effet à partir du {in_words(on)}.")
    return YES


def _readable(grid: str) -> Verdict:
    body, problems = read(grid)
    if problems:
        return as_verdict(problems, "frameworks.unreadable")
    if known := FrameworkVersion.objects.filter(framework__code=body["code"]).select_related("framework").first():
        verdict = same_use(body["code"], was=known.framework.purpose, now=body["purpose"])
        return verdict and _unpublished(sha256(canonical(body)).hexdigest())
    return YES


def _unpublished(digest: str) -> Verdict:
    if known := FrameworkVersion.objects.filter(sha256=digest).first():
        return no("committee.published_already", f"Cette grille est déjà publiée : c’est la version {known.number}.")
    return YES


def votable(*, item: Item, motion: str, outcome: Outcome | None, effect: Effect, reasons: str, at: datetime) -> Verdict:
    """Whether a motion may be put to the vote: it says something, it may be decided here, and could be carried out."""
    if not motion.strip():
        return no("committee.motion_missing", "Écrivez la proposition mise aux voix.")
    if outcome is None and item.is_free:
        return YES
    offered = queries.outcomes(item=item, on=paris_day(at))
    if outcome is None or outcome not in offered:
        words = ", ".join(one.about.label.lower() for one in offered) or "aucune"
        return no("committee.not_here", f"Choisissez une décision possible sur ce point : {words}.")
    last_day = max(paris_day(at), paris_day(item.session.ends_at) if item.session.written else paris_day(at))
    return (
        complete(outcome, conditions=effect.conditions, reasons=reasons)
        & sound(effect.conditions, decided_on=last_day)
        & feasible(item=item, outcome=outcome, effect=effect, on=last_day)
    )


def feasible(*, item: Item, outcome: Outcome, effect: Effect, on: date) -> Verdict:
    """Whether what an outcome commands could be carried out on a day, and bears on what was sent with the convocation."""
    if outcome in _GRANTS and item.candidate and item.firm:
        return _grantable(item.candidate, item.firm, effect, on)
    if outcome is Outcome.EVOLUTION_ADOPTED:
        return _unmoved(item) & _dated(effect, on)
    return YES


def _unmoved(item: Item) -> Verdict:
    """Whether the text to adopt is still the one in the frozen file."""
    frozen = item.dossiers.order_by("-number").values_list("content__text__sha256", flat=True)[0]
    if item.rule_set_id is None:
        return _unpublished(frozen)
    draft = RuleSetVersion.objects.select_for_update().get(pk=item.rule_set_id)  # it stays so until the act is done
    if sha256(canonical(draft.data)).hexdigest() != frozen:
        return no(
            "committee.draft_moved",
            "Le brouillon a changé depuis la convocation : le comité n’a pas lu ce texte. "
            "Rétablissez-le tel qu’il était, ou retirez ce point pour le présenter à une autre séance.",
        )
    return _draft(draft)
