"""The life of a wave: prepared, drawn, launched, stopped in one act, closed."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from palier.calendar import at_hour, paris_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.questionnaires.models import QuestionnaireVersion
from palier.surveys.models import Invitation, Stratum, Wave
from palier.surveys.operations.inviting import invitation_for
from palier.surveys.operations.planning import plan_pace
from palier.surveys.queries.waves import paces, plan_of
from palier.surveys.rules.sampling import Plan, draw
from palier.surveys.rules.waves import (
    Design,
    EventKind,
    Pace,
    Split,
    State,
    may_close,
    may_draw,
    may_edit,
    may_launch,
    may_resume,
    may_stop,
    may_undraw,
    paces_hold,
)
from palier.verdict import Conflict, Refusal, Verdict, no, require

# Messages of a wave start to leave at this hour of Paris.
FIRST_HOUR = 9


@dataclass(frozen=True, slots=True)
class Draft:
    """What one says of a wave while preparing it. ``cost_ceiling`` is in thousandths of a euro."""

    name: str
    purpose: str
    design: Design
    opens_on: date
    closes_on: date
    paces: Sequence[Pace]
    subject: str
    message: str
    split: Split = Split.NONE
    margin: Decimal | None = None
    expected_rate: int | None = None
    settled_months: int = 0
    panel_of: Wave | None = None
    trigger: EventKind | None = None
    delay_hours: int = 0
    cost_ceiling: int = 0
    questionnaire: QuestionnaireVersion | None = None

    def fields(self) -> dict[str, Any]:
        """As the columns of a wave; what the design does not use is left out."""
        sample, panel, hot = (self.design is design for design in (Design.SAMPLE, Design.PANEL, Design.HOT))
        return {
            "name": self.name.strip(),
            "purpose": self.purpose.strip(),
            "design": self.design,
            "split": self.split,
            "margin": self.margin if sample else None,
            "expected_rate": self.expected_rate if sample else None,
            "settled_months": 0 if hot else self.settled_months,
            "panel_of": self.panel_of if panel else None,
            "trigger": self.trigger or "" if hot else "",
            "delay_hours": self.delay_hours if hot else 0,
            "opens_on": self.opens_on,
            "closes_on": self.closes_on,
            "paces": [pace.kept() for pace in self.paces],
            "subject": self.subject.strip(),
            "message": self.message.strip(),
            "cost_ceiling": self.cost_ceiling,
            "questionnaire": self.questionnaire,
        }


def _holds(draft: Draft, landlord: Landlord | int) -> Verdict:
    """Whether a wave may be asked so."""
    said = [paces_hold(draft.paces)]
    if draft.closes_on < draft.opens_on:
        said.append(no("surveys.dates", "La clôture vient après l’ouverture."))
    if draft.paces and draft.design is not Design.HOT and (draft.closes_on - draft.opens_on).days < draft.paces[-1].day:
        said.append(no("surveys.late_pace", "Le dernier rappel part après la clôture : avancez-le ou reculez la clôture."))
    if draft.design is Design.SAMPLE and not (draft.margin and draft.expected_rate):
        said.append(
            no("surveys.margin", "Dites la marge d’erreur voulue et le taux de réponse attendu : le nombre en découle.")
        )
    if draft.design is Design.PANEL and (draft.panel_of is None or draft.panel_of.launched_at is None):
        said.append(no("surveys.panel", "Choisissez la vague passée dont on interroge à nouveau les locataires."))
    if draft.design is Design.HOT and draft.trigger is None:
        said.append(no("surveys.trigger", "Choisissez l’événement qui déclenche l’enquête."))
    if draft.panel_of and draft.panel_of.landlord_id != (landlord if isinstance(landlord, int) else landlord.pk):
        said.append(no("surveys.panel", "Cette vague est celle d’un autre organisme."))
    return Verdict.all(said)


@transaction.atomic
def create_wave(*, landlord: Landlord, draft: Draft, by: Person | None, at: datetime) -> Wave:
    """Prepare a wave. Nobody is asked yet.

    Raises:
        Refusal: when it cannot be asked so, with every reason.
    """
    require(_holds(draft, landlord))
    wave = Wave.objects.create(landlord=landlord, created_at=at, created_by=by, **draft.fields())
    _line(wave, "created", f"a préparé la vague « {wave.name} ».", by, at, {"design": wave.design})
    return wave


@transaction.atomic
def edit_wave(*, wave: Wave, draft: Draft, seen: int, by: Person | None, at: datetime) -> Wave:
    """Change a wave that is not drawn yet. ``seen`` is the revision that was on screen.

    Raises:
        Refusal: when it is drawn, or cannot be asked so.
        Conflict: when somebody changed it meanwhile.
    """
    require(may_edit(State(wave.state)) & _holds(draft, wave.landlord_id))
    changed = Wave.objects.filter(pk=wave.pk, revision=seen, state=State.DRAFT).update(**draft.fields(), revision=seen + 1)
    if not changed:
        raise Conflict(no("surveys.changed", "Cette vague a changé entre-temps. Rechargez la page, puis reprenez."))
    wave.refresh_from_db()
    _line(wave, "changed", f"a modifié la vague « {wave.name} ».", by, at)
    return wave


def _locked(wave: Wave) -> Wave:
    return Wave.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=wave.pk)


@transaction.atomic
def draw_sample(*, wave: Wave, by: Person | None, at: datetime) -> Plan:
    """Draw who is asked: strata, invitations, links. The seed enters the ledger, so that anybody can draw again.

    Raises:
        Refusal: when it is drawn already, or nobody can be asked.
    """
    wave = _locked(wave)
    require(may_draw(State(wave.state)))
    found = Plan([], Counter()) if wave.design == Design.HOT else plan_of(wave=wave, at=at)
    if not found.drawn and wave.design != Design.HOT:
        cure = "tous les ménages sont mis de côté" if found.population else "importez d’abord le fichier des locataires"
        raise Refusal(no("surveys.nobody", f"Personne ne peut être interrogé : {cure}."))
    seed = secrets.token_hex(16)
    strata = Stratum.objects.bulk_create(
        Stratum(
            wave=wave,
            key=part.key,
            label=part.label,
            population=part.population,
            eligible=part.eligible,
            wanted=part.wanted,
            drawn=part.drawn,
        )
        for part in found.parts
    )
    made = [
        invitation_for(wave=wave, stratum=stratum, household=unit.pk, language=unit.language)
        for stratum, part in zip(strata, found.parts, strict=True)
        for unit in draw(part.units, part.drawn, seed=seed)
    ]
    # In the order of their digests, which is nobody's: the rows of a copy of the table say nothing by their place.
    Invitation.objects.bulk_create(sorted(made, key=lambda invitation: invitation.digest), batch_size=2_000)
    wave.state, wave.seed, wave.drawn_at = State.DRAWN, seed, at
    wave.excluded = {str(why): count for why, count in found.aside.items()}
    wave.save(update_fields=["state", "seed", "drawn_at", "excluded"])
    summary = f"a tiré au sort {found.drawn} ménages pour la vague « {wave.name} »."
    if wave.design == Design.HOT:
        summary = f"a ouvert la vague à chaud « {wave.name} » à ses événements."
    facts = {
        "seed": seed,
        "order": "SHA-256(seed:reference)",
        "strata": {part.key or "-": [part.population, part.eligible, part.wanted, part.drawn] for part in found.parts},
        "excluded": wave.excluded,
    }
    _line(wave, "drawn", summary, by, at, facts)
    return found


@transaction.atomic
def undo_draw(*, wave: Wave, by: Person | None, at: datetime) -> None:
    """Undo a draw before anybody was asked. The former seed stays in the ledger.

    Raises:
        Refusal: when it is too late.
    """
    wave = _locked(wave)
    require(may_undraw(State(wave.state)))
    Invitation.objects.filter(wave=wave).delete()
    Stratum.objects.filter(wave=wave).delete()
    wave.state, wave.seed, wave.drawn_at, wave.excluded = State.DRAFT, "", None, {}
    wave.save(update_fields=["state", "seed", "drawn_at", "excluded"])
    _line(wave, "undrawn", f"a défait le tirage de la vague « {wave.name} ».", by, at)


@transaction.atomic
def launch(*, wave: Wave, by: Person | None, at: datetime) -> int:
    """Let the first messages leave, on the day the wave opens or now; how many were planned.

    Raises:
        Refusal: when the sample is not drawn, the wave is launched already, or its last day has passed.
    """
    wave = _locked(wave)
    require(may_launch(State(wave.state), has_questionnaire=wave.questionnaire_id is not None))
    if wave.closes_on < paris_day(at):
        raise Refusal(no("surveys.too_late", "La date de clôture est passée : défaites le tirage et changez les dates."))
    twin = Wave.objects.filter(landlord=wave.landlord_id, design=Design.HOT, state__in=[State.RUNNING, State.STOPPED])
    if wave.design == Design.HOT and twin.filter(trigger=wave.trigger).exists():
        raise Refusal(no("surveys.twin", "Une autre vague à chaud attend déjà cet événement : fermez-la d’abord."))
    wave.state, wave.launched_at = State.RUNNING, at
    wave.save(update_fields=["state", "launched_at"])
    count = 0
    if wave.design != Design.HOT:
        count = plan_pace(wave=wave, rank=0, due_at=max(at, at_hour(wave.opens_on, FIRST_HOUR)))
        Wave.objects.filter(pk=wave.pk).update(planned=1)
    facts = {"planned": count, "paces": [pace.kept() for pace in paces(wave)]}
    planned = f"{count} message{'s sont prévus' if count > 1 else ' est prévu'}" if count else "aucun message n’est prévu"
    then = "chaque événement fera partir un message" if wave.design == Design.HOT else planned
    _line(wave, "launched", f"a lancé la vague « {wave.name} » : {then}.", by, at, facts)
    return count


@transaction.atomic
def stop(*, wave: Wave, by: Person | None, at: datetime) -> None:
    """Stop everything that has not left. The worker reads the state again before each message; links still take answers.

    Raises:
        Refusal: when nothing leaves.
    """
    wave = _locked(wave)
    require(may_stop(State(wave.state)))
    wave.state, wave.stopped_at = State.STOPPED, at
    wave.save(update_fields=["state", "stopped_at"])
    _line(wave, "stopped", f"a arrêté les envois de la vague « {wave.name} ».", by, at)


@transaction.atomic
def resume(*, wave: Wave, by: Person | None, at: datetime) -> None:
    """Let messages leave again.

    Raises:
        Refusal: when they are not stopped.
    """
    wave = _locked(wave)
    require(may_resume(State(wave.state)))
    wave.state, wave.stopped_at = State.RUNNING, None
    wave.save(update_fields=["state", "stopped_at"])
    _line(wave, "resumed", f"a repris les envois de la vague « {wave.name} ».", by, at)


@transaction.atomic
def close(*, wave: Wave, by: Person | None, at: datetime) -> None:
    """Take no more answers; nothing leaves any more, every link is forgotten.

    Raises:
        Refusal: when it is not in the field.
    """
    wave = _locked(wave)
    require(may_close(State(wave.state)))
    wave.state, wave.closed_at = State.CLOSED, at
    wave.save(update_fields=["state", "closed_at"])
    Invitation.objects.filter(wave=wave).update(sealed=None, held_by=None, held_until=None)
    _line(wave, "closed", f"a clos la vague « {wave.name} ».", by, at)


def close_due(*, at: datetime) -> int:
    """Close the waves whose last day has passed; how many there were."""
    due = Wave.objects.filter(state__in=[State.RUNNING, State.STOPPED], closes_on__lt=paris_day(at))
    found = list(due.order_by("pk"))
    for wave in found:
        close(wave=wave, by=None, at=at)
    return len(found)


def _line(wave: Wave, act: str, summary: str, by: Person | None, at: datetime, facts: Mapping[str, Any] | None = None) -> None:
    record(
        act=f"surveys.wave_{act}",
        by=by.pk if by else None,
        at=at,
        on=("surveys.wave", wave.pk),
        landlord=wave.landlord_id,
        summary=summary,
        facts=facts,
        audience=Audience.LANDLORD,
    )
