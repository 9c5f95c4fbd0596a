"""Partners: let in by a link, they see and say what is theirs; asking for help, with its dates and reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from palier.directory.models import Membership
from palier.directory.queries import is_light, visible_landlords
from palier.directory.rules import Role
from palier.outbox.models import Message, State
from palier.projects import operations, queries
from palier.projects.rules.terms import Body, Desk, Standing
from palier.verdict import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from palier.directory.models import Person
    from palier.projects.models import Partner, ProjectAction
    from tests.projects.conftest import Place

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 10)


def _link(place: Place, at: datetime, partner: Partner | None = None, **more: object) -> ProjectAction:
    return operations.create_action(
        project=place.project, plan=place.desk.plan, content=place.content(), partner=partner, by=place.lead, at=at,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_link_lets_its_partner_in_until_it_ends_is_renewed_or_revoked(
    place: Place, partner: tuple[Partner, str], at: datetime
) -> None:
    found, token = partner
    assert queries.partner_by(token=token, on=ON) == found
    assert queries.partner_by(token=token, on=found.expires_on + timedelta(days=1)) is None
    renewed = operations.renew_link(partner=found, by=place.lead, at=at)
    assert queries.partner_by(token=token, on=ON) is None
    assert queries.partner_by(token=renewed, on=ON) == found
    operations.revoke_partner(partner=found, by=place.lead, at=at)
    assert queries.partner_by(token=renewed, on=ON) is None
    with pytest.raises(Refusal, match="fermé"):
        operations.speak(partner=found, text="Bonjour", at=at)


def test_a_partner_becomes_nothing_for_the_landlord(partner: tuple[Partner, str]) -> None:
    found, _ = partner
    assert not visible_landlords(person=found.person, on=ON).exists()
    assert not is_light(person=found.person, on=ON)


def test_the_link_leaves_by_mail_and_the_token_is_kept_nowhere(partner: tuple[Partner, str]) -> None:
    found, token = partner
    message = Message.objects.get(event="projects.partner_link")
    assert message.link == f"/projet-partage/{token}/"
    assert message.person_id == found.person_id
    assert token not in found.token_digest


def test_a_person_has_one_access_to_a_project(place: Place, partner: tuple[Partner, str], at: datetime) -> None:
    given = {"body": Body.TOWN, "name": "Ville", "contact": "M. V.", "email": "V@ville.test"}
    with pytest.raises(Refusal, match="déjà accès"):
        operations.invite_partner(project=place.project, by=place.lead, at=at, **given)  # type: ignore[arg-type]


def test_a_partner_reports_on_its_actions_and_the_plan_waits_for_the_landlord(
    place: Place, partner: tuple[Partner, str], at: datetime
) -> None:
    found, _ = partner
    link = _link(place, at, found)
    word = operations.speak(partner=found, link=link, progress=40, text="Deux enlèvements par semaine.", at=at)
    link.action.refresh_from_db()
    assert link.action.progress == 0
    operations.take_over(word=word, by=place.lead, at=at)
    link.action.refresh_from_db()
    assert (link.action.status, link.action.progress) == ("under_way", 40)
    with pytest.raises(Refusal, match="déjà repris"):
        operations.take_over(word=word, by=place.lead, at=at)
    assert Message.objects.filter(event="projects.partner_spoke", person_id=place.lead.pk).exists()


def test_a_partner_says_nothing_of_what_is_not_shared_or_not_its_own(
    place: Place, partner: tuple[Partner, str], at: datetime
) -> None:
    found, _ = partner
    hidden, ours = _link(place, at, shared=False), _link(place, at)
    with pytest.raises(Refusal, match="pas partagée"):
        operations.speak(partner=found, link=hidden, text="Vu.", at=at)
    with pytest.raises(Refusal, match="dont vous répondez"):
        operations.speak(partner=found, link=ours, progress=50, text="", at=at)
    operations.speak(partner=found, link=ours, text="D’accord.", at=at)
    with pytest.raises(Refusal, match="reste dans le projet"):
        operations.unlink_action(link=ours, by=place.lead, at=at)
    operations.unlink_action(link=hidden, by=place.lead, at=at)


def test_who_answers_for_an_action_always_sees_it(place: Place, partner: tuple[Partner, str], at: datetime) -> None:
    link = _link(place, at)
    operations.assign_action(link=link, partner=partner[0], shared=False, by=place.lead, at=at)
    link.refresh_from_db()
    assert link.shared


def _asked(place: Place, at: datetime) -> object:
    return operations.ask_help(
        project=place.project, desk=Desk.SUPPORT, reasons="Plus personne n’intervient.", tried="Trois réunions.",
        documents=[], by=place.lead, at=at,
    )  # fmt: skip


def test_help_is_asked_acknowledged_answered_and_closed(place: Place, at: datetime) -> None:
    _asked(place, at)
    asked = queries.help_requests(landlord=place.desk.landlord.pk).get()
    assert queries.standing(asked) is Standing.ASKED
    with pytest.raises(Refusal, match="déjà en cours"):
        _asked(place, at)
    for act, then in (
        (lambda: operations.acknowledge_help(request=asked, by=place.referent, at=at), Standing.ACKNOWLEDGED),
        (lambda: operations.answer_help(request=asked, answer="Un pair vous appelle.", by=place.referent, at=at), Standing.ANSWERED),
        (lambda: operations.close_help(request=asked, closing="Appui reçu.", by=place.lead, at=at), Standing.CLOSED),
    ):  # fmt: skip
        act()
        asked.refresh_from_db()
        assert queries.standing(asked) is then
    told = list(Message.objects.filter(event__startswith="projects.help").values_list("event", "person_id"))
    assert ("projects.help_asked", place.referent.pk) in told
    assert ("projects.help_moved", place.lead.pk) in told
    _asked(place, at)


def test_the_labels_team_is_reminded_once_a_day_of_what_waits_too_long(place: Place, at: datetime) -> None:
    _asked(place, at)
    assert operations.remind_help_due(at=at + timedelta(days=7)) == 0
    late = at + timedelta(days=8)
    assert operations.remind_help_due(at=late) == 1
    assert operations.remind_help_due(at=late + timedelta(hours=1)) == 0
    assert operations.remind_help_due(at=late + timedelta(days=1)) == 1
    asked = queries.help_requests(landlord=place.desk.landlord.pk).get()
    operations.answer_help(request=asked, answer="Voici.", by=place.referent, at=late)
    assert operations.remind_help_due(at=late + timedelta(days=30)) == 0


@pytest.mark.parametrize("moved", [operations.acknowledge_help, partial(operations.answer_help, answer="Voici.")])
def test_a_reminder_does_not_leave_once_the_request_is_moved(place: Place, moved: Callable[..., None], at: datetime) -> None:
    _asked(place, at)
    asked = queries.help_requests(landlord=place.desk.landlord.pk).get()
    waiting = Message.objects.filter(event="projects.help_asked", state=State.WAITING)
    assert operations.remind_help_due(at=at + timedelta(days=8)) == 1
    moved(request=asked, by=place.referent, at=at + timedelta(days=8))
    assert not waiting.exists()


def test_a_request_answered_while_reminders_are_written_is_not_reminded(
    place: Place, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(place, at)
    late = at + timedelta(days=8)
    due = queries.help_to_remind(on=late.date())
    monkeypatch.setattr(queries, "help_to_remind", lambda **_: due)
    operations.answer_help(request=due[0], answer="Voici.", by=place.referent, at=late)
    assert operations.remind_help_due(at=late) == 0


def _closed(place: Place, at: datetime) -> set[int]:
    """Close what runs: who is to hear of it."""
    asked = queries.help_requests(landlord=place.desk.landlord.pk).get()
    operations.close_help(request=asked, closing="Réglé entre nous.", by=place.lead, at=at)
    waiting = Message.objects.filter(state=State.WAITING)
    assert not waiting.exclude(event="projects.help_moved").filter(event__startswith="projects.help").exists()
    return set(waiting.filter(event="projects.help_moved").values_list("person_id", flat=True))


def test_help_closed_before_its_message_left_is_told_to_nobody_of_the_labels_team(place: Place, at: datetime) -> None:
    _asked(place, at)
    assert place.referent.pk not in _closed(place, at)


def test_help_closed_once_told_is_told_to_the_labels_team_of_that_day(
    place: Place, make_person: Callable[..., Person], at: datetime
) -> None:
    _asked(place, at)
    Message.objects.update(state=State.SENT, settled_at=at)
    former = Membership.objects.get(person=place.referent)
    today = make_person(Role.REFERENT, former.organisation)
    Membership.objects.filter(pk=former.pk).update(ends_on=at.date())
    told = _closed(place, at + timedelta(days=2))
    assert today.pk in told
    assert place.referent.pk not in told


@pytest.mark.parametrize("kept", [True, False], ids=["told", "told before messages bore a key"])
def test_a_reminder_does_not_leave_once_help_is_closed(place: Place, at: datetime, *, kept: bool) -> None:
    _asked(place, at)
    Message.objects.update(state=State.SENT, settled_at=at, **{} if kept else {"undo_key": ""})
    late = at + timedelta(days=8)
    assert operations.remind_help_due(at=late) == 1
    assert place.referent.pk in _closed(place, late)


def test_help_that_was_told_before_messages_bore_a_key_is_told_closed(place: Place, at: datetime) -> None:
    _asked(place, at)
    Message.objects.update(state=State.SENT, settled_at=at, undo_key="")
    assert place.referent.pk in _closed(place, at)
