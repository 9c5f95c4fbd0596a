"""A frozen file as its page shows it: the codes of the data in words, the days as days; nothing else is read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from palier.audits.rules.accreditation import Standing
from palier.documents.rules import KINDS
from palier.label.rules.rulesets import Audit
from palier.plans.rules.conditions import Said
from palier.plans.rules.conditions import Standing as Met
from palier.plans.rules.terms import Status


def frozen(content: dict[str, Any]) -> dict[str, Any]:
    """The content of a frozen file, for its template. Files frozen before a part existed lack it, and read well without."""
    return content | {
        "accreditations": [_accreditation(one) for one in content.get("accreditations", ())],
        "missions": [one | {"audit": Audit(one["audit"]).label} for one in content.get("missions", ())],
        "conditions": [_condition(one) for one in content.get("conditions", ())],
        "opinions": [one | {"given_at": _moment(one["given_at"])} for one in content.get("opinions", ())],
        "actions": [_action(one) for one in (content.get("plan") or {}).get("content", {}).get("actions", ())],
        "files": [one | {"kind": KINDS[one["kind"]].label} for one in content.get("files", ())],
    }


def _accreditation(one: dict[str, Any]) -> dict[str, Any]:
    standing = Standing(one["standing"])
    return one | {
        "starts_on": _day(one["starts_on"]),
        "ends_on": _day(one["ends_on"]),
        "trained_on": _day(one["trained_on"]),
        "scope": ", ".join(Audit(audit).label for audit in one["scope"]),
        "standing": standing,
        "suspensions": [s | {"starts_on": _day(s["starts_on"]), "ends_on": _day(s["ends_on"])} for s in one["suspensions"]],
    }


def _condition(one: dict[str, Any]) -> dict[str, Any]:
    answers = [a | {"said": Said(a["said"]).label, "at": _moment(a["at"])} for a in one["answers"]]
    return one | {"due_on": _day(one["due_on"]), "standing": Met(one["standing"]), "answers": answers}


def _action(one: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: Decimal(one[name]) if one[name] else None for name in ("budget", "baseline", "target")}
    return one | amounts | {"due_on": _day(one["due_on"]), "status": Status(one["status"]).label}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
