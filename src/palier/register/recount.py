"""Decisions counted again from their ballots, for the re-checker: a third counter, that shares nothing with the two of the committee.

It reads the tables themselves: the roll as it was frozen when the poll opened and when it closed, the ballots, the terms as they
were published. It finds what stands as each seat's voice, whether there were enough, and what they decided.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
Row = dict[str, Any]
Rows = Callable[..., list[Row]]

_POLLS = """
SELECT d.id AS decision, d.outcome AS decided, d.decided_on, i.matter, s.written, s.opened_seats, i.missed_id IS NOT NULL AS second,
       p.id, p.outcome, p.closed_at, p.result, t.data AS terms
FROM committee_decision d
JOIN committee_item i ON i.decision_id = d.id
JOIN committee_session s ON s.id = i.session_id
LEFT JOIN LATERAL (
    SELECT * FROM committee_poll p WHERE p.item_id = i.id AND p.closed_at IS NOT NULL
      AND (SELECT count(*) FROM committee_voiding v WHERE v.poll_id = p.id AND v.taken_back_at IS NULL) < 2
    ORDER BY p.number DESC LIMIT 1
) p ON true
LEFT JOIN committee_termsversion t ON t.id = p.terms_id
ORDER BY d.id
"""
_BESIDE = """
SELECT d.id AS decision FROM committee_decision d
WHERE NOT EXISTS (SELECT FROM committee_item i WHERE i.decision_id = d.id)
  AND EXISTS (SELECT FROM committee_item i WHERE i.journey_id = d.journey_id AND i.withdrawn_at IS NULL
              AND i.opened_at <= d.recorded_at AND (i.concluded_at IS NULL OR i.concluded_at > d.recorded_at))
"""
_ROLLS = """
SELECT r.poll_id, r.seat_id, r.closing, r.hold, r.presides, r.may_vote, s.voting,
       m.rank > 0 OR m.starts_on > e.on AS replaced,
       EXISTS (SELECT FROM committee_tenure o JOIN committee_mandate h ON h.id = o.mandate_id
               WHERE h.seat_id = r.seat_id AND o.office = 'vice_president' AND o.starts_on <= e.on
                 AND (o.ends_on IS NULL OR o.ends_on >= e.on)) AS vice
FROM committee_rollline r
JOIN committee_poll p ON p.id = r.poll_id
JOIN committee_item i ON i.id = p.item_id
JOIN (SELECT id, (starts_at AT TIME ZONE 'Europe/Paris')::date AS on FROM committee_session) e ON e.id = i.session_id
JOIN committee_seat s ON s.id = r.seat_id
LEFT JOIN committee_mandate m ON m.id = r.mandate_id
WHERE r.poll_id = ANY(%s)
"""
_BALLOTS = """
SELECT b.poll_id, b.seat_id, b.version, b.by_id, b.choice, b.conditions, b.reasons, b.at, b.nonce, b.seal,
       l.content #>> '{facts,seal}' AS sealed, l.actor_id, l.act
