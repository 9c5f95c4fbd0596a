"""The re-checker: derives every certificate again, from what was decided and from the steps of the journey.

It shares no rule with what issues certificates: it reads the tables themselves, counts months by itself, and spells JSON by
itself. Whoever doubts the issuer reads this file, and ``recount``, which counts again the ballots behind each decision.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from palier.register.recount import recount

_PARIS = ZoneInfo("Europe/Paris")
# What each outcome must have done to the journey, and what its certificate must say.
_GRANTS = {
    "label_awarded": ("award_label", "award"),
    "confirmed": ("confirm_label", "confirmation"),
    "confirmed_with_reservations": ("confirm_label", "confirmation"),
    "renewed": ("renew_label", "renewal"),
}
_EVENTS = {
    "suspend_label": "suspended",
    "lift_suspension": "restored",
    "withdraw_label": "withdrawn",
    "expire": "expired",
    "resign": "resigned",
    "merge": "merged",
}
_ENDS = frozenset({"withdrawn", "expired", "resigned", "merged"})
_RESTING = frozenset({"labelled", "confirmed"})
_LETTERS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

_STEPS = """
SELECT p.id, p.journey_id, p.act, p.source, p.cycle, p.at, p.label_from, p.label_until,
       j.landlord_id, r.data AS rules, o.siren
FROM label_passage p
JOIN label_journey j ON j.id = p.journey_id
JOIN label_rulesetversion r ON r.id = j.rules_id
JOIN directory_organisation o ON o.id = j.landlord_id
WHERE p.label_from IS NOT NULL AND p.act = ANY(%s)
ORDER BY p.id
"""
_DECIDED = """
SELECT d.id, d.journey_id, d.cycle, d.outcome, d.decided_on, d.passage_id, d.recorded_at,
       s.number AS session, s.written, c.name AS committee, v.sha256 AS document
