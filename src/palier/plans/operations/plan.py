"""What one may do with a plan as a whole: open it, freeze it, open it again, and edit the lists it draws from."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from django.db import transaction

from palier.directory.models import Landlord, Person
from palier.directory.rules import plain
from palier.ledger.operations import record
from palier.ledger.rules import Audience, canonical
from palier.plans import queries
from palier.plans.models import Plan, Snapshot, State, Term
from palier.plans.rules.terms import Vocabulary
from palier.verdict import Refusal, no


@transaction.atomic
def open_plan(*, landlord: Landlord, cycle: int, by: Person | None, at: datetime) -> Plan:
    """The plan of a landlord for a cycle, opened on the first call."""
    plan, created = Plan.objects.get_or_create(landlord=landlord, cycle=cycle, defaults={"opened_at": at})
    if created:
        _record(plan, "opened", by, at, f"a ouvert le plan d’actions du cycle {cycle}.")
    return plan


@transaction.atomic
def freeze(*, landlord: Landlord, cycle: int, by: Person | None, at: datetime) -> Snapshot:
    """Freeze a plan as it is handed in: a numbered copy that nothing changes. Freezing twice gives the same copy.

    Raises:
        Refusal: when there is no plan for this cycle.
    """
    plan = _lock(landlord, cycle)
    if plan.state == State.FROZEN:
        return plan.snapshots.order_by("-number")[0]
    content = queries.snapshot_content(plan)
    plan.state, plan.frozen_at, plan.revision = State.FROZEN, at, plan.revision + 1
    plan.save(update_fields=["state", "frozen_at", "revision"])
    snapshot = Snapshot.objects.create(
        plan=plan,
        number=plan.revision,
        content=content,
        sha256=hashlib.sha256(canonical(content)).hexdigest(),
        taken_at=at,
        taken_by=by,
    )
    counts = {"actions": len(content["actions"]), "recommendations": len(content["recommendations"])}
    summary = f"a figé le plan d’actions, version {plan.revision} ({counts['actions']} actions)."
    _record(plan, "frozen", by, at, summary, sha256=snapshot.sha256, number=snapshot.number, **counts)
    return snapshot


@transaction.atomic
def reopen(*, landlord: Landlord, cycle: int, by: Person | None, at: datetime, because: str = "") -> Plan:
    """Open a frozen plan to corrections; what was frozen stays as a copy. A plan in draft stays as it is.

    Raises:
        Refusal: when there is no plan for this cycle.
    """
    plan = _lock(landlord, cycle)
    if plan.state == State.FROZEN:
        plan.state = State.DRAFT
        plan.save(update_fields=["state"])
        why = f" : {because.strip()}" if because.strip() else ""
        _record(plan, "reopened", by, at, f"a rouvert le plan d’actions aux corrections{why}.", because=because.strip())
    return plan


def _lock(landlord: Landlord, cycle: int) -> Plan:
    plan = Plan.objects.select_for_update().filter(landlord=landlord, cycle=cycle).first()
    if plan is None:
        raise Refusal(no("plans.not_opened", "Le plan d’actions n’est pas encore ouvert."))
    return plan


@transaction.atomic
def set_term(*, vocabulary: Vocabulary, code: str, label: str, retired: bool, by: Person, at: datetime) -> Term:
    """Add a word to a list, rename it or retire it. Actions that use a retired word keep it.

    ``code`` is empty for a new word: it is then made from its label.

    Raises:
        Refusal: when the word has no label, or another word of the list says the same.
    """
    label = label.strip()
    if not label:
        raise Refusal(no("plans.term_empty", "Donnez un libellé."))
    words = queries.terms(retired=True)[vocabulary]
    code = code or _code_of(label)
    if any(other != code and text.casefold() == label.casefold() for other, text in words.items()):
        raise Refusal(no("plans.term_twice", f"« {label} » est déjà dans la liste."))
    term, _ = Term.objects.update_or_create(vocabulary=vocabulary, code=code, defaults={"label": label, "retired": retired})
    did = "retiré" if retired else "gardé" if code in words else "ajouté"
    record(
        act="plans.term_set",
        by=by.pk,
        at=at,
        on=("plans.term", term.pk),
        landlord=None,
        summary=f"a {did} « {label} » dans la liste « {vocabulary.label} ».",
        facts={"vocabulary": vocabulary.value, "code": code, "label": label, "retired": retired},
        audience=Audience.SCHEME,
    )
    return term


def _code_of(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", plain(label)).strip("_")[:40]


def _record(plan: Plan, act: str, by: Person | None, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"plans.{act}",
        by=by.pk if by else None,
        at=at,
        on=("plans.plan", plan.pk),
        landlord=plan.landlord_id,
        summary=summary,
        facts={"cycle": plan.cycle} | facts,
    )