FROM committee_ballot b LEFT JOIN ledger_entry l ON l.number = b.entry
WHERE b.poll_id = ANY(%s) ORDER BY b.poll_id, b.seat_id, b.version
"""

_CAST = """
SELECT (content #>> '{facts,poll}')::bigint AS poll_id, count(*) AS lines
FROM ledger_entry WHERE act = 'committee.ballot_cast' AND content IS NOT NULL GROUP BY 1
"""


def recount(rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """Every decision taken by a vote of a session, or beside one, with what its ballots do not bear out; ``rows`` reads a statement."""
    polls = rows(_POLLS)
    ids = [poll["id"] for poll in polls if poll["id"] is not None]
    rolls, ballots = rows(_ROLLS, [ids]), rows(_BALLOTS, [ids])
    cast = {row["poll_id"]: row["lines"] for row in rows(_CAST)}
    for poll in polls:
        roll, given = ([row for row in some if row["poll_id"] == poll["id"]] for some in (rolls, ballots))
        yield poll["decision"], list(_faults(poll, roll, given, cast.get(poll["id"], 0)))
    for row in rows(_BESIDE):
        yield row["decision"], ["Elle a été enregistrée hors du vote, pendant qu’une séance traitait le dossier."]


def _faults(poll: Row, roll: list[Row], ballots: list[Row], cast: int) -> Iterator[str]:
    if poll["id"] is None:
        yield "Aucun scrutin clos et non annulé ne la porte."
        return
    if poll["outcome"] != poll["decided"]:
        yield f"Le dernier scrutin porte sur « {poll['outcome']} », pas sur « {poll['decided']} »."
    if poll["closed_at"].astimezone(_PARIS).date() != poll["decided_on"]:
        yield "Elle n’est pas du jour où son scrutin s’est clos."
    if len(ballots) != cast:
        yield f"Le journal porte {cast} bulletins, il y en a {len(ballots)}."
    for ballot in ballots:
        yield from _forged(ballot, poll)
    opening = {row["seat_id"]: row for row in roll if not row["closing"]}
    closing = {row["seat_id"]: row for row in roll if row["closing"]}
    voices = {ballot["seat_id"]: ballot["choice"] for ballot in ballots}
    asked = closing if poll["written"] else opening  # in writing, a seat that was vacant may have been filled
    if strangers := sorted(seat for seat in voices if not asked.get(seat, {}).get("may_vote")):
        yield f"Des sièges sans voix ont voté : {strangers}."
    found = _result(poll, opening, closing, voices)
    if found != "adopted" or poll["result"] != "adopted":
        yield f"Ses bulletins donnent « {found} », le scrutin dit « {poll['result']} »."


def _forged(ballot: Row, poll: Row) -> Iterator[str]:
    """What in a ballot is not what its line of the ledger sealed."""
    names = {"poll": "poll_id", "seat": "seat_id", "by": "by_id"}
    said = {
        name: ballot[names.get(name, name)] for name in ("poll", "seat", "version", "by", "choice", "conditions", "reasons")
    }
    spelled = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    seal = hashlib.sha256(b"\x02" + bytes.fromhex(ballot["nonce"]) + spelled).hexdigest()
    line = (ballot["sealed"], ballot["actor_id"], ballot["act"])
    if seal != ballot["seal"] or line != (seal, ballot["by_id"], "committee.ballot_cast"):
        yield f"Le bulletin du siège {ballot['seat_id']} n’est pas celui que le journal a scellé."
    if ballot["at"] > poll["closed_at"]:
        yield f"Le bulletin du siège {ballot['seat_id']} est daté d’après la clôture."


def _result(poll: Row, opening: dict[int, Row], closing: dict[int, Row], voices: dict[int, str]) -> str:
    """What the ballots decide: ``adopted``, ``rejected`` or ``no_quorum``."""
    terms, written = poll["terms"], poll["written"]

    def heard(row: Row) -> bool:
        replaced = row["hold"] == "sits" and row["replaced"]
        silent = row["vice"] and not replaced and not row["presides"] and not terms["vice_votes"]
        return bool(row["voting"]) and not silent

    roll = closing if written else opening
    sitting = {seat for seat, row in roll.items() if row["hold"] == "sits" and heard(row) and (not written or seat in voices)}
    asked = terms["second_quorum"] if poll["second"] else terms["quorum"]
    whole = poll["opened_seats"] if asked and asked["of"] == "sitting" else sum(map(heard, roll.values()))
    if len(sitting) < (_least(asked, whole) if asked else 1):
        return "no_quorum"
    counts = Counter(voices.values())
    own = {} if poll["outcome"] in ("maintained", "suspension_lifted") else terms.get("majorities", {})
    share = own.get(poll["matter"], terms["majority"])
    cast = counts["for"] + counts["against"] + (counts["abstention"] if terms["abstentions_count"] else 0)
    gone = {seat for seat, row in opening.items() if row["may_vote"] and closing[seat]["hold"] == "vacant"}
    may = set(voices) if written else {seat for seat, row in opening.items() if row["may_vote"]}
    needed = _least(share, cast if share["of"] == "cast" else len(may - (gone - set(voices))))
    plain = (share["share"], share["strict"], share["of"]) == ("1/2", True, "cast") and not terms["abstentions_count"]
    if plain and terms["casting_vote"] and counts["for"] == counts["against"] > 0:
        presiding = {voices.get(seat) for seat, row in roll.items() if row["presides"]}
        return "adopted" if presiding == {"for"} else "rejected"
    return "adopted" if counts["for"] >= needed else "rejected"


def _least(asked: Row, whole: int) -> int:
    exact = Fraction(asked["share"]) * whole
    return max(1, floor(exact) + 1 if asked["strict"] else ceil(exact))
