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
from palier.sites.rules import GRID, SUBJECT, AlertState, may_answer
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
    require(may_answer(AlertState(held.state), answer, reason, ended=held.ended_at is not None))
    if answer is AlertState.DIAGNOSIS and held.diagnosis_id is None:
        held.diagnosis = _diagnosis(held, by, at)
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
