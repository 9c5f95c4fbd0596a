"""Random scenes of a vote, and the rules that each one meets: for the tests and for ``bench/votes.py``."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

from django.db import connection

from palier.committee.rules.scenes import Cast, count, may_write, parse_scene, roll_of
from palier.committee.rules.tally import Choice, Quorum, Result, missed, voters

SHARES = ["1/4", "1/3", "1/2", "3/5", "2/3", "3/4", "1"]
MATTERS = ["admissibility", "award", "confirmation", "renewal", "withdrawal", "accreditation", "evolution", "other"]


def _threshold(rng: random.Random, *bases: str) -> dict[str, Any]:
    share = rng.choice([*SHARES, "1/2", "1/2"])
    return {"share": share, "of": rng.choice(bases), "strict": share != "1" and rng.random() < 0.5}


def _terms(rng: random.Random) -> dict[str, Any]:
    return {
        "title": "Tirage",
        "quorum": _threshold(rng, "seats", "sitting"),
        "second_quorum": _threshold(rng, "seats", "sitting") if rng.random() < 0.5 else None,
        "majority": _threshold(rng, "cast", "cast", "sitting"),
        "majorities": {m: _threshold(rng, "cast", "sitting") for m in MATTERS if rng.random() < 0.2},
        "abstentions_count": rng.random() < 0.3,
        "casting_vote": rng.random() < 0.7,
        "vice_votes": rng.random() < 0.7,
        "notice_days": 15,
        "second_notice_days": 5,
        "proxies": rng.choice([0, 1]),
        "remote": True,
        "written": True,
        "secret": False,
    }


def _moves(rng: random.Random, people: list[int]) -> list[list[Any]]:
    """Arrivals and departures around the moments of the scene: opening of the matter 100, of the poll 200, close 300."""
    found: list[list[Any]] = []
    for person in people:
        draw = rng.random()
        if draw < 0.65:
            found.append([person, "in", rng.choice([10, 100])])
        elif draw < 0.75:
            found.append([person, "in", rng.choice([101, 150, 250])])
        if found and found[-1][0] == person and rng.random() < 0.25:
            out = rng.choice([50, 100, 101, 150, 200, 201, 250, 300])
            if out >= found[-1][2]:
                found.append([person, "out", out])
                if rng.random() < 0.4:
                    found.append([person, "in", min(out + rng.choice([0, 40]), 300)])
    found.sort(key=lambda move: move[2])
    return found


def draw(rng: random.Random) -> dict[str, Any]:
    """One scene as recorded, ballots left out: who may vote is for the counters to say."""
    count = rng.randint(1, 40) if rng.random() < 0.5 else rng.randint(1, 9)
    seats, people = [], []
    for number in range(1, count + 1):
        holders = [[rank, number * 10 + rank] for rank in range(rng.choice([0, 1, 1, 2, 2, 3]))]
        if holders and rng.random() < 0.1:
            holders.pop(0)
        people += [person for _, person in holders]
        seats.append({"seat": number, "voting": rng.random() < 0.9, "office": None, "holders": holders, "proxy": None})
    titled = [seat for seat in seats if any(rank == 0 for rank, _ in seat["holders"])]
    rng.shuffle(titled)
    for office, seat in zip(["president", "vice_president"], titled, strict=False):
        seat["office"] = office if rng.random() < 0.9 else None
    for seat in seats:
        if seat["holders"] and people and rng.random() < 0.15:
            seat["proxy"] = [rng.choice(seat["holders"])[1], rng.choice(people)]
            if seat["proxy"][1] in [person for _, person in seat["holders"]]:
                seat["proxy"] = None
    heavy = rng.random() < 0.2
    recused = [
        [person, rng.choice(["personal", "personal", "institutional"])]
        for person in people
        if rng.random() < (0.4 if heavy else 0.06)
    ]
    written = rng.random() < 0.2
    for seat in seats if written else ():
        if rng.random() < 0.2:
            seat["holders"] += [[1000 + rank, seat["seat"] * 10 + 5 + rank] for rank in range(rng.choice([1, 1, 2]))]
    again = rng.random() < 0.45
    return {
        "terms": _terms(rng),
        "matter": rng.choice(MATTERS),
        "seats": seats,
        "moves": [] if written else _moves(rng, people),
        "recused": recused,
        "ballots": [],
        "matter_at": 100,
        "poll_at": 200,
        "close_at": 300,
        "opened": rng.randint(0, count),
        "second": again and _missed(rng),
        "again": again,
        "written": written,
        "spares": rng.random() < 0.1,
        "designated": rng.choice(people) if people and rng.random() < 0.3 else None,
    }


def _missed(rng: random.Random) -> bool:
    """Whether a matter taken over from a first session missed its quorum there."""
    last = rng.choice([None, None, Result.NO_QUORUM, Result.REJECTED])
    found = rng.choice([None, Quorum(1, 3, False, ""), Quorum(1, 3, False, ""), Quorum(3, 3, True, "")])
    return missed(last, found, before=rng.random() < 0.1)


def vote(rng: random.Random, scene: dict[str, Any], able: dict[int, list[int]]) -> None:
    """Give ballots to the seats that may vote (seat to the people who may for it), often as many for as against."""
    lean = rng.random()
    voting = sorted(able)
    rng.shuffle(voting)
    silent = rng.choice([0, 0, 0, 0.2, 0.9])
    for place, seat in enumerate(voting):
        if rng.random() < silent:
            continue
        even = "for" if place % 2 else "against"
        choice = even if lean < 0.4 else rng.choices(["for", "against", "abstention"], [5 * lean, 2, 1])[0]
        scene["ballots"].append([seat, rng.choice(able[seat]), choice])


def met(scene: dict[str, Any], roll: Any, answer: dict[str, Any], parts: Any, *, again: bool) -> Counter[str]:
    """The written rules that a scene met; ``roll`` and ``parts`` as the first counter derived them."""
    found: Counter[str] = Counter()
    holds = Counter(chair.hold.value for chair in roll.seats.values())
    voters_ = [[seat, person] for seat, person, _ in scene["ballots"]]
    own = {} if scene["spares"] else scene["terms"]["majorities"]
    asked = own.get(scene["matter"], scene["terms"]["majority"])
    names = {
        "quorum of seats": not scene["second"] and scene["terms"]["quorum"]["of"] == "seats",
        "quorum of those who sat": not scene["second"] and scene["terms"]["quorum"]["of"] == "sitting",
        "second convocation, own quorum": scene["second"] and scene["terms"]["second_quorum"] is not None,
        "second convocation, whatever the number": scene["second"] and scene["terms"]["second_quorum"] is None,
        "taken over, its quorum had been reached": again and not scene["second"],
        "joined the seat since": any(
            [rank, person] in seat["holders"] and rank >= 1000
            for seat in scene["seats"]
            for rank, person in [next(([r, p] for r, p in seat["holders"] if [seat["seat"], p] in voters_), [0, 0])]
        ),
        "quorum missed": answer["result"] == "no_quorum",
        "adopted": answer["result"] == "adopted",
        "rejected": answer["result"] == "rejected",
        "majority of the voices cast": asked["of"] == "cast",
        "majority of those who sit": asked["of"] == "sitting",
        "qualified majority": asked["share"] != "1/2",
        "stricter for the matter": scene["matter"] in own,
        "ordinary for what spares the label": scene["spares"] and scene["matter"] in scene["terms"]["majorities"],
        "abstentions count": scene["terms"]["abstentions_count"] and answer["abstentions"] > 0,
        "equal division": answer["for"] == answer["against"] > 0,
        "casting vote": answer["casting"],
        "equal division, chair did not say": answer["for"] == answer["against"] > 0 and not answer["casting"],
        "vice-president does not vote": not scene["terms"]["vice_votes"]
        and any(chair.vice and not chair.presides and chair.hold.value == "sits" for chair in roll.seats.values()),
        "vice-president presides": any(chair.vice and chair.presides for chair in roll.seats.values()),
        "president presides": any(chair.presides and not chair.vice for chair in roll.seats.values())
        and any(seat["office"] == "president" and roll.seats[seat["seat"]].presides for seat in scene["seats"]),
        "designated presides": any(
            chair.presides and chair.person == scene["designated"] and not chair.vice for chair in roll.seats.values()
        ),
        "president recused": any(
            seat["office"] == "president" and roll.seats[seat["seat"]].hold.value == "recused" for seat in scene["seats"]
        ),
        "nobody presides": not any(chair.presides for chair in roll.seats.values()),
        "recused seat": holds["recused"] > 0,
        "institutional recusal": any(reach == "institutional" for _, reach in scene["recused"]),
        "personal recusal, substitute sits": any(
            seat["holders"]
            and roll.seats[seat["seat"]].hold.value == "sits"
            and roll.seats[seat["seat"]].person != seat["holders"][0][1]
            and any(person == seat["holders"][0][1] for person, _ in scene["recused"])
            for seat in scene["seats"]
        ),
        "substitute sits": any(
            roll.seats[seat["seat"]].hold.value == "sits" and [0, roll.seats[seat["seat"]].person] not in seat["holders"]
            for seat in scene["seats"]
        ),
        "vacant seat": holds["vacant"] > 0,
        "proxy": holds["proxy"] > 0,
        "seat without a voice": any(not seat["voting"] for seat in scene["seats"]),
        "late arrival waits": any(way == "in" and at > scene["matter_at"] for _, way, at in scene["moves"]),
        "back before the poll": any(
            way == "in"
            and 100 < at <= 200
            and any(p == person and w == "in" and a <= 100 for p, w, a in scene["moves"])
            and any(chair.person == person for chair in roll.seats.values())
            for person, way, at in scene["moves"]
        ),
        "late, sits for a seat that nobody held": any(
            chair.hold.value == "sits" and min(at for p, _, at in scene["moves"] if p == chair.person) > 100
            for chair in roll.seats.values()
            if not scene["written"]
        ),
        "left before the poll": any(way == "out" and 100 < at <= 200 for _, way, at in scene["moves"]),
        "left before the close": any(way == "out" and 200 < at <= 300 for _, way, at in scene["moves"]),
        "written consultation": scene["written"],
        "silent seat": parts > len(scene["ballots"]),
    }
    found.update(name for name, held in names.items() if held)
    return found


def drawn(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any], Counter[str]]:
    """A scene, the first counter's answer, and the rules it met."""
    data = draw(rng)
    again = data.pop("again")
    scene = parse_scene(data)
    roll = roll_of(scene)
    if scene.written:
        able = {seat: sorted(people) for seat, people in may_write(scene).items()}
    else:
        able = {seat: [roll.seats[seat].person] for seat in voters(scene.terms, roll)}
    able = {seat: people for seat, people in able.items() if people}
    vote(rng, data, able)
    scene = replace(scene, ballots=tuple(Cast(seat, person, Choice(choice)) for seat, person, choice in data["ballots"]))
    found = count(scene)
    answer = {
        "result": found.result.value,
        "for": found.voices_for,
        "against": found.voices_against,
        "abstentions": found.abstentions,
        "needed": found.needed,
        "casting": found.by_casting_vote,
    }
    return data, answer, met(data, roll_of(scene) if scene.written else roll, answer, len(able), again=again)


def second(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The second counter's answers, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT committee_second_count(scene) FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS x(scene, n) ORDER BY n",
            [json.dumps(batch)],
        )
        return [json.loads(answer) if isinstance(answer, str) else answer for (answer,) in cursor.fetchall()]
