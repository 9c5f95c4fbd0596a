"""The référent examines a file, and the committee decides on it at its next session."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from palier.calendar import add_months, add_working_days, paris_day
from palier.commands.demo import papers
from palier.commands.demo.timeline import Part, later, office_hours
from palier.commands.demo.world import Household, World
from palier.committee import operations as committee
from palier.committee.rules.outcomes import Outcome
from palier.label import operations as label
from palier.label import queries
from palier.label.models import Correction, Journey
from palier.label.rules.stages import Stage
from palier.plans import operations as plans
from palier.plans import queries as plan
from palier.plans.rules.conditions import Asked
from palier.register import operations as register

_PRESENTS = {
    Stage.INSTRUCTION_ADMISSIBILITY: "present_admissibility",
    Stage.INSTRUCTION_AWARD: "present_award",
    Stage.INSTRUCTION_CONFIRMATION: "present_confirmation",
}
_ASKED = (
    ("Budget de l’action principale", "Le montant annoncé dans le plan ne se retrouve pas dans la pièce jointe."),
    ("Calendrier", "Deux actions se terminent avant d’avoir commencé : vérifiez leurs dates."),
    ("Compte rendu", "La feuille de présence de la réunion avec les associations n’est pas jointe."),
)
_STRENGTHS = (
    "une organisation de proximité claire, connue des équipes",
    "un suivi des demandes techniques tenu résidence par résidence",
    "un conseil de concertation réuni régulièrement",
)
_POINTS = (
    "les délais d’intervention dans les parties communes restent à établir",
    "les sites prioritaires demandent des moyens à confirmer chaque année",
    "la mesure des effets repose encore sur peu d’indicateurs",
)
_CONDITIONS = "Présenter à mi-parcours un point d’avancement sur les sites prioritaires, associations présentes."
_REASONS = {
    Outcome.PLAN_DEFERRED: "Les actions sur les sites prioritaires ne disent ni leur budget ni leur échéance. Le comité demande un complément.",
    Outcome.NOT_ADMISSIBLE: "Le diagnostic porte sur un périmètre trop partiel pour fonder un plan.",
    Outcome.AWARD_DEFERRED: "Trop d’actions prioritaires sont en retard sans explication. Le comité réexaminera le dossier complété.",
    Outcome.AWARD_REFUSED: "Le plan n’a pas été mis en œuvre dans ses parties essentielles.",
    Outcome.CONFIRMATION_DEFERRED: "L’avancement sur deux sites prioritaires n’est pas établi par des preuves.",
    Outcome.NOT_CONFIRMED: "Les engagements pris lors de la labellisation ne sont plus suivis.",
    Outcome.SUSPENDED: "Des manquements répétés ont été signalés par les associations et constatés sur place.",
    Outcome.WITHDRAWN: "L’organisme n’a pas remédié aux manquements constatés.",
    Outcome.MAINTAINED: "Les observations présentées et les mesures prises répondent aux manquements constatés.",
}


def instruct(world: World, home: Household, journey: Journey, at: datetime) -> Part:
    """Pieces checked, perhaps a correction, the note, then the committee's table."""
    rng, referent = home.rng, world.referent
    at = yield later(at, 6, rng)
    if rng.random() < 0.35:
        at = yield from _correct(world, home, journey, at)
    for piece in queries.pieces(journey=journey):
        if piece.checked_at is None:
            at += timedelta(minutes=4)
            label.check_piece(piece=piece, by=referent, at=at)
    at = yield from _check_conditions(world, home, at)
    at = yield later(at, 4, rng)
    label.write_note(journey=journey, text=_note(home, journey), revision=0, by=referent, at=at)
    label.deliver_note(journey=journey, by=referent, at=at + timedelta(minutes=30))
    at += timedelta(minutes=45)
    label.advance(journey=journey, act=_PRESENTS[Stage(journey.stage)], by=referent, at=at)
    journey.refresh_from_db()
    return at


def _check_conditions(world: World, home: Household, at: datetime) -> Part:
    """What the committee asked with its last decision is shown, then checked, before it decides again."""
    for condition in plan.unmet_conditions(landlords=[home.landlord.pk]):
        plans.show_condition(
            condition=condition, text="Le point a été présenté en conseil de concertation.", by=home.lead, at=at
        )
        at = yield later(at, 2, home.rng)
        plans.find_condition(condition=condition, met=True, text="Compte rendu et présences vus.", by=world.referent, at=at)
    return at


def _correct(world: World, home: Household, journey: Journey, at: datetime) -> Part:
    subject, reason = home.rng.choice(_ASKED)
    correction: Correction = label.ask_correction(journey=journey, subject=subject, reason=reason, by=world.referent, at=at)
    at = yield later(at, 8, home.rng)
    label.answer_correction(
        correction=correction, answer="C’est corrigé : la pièce complétée est jointe au dossier.", by=home.lead, at=at
    )
    return (yield later(at, 3, home.rng))


def _note(home: Household, journey: Journey) -> str:
    strengths, points = home.rng.sample(_STRENGTHS, 2), home.rng.sample(_POINTS, 1)
    return (
        f"{home.landlord.name} présente son dossier à l’étape « {Stage(journey.stage).label.lower()} », cycle {journey.cycle}.\n\n"
        f"On relève {strengths[0]} et {strengths[1]}. En revanche, {points[0]}.\n\n"
        "Les représentants de locataires ont été associés à chaque étape ; leurs avis sont joints sans modification."
    )


def decide(world: World, home: Household, journey: Journey, outcome: Outcome, at: datetime) -> Part:
    """The committee's decision: taken at its next session when that one is held in Palier, else recorded the day after."""
    session = next_session(paris_day(at))
    world.awaited[journey.pk] = outcome, session
    at = yield max(office_hours(add_working_days(session, 1), home.rng), at)
    del world.awaited[journey.pk]
    if not journey.decisions.filter(decided_on=session).exists():
        conditions, reasons = said(outcome, session)
        committee.record_decision(
            journey=journey,
            outcome=outcome,
            decided_on=session,
            by=world.referent,
            at=at,
            conditions=conditions,
            reasons=reasons,
            document=papers.minutes(home, session, f"Décision : {outcome.about.label.lower()}.", *reasons.splitlines()),
        )
    register.catch_up(at=at)
    journey.refresh_from_db()
    return at


def said(outcome: Outcome, day: date) -> tuple[list[Asked], str]:
    """The conditions and the reasons of a decision taken on a day."""
    about = outcome.about
    conditions = [Asked(_CONDITIONS, add_months(day, 6))] if about.needs_conditions else []
    return conditions, _REASONS[outcome] if about.needs_reasons else ""


def next_session(on: date) -> date:
    """The committee meets every second month, on the third Thursday."""
    year, month = on.year, on.month
    while True:
        if month % 2 == 0:
            first = date(year, month, 1)
            day = first + timedelta(days=(3 - first.weekday()) % 7 + 14)
            if day > on:
                return day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
