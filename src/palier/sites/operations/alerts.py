"""What people make of an alert: taken into account, explained, or turned into a diagnosis. It is never erased."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.frameworks import operations as frameworks
from palier.frameworks import queries as grids
from palier.frameworks.models import Assessment
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sites.models import SiteAlert
from palier.sites.operations.rating import declare_priority
from palier.sites.queries import active_sites, is_diagnosed
from palier.sites.rules import GRID, SUBJECT, AlertState, Level, concluded, may_answer, may_conclude
from palier.verdict import require

_SAID = {
    AlertState.ACKNOWLEDGED: "a pris en compte l’alerte sur {name}.",
    AlertState.EXPLAINED: "a expliqué l’alerte sur {name} : {reason}",
    AlertState.DIAGNOSIS: "a ouvert un diagnostic à partir de l’alerte sur {name}.",
}


@transaction.atomic
def answer_alert(*, alert: SiteAlert, answer: AlertState, reason: str, by: Person, at: datetime) -> SiteAlert:
    """Answer an alert. A diagnosis starts the common grid on the residence, or goes on with the one under way.

    Raises:
        Refusal: when it is over, an explanation lacks its reason, or a diagnosis is open already.
    """
    held = SiteAlert.objects.select_for_update(of=("self",)).select_related("residence", "landlord").get(pk=alert.pk)
    state = AlertState(held.state)
    require(may_answer(state, answer, reason, ended=held.ended_at is not None))
    if state is not AlertState.DIAGNOSIS:  # an alert that came back is answered anew: its former diagnosis no longer answers
        held.diagnosis = _diagnosis(held, by, at) if answer is AlertState.DIAGNOSIS else None
    held.state, held.reason = answer, reason.strip()
    held.answered_by, held.answered_at, held.answered_rate = by, at, held.after
    held.save()
    record(
        act="sites.alert_answered",
        by=by.pk,
        at=at,
        on=("sites.site_alert", held.pk),
        landlord=held.landlord_id,
        summary=_SAID[answer].format(name=held.residence.name, reason=held.reason),
        facts={"answer": answer.value, "residence": held.residence_id, "indicator": held.indicator},
        audience=Audience.LANDLORD,
    )
    return held


@transaction.atomic
def conclude_alert(*, alert: SiteAlert, level: Level | None, reason: str, by: Person, at: datetime) -> SiteAlert:
    """Say what the finished diagnosis of an alert leads to: a priority site of this level, or nothing (``level`` None), and why.

    It is then taken into account, or explained; and comes back if the residence gets worse.

    Raises:
        Refusal: when no diagnosis waits for its conclusion, it is not finished, or no reason is given.
    """
    held = SiteAlert.objects.select_for_update(of=("self",)).select_related("residence", "landlord").get(pk=alert.pk)
    require(may_conclude(AlertState(held.state), finished=is_diagnosed(held), reason=reason))
    if level is not None and not active_sites(landlord=held.landlord_id).filter(residence=held.residence_id).exists():
        declare_priority(landlord=held.landlord, residence=held.residence, level=level, reasons=reason, by=by, at=at)
    held.state, held.reason = AlertState.EXPLAINED if level is None else AlertState.ACKNOWLEDGED, reason.strip()
    held.answered_by, held.answered_at, held.answered_rate = by, at, held.after
    held.save()
    led = concluded(AlertState(held.state), diagnosed=True).lower()
    record(
        act="sites.alert_concluded",
        by=by.pk,
        at=at,
        on=("sites.site_alert", held.pk),
        landlord=held.landlord_id,
        summary=f"a conclu le diagnostic de {held.residence.name}, ouvert sur une alerte : {led}. {held.reason}",
        facts={"level": level.value if level else "", "residence": held.residence_id, "diagnosis": held.diagnosis_id},
        audience=Audience.LANDLORD,
    )
    return held


def _diagnosis(alert: SiteAlert, by: Person, at: datetime) -> Assessment:
    residence = alert.residence
    running = grids.open_on(landlord=alert.landlord, code=GRID, kind=SUBJECT, subject=residence.pk)
    return running or frameworks.start(
        version=grids.current_version(code=GRID, on=paris_day(at)),
        landlord=alert.landlord,
        subject=(SUBJECT, residence.pk, residence.name),
        by=by,
        at=at,
    )
