"""Minutes say what was recorded, whatever the session: random ones agree with their polls; secrets, writing and absences hold."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from palier.calendar import PARIS
from palier.committee import operations
from palier.committee.models import Ballot, Dossier, Item, Mandate, Poll, Session
from palier.committee.queries import current_ballots, is_void
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.effects import Effect, plain
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Recusal
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label.rules.rulesets import Audit
from palier.minutes import queries
from palier.verdict import Refusal
from tests.committee.conftest import AFTERNOON, Sitting
from tests.committee.test_frozen import change_terms
from tests.minutes.conftest import Held

pytestmark = pytest.mark.django_db


def _play(sitting: Sitting, rng: random.Random) -> None:
    """A random session: who comes, who is recused, polls held, voided, held again, motions lost, matters left."""
    items = [sitting.put(f"Point {number}") for number in range(rng.randint(1, 3))]
    sitting.convene()
    here = sitting.titulars[:3] + [m for m in sitting.titulars[3:] + sitting.substitutes if rng.random() < 0.5]
    sitting.open(*here)
    for item in items:
        if rng.random() < 0.15:
            operations.take_off(item=item, because="Retiré en séance.", by=sitting.referent, at=sitting.later())
            continue
        out = _recuse(sitting, rng, item, here)
        sitting.begin(item, *(m for m in here if m.pk not in out))
        for _ in range(rng.randint(0, 2)):
            try:
                poll = sitting.poll(item, motion=f"Proposition {rng.random()}")
            except Refusal:  # the quorum is missed, or something is adopted already
                break
            _vote(sitting, rng, poll, here)
        operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session.refresh_from_db()


def _recuse(sitting: Sitting, rng: random.Random, item: Item, here: list[Mandate]) -> set[int]:
    """Recuse some members; the mandates that take no part."""
    out: set[int] = set()
    for mandate in here:
        if rng.random() < 0.12:
            reach = rng.choice(list(Recusal))
            operations.recuse(item=item, mandate=mandate, reach=reach, because="Lien.", by=sitting.referent, at=sitting.later())
            alone = reach is Recusal.PERSONAL
            out |= {m.pk for m in here if m.pk == mandate.pk or (not alone and m.seat_id == mandate.seat_id)}
    return out


def _vote(sitting: Sitting, rng: random.Random, poll: Poll, here: list[Mandate]) -> None:
    """Some vote, some change their mind; now and then two people void what was counted."""
    for mandate in [*here, *here[:2]]:
        said = {"reasons": "Mes motifs."} if rng.random() < 0.3 else {}
        if rng.random() < 0.9:
            sitting.vote(poll, mandate, rng.choice(["for", "for", "against", "abstention"]), **said)
    sitting.close(poll)
    if rng.random() < 0.4:
        for person in (sitting.referent, sitting.titulars[0].person):
            operations.void(poll=poll, because="Erreur.", by=person, at=sitting.later())


@pytest.mark.parametrize("seed", range(12))
def test_the_minutes_of_any_session_agree_with_its_polls(sitting: Sitting, seed: int) -> None:
    _play(sitting, random.Random(seed))
    content = queries.draft(session=sitting.session)
    assert [one["title"] for one in content["matters"]] == [i.title for i in sitting.session.items.order_by("position")]
    written = {(one["position"], poll["number"]): poll for one in content["matters"] for poll in one["polls"]}
    recorded = Poll.objects.filter(item__session=sitting.session).select_related("item")
    assert set(written) == {(poll.item.position, poll.number) for poll in recorded}
    for poll in recorded:
        said = written[poll.item.position, poll.number]
        ballots = {b.seat.number: (b.by.name, b.choice, b.reasons) for b in current_ballots(poll=poll).values()}
        voices = {
            v["seat"]: (v["name"], v["ballot"]["choice"]["code"], v["ballot"]["reasons"]) for v in said["voices"] if v["ballot"]
        }
        assert voices == ballots
        counts = [said["count"][name] for name in ("for", "against", "abstentions")]
        assert counts == [sum(c == name for _, c, _ in ballots.values()) for name in ("for", "against", "abstention")]
        assert (said["sentence"], said["result"]["code"], said["void"]) == (poll.sentence, poll.result, is_void(poll=poll))
        roll = {line.seat.number: line for line in poll.roll.filter(closing=False).select_related("seat", "mandate__person")}
        assert {v["seat"]: v["hold"]["code"] for v in said["voices"]} == {number: line.hold for number, line in roll.items()}
        assert said["quorum"]["present"] == sum(line.hold == "sits" and line.may_vote for line in roll.values())


def test_the_record_is_gathered_in_as_many_queries_whatever_the_agenda(held: Held) -> None:
    queries.recorded(session=held.session)  # the committee of a session is read once
    with CaptureQueriesContext(connection) as two:
        queries.recorded(session=held.session)
    with CaptureQueriesContext(connection) as one:
        queries.recorded(session=held.session, only=held.award)
    assert len(two) == len(one)


def test_a_secret_ballot_says_never_who_voted_what(sitting: Sitting) -> None:
    change_terms(sitting, secret=True)
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.begin(item, *sitting.titulars[:3])
    poll = sitting.poll(item)
    for mandate, choice in zip(sitting.titulars, ["for", "for", "against"], strict=False):
        sitting.vote(poll, mandate, choice, reasons="MOTIF-SECRET", conditions="RÉSERVE-SECRÈTE")
    sitting.close(poll)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session.refresh_from_db()
    content = queries.draft(session=sitting.session)
    (said,) = content["matters"][0]["polls"]
    assert (said["secret"], said["count"]["for"], said["count"]["against"]) == (True, 2, 1)
    assert [v["ballot"] for v in said["voices"]] == [None] * 5
    text = json.dumps(content, ensure_ascii=False)
    assert "SECR" not in text.replace("Scrutin secret", "")
    assert not any(ballot.seal in text for ballot in Ballot.objects.all())


def test_a_matter_opened_without_quorum_says_so(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    for mandate in sitting.titulars[:2]:
        operations.declare(
            item=item, mandate=mandate, interest=Interest.INTEREST, text="Un lien.", by=mandate.person, at=sitting.later()
        )
    sitting.begin(item, sitting.titulars[2])
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    again = operations.convene_again(
        session=sitting.session, starts_at=sitting.later() + timedelta(days=9), ends_at=sitting.later() + timedelta(days=10),
        by=sitting.referent, at=sitting.later(),
    )  # fmt: skip
    sitting.session.refresh_from_db()
    (said,) = queries.draft(session=sitting.session)["matters"]
    assert (
        said["quorum"]["sentence"]
        == "Quorum manqué : 1 siège présent. Il fallait plus de la moitié des sièges ayant une voix (5), soit 3."
    )
    assert said["quorum_changes"] == []
    assert (said["polls"], said["fate"]["code"]) == ([], "withdrawn")
    assert f"séance n° {again.number}" in said["withdrawn_because"]
    sitting.session = again
    sitting.now = again.starts_at
    sitting.open(*sitting.titulars)
    operations.close_session(session=again, by=sitting.referent, at=sitting.later())
    again.refresh_from_db()
    assert queries.draft(session=again)["session"]["second_of"] == 1


def test_a_quorum_lost_after_the_opening_is_written_with_its_hour(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.begin(item, *sitting.titulars[:3])
    third = sitting.titulars[2]
    for move in (sitting.leave, sitting.enter, sitting.leave):
        move(third)
    with pytest.raises(Refusal, match="Quorum manqué"):
        sitting.poll(item)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session.refresh_from_db()
    (said,) = queries.draft(session=sitting.session)["matters"]
    hours = [move.at.astimezone(PARIS).isoformat(timespec="seconds") for move in sitting.session.moves.order_by("-pk")[:3]]
    assert [(one["at"], one["reached"], one["present"]) for one in (said["quorum"], *said["quorum_changes"])] == [
        (said["opened_at"], True, 3), (hours[2], False, 2), (hours[1], True, 3), (hours[0], False, 2),
    ]  # fmt: skip


def test_a_written_consultation_is_written_down(sitting: Sitting) -> None:
    operations.cancel(session=sitting.session, because="En écrit.", by=sitting.referent, at=sitting.at)
    sitting.session = operations.prepare(
        committee=sitting.committee, starts_at=AFTERNOON, ends_at=AFTERNOON + timedelta(days=5), written=True,
        by=sitting.referent, at=sitting.at,
    )  # fmt: skip
    item = sitting.put()
    sitting.convene()
    sitting.open()
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item)
    for mandate in sitting.titulars[:3]:
        sitting.vote(poll, mandate, "for")
    sitting.now = AFTERNOON + timedelta(days=6)
    sitting.close(poll)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    session = Session.objects.get(pk=sitting.session.pk)
    content = queries.draft(session=session)
    (said,) = content["matters"][0]["polls"]
    assert [v["hold"]["code"] for v in said["voices"]] == ["sits"] * 3 + ["vacant"] * 2
    assert said["quorum"]["present"] == 3
    assert all(person["stays"] == [] for seat in content["attendance"] for person in seat["people"])
    assert queries.attendees(session=session) == {m.person_id for m in sitting.titulars + sitting.substitutes}


def test_the_documents_of_the_last_frozen_file_are_named_with_their_fingerprints(held: Held) -> None:
    content = {
        "files": [{"title": "Procédure", "number": 3, "sha256": "f1"}],
        "reports": [{"digest": "r1", "content": {"title": "Rapport d’audit", "summary": "…"}}],
        "plan": {"number": 2, "sha256": "p1", "content": {}},
    }
    Dossier.objects.create(item=held.award, number=2, content=content, digest="d2", frozen_at=held.sitting.at)
    evolution = {"plan": None, "text": {"title": "Règles du label", "number": 4, "sha256": "t1"}}
    Dossier.objects.create(item=held.open_matter, number=2, content=evolution, digest="d3", frozen_at=held.sitting.at)
    award, free = queries.draft(session=held.session)["matters"]
    assert award["documents"]["sha256"] == "d2"
    assert [(one["title"], one["version"], one["sha256"]) for one in award["documents"]["files"]] == [
        ("Rapport d’audit", None, "r1"),
        ("Plan d’actions transmis", 2, "p1"),
        ("Procédure", 3, "f1"),
    ]
    assert [one["sha256"] for one in free["documents"]["files"]] == ["t1"]


def test_what_takes_effect_is_written_in_words(
    sitting: Sitting, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]
) -> None:
    firm = make_organisation(Kind.AUDIT_FIRM)
    auditor = make_person(Role.AUDITOR, firm)
    years = Effect(starts_on=AFTERNOON.date(), ends_on=date(2029, 3, 31), scope=(Audit.HQS,), trained_on=date(2026, 2, 1))
    item = sitting.put(
        "Agrément", matter=Matter.ACCREDITATION, candidate=auditor, firm=firm, proposal=plain(years)
    )  # fmt: skip
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item, outcome=Outcome.ACCREDITED)
    for mandate in sitting.titulars:
        sitting.vote(poll, mandate, "for")
    sitting.close(poll)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    operations.close_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.session.refresh_from_db()
    (said,) = queries.draft(session=sitting.session)["matters"][0]["polls"]
    assert said["outcome"]["label"] == "Agrément accordé"
    assert said["effect"][0] == {"what": "Agrément", "how": "du 1er avril 2026 au 31 mars 2029"}