FROM committee_decision d
LEFT JOIN committee_item i ON i.decision_id = d.id
LEFT JOIN committee_session s ON s.id = i.session_id
LEFT JOIN committee_committee c ON c.id = s.committee_id
LEFT JOIN documents_version v ON v.id = d.document_id
ORDER BY d.id
"""
_CERTIFICATES = """
SELECT c.*, f.sha256, f.badge
FROM register_certificate c LEFT JOIN register_sealedfile f ON f.certificate_id = c.id
ORDER BY c.year, c.sequence
"""
_WITNESSED = """
SELECT subject_id, content #>> '{facts,sha256}' AS sha256 FROM ledger_entry
WHERE act = 'register.certificate_issued' AND subject_kind = 'register.certificate' AND content IS NOT NULL
"""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the register says and that decisions and journey do not, or the reverse. ``where`` names it."""

    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was derived again, and every difference."""

    certificates: int
    decisions: int
    votes: int
    """Decisions counted again from the ballots of a session; the others were recorded by hand."""
    differences: tuple[Difference, ...]


def audit(*, before: datetime, file_of: Callable[[str], Path]) -> Checked:
    """Derive the whole register again and compare.

    Args:
        before: what was decided later may still await its certificate.
        file_of: where the file with a SHA-256 lies.
    """
    steps = _rows(_STEPS, [[*_EVENTS, *(act for act, _ in _GRANTS.values())]])
    decided = {row["passage_id"]: row for row in _rows(_DECIDED)}
    certificates = _rows(_CERTIFICATES)
    by_decision = {row["decision_id"]: row for row in certificates}
    found: list[Difference] = []
    meant = list(_derive(steps, decided, found))
    expected = {one["decision"]["id"]: one for one in meant}
    for one in meant:
        kept = by_decision.get(one["decision"]["id"])
        if kept is not None:
            found += _compare(one, kept)
        elif one["decision"]["recorded_at"] <= before:
            found.append(
                Difference(f"décision {one['decision']['id']}", "Le label est accordé, et aucun certificat n’est émis.")
            )
    witnessed: dict[int, list[str]] = defaultdict(list)
    for row in _rows(_WITNESSED):
        witnessed[row["subject_id"]].append(row["sha256"])
    for row in certificates:
        if row["decision_id"] not in expected:
            found.append(Difference(row["number"], "Aucune décision qui accorde le label ne porte ce certificat."))
        found += _alone(row, witnessed.get(row["id"], []), file_of)
    counted = dict(recount(_rows))
    for decision, faults in counted.items():
        found += (Difference(f"décision {decision}", fault) for fault in faults)
    found += _sequence(certificates)
    found += _events(steps, decided, certificates, before)
    return Checked(len(certificates), len(expected), len(counted), tuple(found))


def _rows(sql: str, values: list[Any] | None = None) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column[0] for column in cursor.description or ()]
        found = [dict(zip(names, line, strict=True)) for line in cursor.fetchall()]
    for row in found:  # JSON comes as text
        row.update({name: json.loads(row[name]) for name in ("content", "rules", "terms") if row.get(name)})
    return found


# --- What should be -------------------------------------------------------------------------------------------------


def _derive(steps: list[Row], decided: dict[int, Row], found: list[Difference]) -> Iterator[Row]:
    """Every grant, with the dates that the decision and the rules give it; what the journey says otherwise is a difference."""
    label: dict[int, tuple[date, date]] = {}
    acts = {act for act, _ in _GRANTS.values()}
    for step in steps:
        if step["act"] not in acts:
            continue
        decision = decided.get(step["id"])
        where = f"parcours {step['journey_id']}, passage {step['id']}"
        if decision is None or _GRANTS.get(decision["outcome"], ("", ""))[0] != step["act"]:
            found.append(Difference(where, "Le label a changé sans décision qui le commande."))
            continue
        since, until = _dates(step["act"], decision["decided_on"], step["rules"]["grants"], label.get(step["journey_id"]))
        if (since, until) != (step["label_from"], step["label_until"]):
            found.append(
                Difference(
                    where,
                    f"Le parcours dit « du {step['label_from']} au {step['label_until']} », ses règles « du {since} au {until} ».",
                )
            )
        label[step["journey_id"]] = (since, until)
        yield {"decision": decision, "step": step, "since": since, "until": until, "grant": _GRANTS[decision["outcome"]][1]}


def _dates(act: str, decided_on: date, grants: list[int], before: tuple[date, date] | None) -> tuple[date, date]:
    if act == "confirm_label" and before:
        return before[0], _last_day(before[0], sum(grants))
    first = max(before[1] + timedelta(days=1), decided_on) if act == "renew_label" and before else decided_on
    return first, _last_day(first, grants[0])


def _last_day(first: date, months: int) -> date:
    """The eve of the same day some months later; in a shorter month, the eve of its last day."""
    year, month = first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1
    day = first.day
    while True:
        try:
            return date(year, month, day) - timedelta(days=1)
        except ValueError:
            day -= 1


# --- What is --------------------------------------------------------------------------------------------------------


def _compare(meant: Row, kept: Row) -> Iterator[Difference]:
    """One certificate against what its decision gives."""
    decision, step = meant["decision"], meant["step"]
    first = max(meant["since"], decision["decided_on"])
    content = kept["content"]
    said = {
        "parcours": (kept["journey_id"], decision["journey_id"]),
        "organisme": (kept["landlord_id"], step["landlord_id"]),
        "nature": (kept["grant"], meant["grant"]),
        "jour de la décision": (kept["decided_on"], decision["decided_on"]),
        "premier jour": (kept["valid_from"], first),
        "dernier jour": (kept["valid_until"], meant["until"]),
        "nature, dans le contenu": (content.get("grant"), meant["grant"]),
        "SIREN, dans le contenu": (content.get("landlord", {}).get("siren"), step["siren"]),
        "cycle, dans le contenu": (content.get("cycle"), decision["cycle"]),
        "jour de la décision, dans le contenu": (content.get("decided_on"), decision["decided_on"].isoformat()),
        "début du label, dans le contenu": (content.get("label_from"), meant["since"].isoformat()),
        "premier jour, dans le contenu": (content.get("valid_from"), first.isoformat()),
        "dernier jour, dans le contenu": (content.get("valid_until"), meant["until"].isoformat()),
    }
    if "decision" in content:  # certificates of before do not say how it was decided
        how = {name: value for name, value in content["decision"].items() if name != "sentence"}
        said["façon de décider, dans le contenu"] = (how, _how(decision))
    for what, (is_said, derived) in said.items():
        if is_said != derived:
            yield Difference(
                kept["number"], f"{what.capitalize()} : le certificat dit « {is_said} », la décision « {derived} »."
            )


def _how(decision: Row) -> Row:
    """Voted in a session, or recorded from a document."""
    if decision["session"] is None:
        on = decision["recorded_at"].astimezone(_PARIS).date().isoformat()
        return {"voted": False, "recorded_on": on, "document": decision["document"]}
    return {"voted": True, **{name: decision[name] for name in ("committee", "session", "written")}}


def _alone(row: Row, witnessed: list[str], file_of: Callable[[str], Path]) -> Iterator[Difference]:
    """One certificate by itself: its fingerprints, its number, its file, its badge, its line of the ledger."""
    number, content = row["number"], row["content"]
    spelled = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if hashlib.sha256(spelled).hexdigest() != row["digest"]:
        yield Difference(number, "Le contenu n’a pas l’empreinte écrite avec lui.")
    if witnessed != [row["digest"]]:
        yield Difference(number, "Le journal ne porte pas, une fois et une seule, l’émission de ce contenu.")
    if number != f"PAL-{row['year']}-{row['sequence']:04d}" or row["year"] != row["decided_on"].year:
        yield Difference(number, "Le numéro ne suit pas l’année de la décision et le rang du certificat.")
    if content.get("number") != number or content.get("code") != row["code"]:
        yield Difference(number, "Le contenu porte un autre numéro ou un autre code.")
    if len(row["code"]) != 12 or not set(row["code"]) <= _LETTERS or not content.get("verify", "").endswith(f"/{row['code']}/"):
        yield Difference(number, "Le code, ou l’adresse de vérification, n’est pas de la forme voulue.")
    if row["sha256"] is None:
        return
    path = file_of(row["sha256"])
    if not path.exists():
        yield Difference(number, "Le PDF signé manque sur le disque.")
    elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
        yield Difference(number, "Le PDF signé n’a plus l’empreinte enregistrée.")
    claims = _claims(row["badge"])
    if (claims.get("id"), str(claims.get("validFrom"))[:10], str(claims.get("validUntil"))[:10]) != (
        content.get("verify"),
        content.get("valid_from"),
        content.get("valid_until"),
    ):
        yield Difference(number, "Le badge ne dit pas ce que dit le certificat.")


def _claims(token: str) -> Row:
    try:
        part = token.split(".")[1]
        return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
    except (IndexError, ValueError):
        return {}


def _sequence(certificates: list[Row]) -> Iterator[Difference]:
    """No number of a year is missing."""
    years: dict[int, list[int]] = defaultdict(list)
    for row in certificates:
        years[row["year"]].append(row["sequence"])
    for year, given in years.items():
        for missing in sorted(set(range(1, max(given) + 1)) - set(given)):
            yield Difference(f"PAL-{year}-{missing:04d}", "Ce numéro manque.")


def _events(steps: list[Row], decided: dict[int, Row], certificates: list[Row], before: datetime) -> Iterator[Difference]:
    """What befell each label, beside what the register wrote of it; then the licence that follows."""
    kept = {row["passage_id"]: row for row in _rows("SELECT * FROM register_event")}
    licences = {row["journey_id"]: row for row in _rows("SELECT * FROM register_licence")}
    issued: dict[int, list[Row]] = defaultdict(list)
    for row in certificates:
        issued[row["journey_id"]].append(row)
    until: dict[int, date] = {}
    right: dict[int, tuple[date | None, date | None, str]] = {}
    awaited: set[int] = set()
    for step in steps:
        journey = step["journey_id"]
        if step["act"] not in _EVENTS:
            until[journey] = step["label_until"]
            right.setdefault(journey, (None, None, ""))
            continue
        change = _EVENTS[step["act"]]
        on = _day_of(step, decided.get(step["id"]), until.get(journey))
        event = kept.get(step["id"])
        if event is None and step["at"] > before:
            awaited.add(journey)
        elif event is None and issued[journey]:
            yield Difference(
                issued[journey][-1]["number"], f"Le parcours dit « {change} » le {on}, le registre ne le porte pas."
            )
        elif event is not None and (event["change"], event["on"]) != (change, on):
            yield Difference(
                issued[journey][-1]["number"] if issued[journey] else f"parcours {journey}",
                f"Le registre dit « {event['change']} » le {event['on']}, le parcours « {change} » le {on}.",
            )
        _, ended, because = right.get(journey, (None, None, ""))
        right[journey] = (
            on if change == "suspended" else None,
            on if change in _ENDS else ended,
            change if change in _ENDS else because,
        )
    for passage in sorted(set(kept) - {step["id"] for step in steps if step["act"] in _EVENTS}):
        yield Difference(f"passage {passage}", "Le registre porte un changement que le parcours ne dit pas.")
    for journey, rows in issued.items():
        licence = licences.get(journey)
        said = (licence["suspended_on"], licence["ended_on"], licence["ended_because"]) if licence else None
        if journey not in awaited and said != right.get(journey):
            yield Difference(
                rows[-1]["number"], f"La licence de la marque dit {_say(said)}, le parcours {_say(right.get(journey))}."
            )


def _day_of(step: Row, decision: Row | None, until: date | None) -> date:
    if step["act"] == "expire" and until is not None:
        return until + timedelta(days=1 + (0 if step["source"] in _RESTING else int(step["rules"]["grace_days"])))
    day: date = decision["decided_on"] if decision else step["at"].astimezone(_PARIS).date()
    return day


def _say(right: tuple[date | None, date | None, str] | None) -> str:
    if right is None:
        return "qu’il n’y en a pas"
    suspended, ended, because = right
    if ended:
        return f"qu’elle a pris fin le {ended} ({because})"
    return f"qu’elle est suspendue depuis le {suspended}" if suspended else "qu’elle court"
