"""What time does by itself: late calls climb, silence is counted apart, contacts are erased."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.cases import queries
from palier.cases.models import Case, CaseStep
from palier.cases.operations.writing import move, tell
from palier.cases.rules import LEVELS, State, Step, level_due
from palier.directory.queries import people_of
from palier.french import linked
from palier.ledger.operations import record
from palier.ledger.rules import Audience


@transaction.atomic
def climb_due(*, at: datetime) -> int:
    """Bring late calls one step higher: to the quality lead, then to the director. Each step is climbed once; how many."""
    today, climbed = paris_day(at), 0
    for case in queries.to_climb(on=today).select_for_update(of=("self",), skip_locked=True).order_by("pk"):
        level = level_due(case.due_on, today)
        if level <= case.level:
            continue
        role = LEVELS[level]
        people = people_of(landlord=case.landlord_id, roles=frozenset({role}), on=today)
        move(case, Step.CLIMBED, f"a constaté qu’un locataire {linked('de', case.residence.name)} n’a pas été rappelé à temps.", by=None, at=at,
             text=role.label, level=level)  # fmt: skip
        subject = f"Rappel en retard : {case.residence.name}"
        tell(case, "cases.climbed", set(people.values_list("pk", flat=True)), subject, at)
        climbed += 1
    return climbed


@transaction.atomic
def let_silence(*, at: datetime) -> int:
    """Close apart the cases whose tenant did not say whether it is settled; they may still say it. How many."""
    found = queries.past_silence(on=paris_day(at)).select_for_update(of=("self",), skip_locked=True).order_by("pk")
    count = 0
    for case in found:
        summary = f"a constaté qu’un locataire {linked('de', case.residence.name)} n’a pas dit si c’est réglé."
        move(case, Step.SILENT, summary, by=None, at=at, state=State.SILENT, closed_at=at)
        count += 1
    return count


@transaction.atomic
def erase_due(*, at: datetime) -> int:
    """Erase the contact and the words of the tenants whose case was closed long ago; what is counted stays. How many."""
    found = list(queries.past_cases(on=paris_day(at)).select_for_update(skip_locked=True).order_by("pk"))
    keys = [case.pk for case in found]
    CaseStep.objects.filter(case__in=keys).update(text="")
    Case.objects.filter(pk__in=keys).update(
        name="", phone="", email="", text="", link_digest=None, origin_digest=None, erased_at=at
    )
    for landlord in sorted({case.landlord_id for case in found}):
        count = sum(case.landlord_id == landlord for case in found)
        plural = "s" if count > 1 else ""
        record(
            act="cases.erased",
            by=None,
            at=at,
            on=("directory.landlord", landlord),
            landlord=landlord,
            summary=f"a effacé les coordonnées et les mots de {count} locataire{plural} rappelé{plural}.",
            facts={"cases": count},
            audience=Audience.LANDLORD,
        )
    return len(found)
