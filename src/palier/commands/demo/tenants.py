"""Tenants' representatives: they read, answer, meet, or stay silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from palier.calendar import paris_day
from palier.commands.demo import papers
from palier.commands.demo.timeline import Part, later, office_hours
from palier.commands.demo.world import Household
from palier.consultation import operations as consultation
from palier.consultation import queries as gates
from palier.consultation.models import Round, Voice
from palier.consultation.rules import Body, Duty, Opinion, awaited, gate, next_reminder_on, opens_on
from palier.directory.models import Organisation
from palier.label import queries as label
from palier.label.models import Journey
from palier.label.rules.stages import Stage

_SUBJECTS = {
    Stage.ENGAGEMENT: "Engagement dans le label",
    Stage.AUDITOR_SELECTION: "Choix de l’auditeur",
    Stage.SELF_ASSESSMENT: "Cotation du patrimoine et sites prioritaires",
    Stage.HQS_PLANNING: "Calendrier du diagnostic",
    Stage.HQS_ON_SITE: "Diagnostic sur place",
    Stage.HQS_REPORT: "Rapport de diagnostic",
    Stage.PLAN_DRAFTING: "Plan d’actions",
    Stage.PLAN_DEFERRED: "Plan d’actions complété",
    Stage.IMPLEMENTING: "Mise en œuvre du plan",
    Stage.IMPLEMENTATION_AUDIT: "Audit de mise en œuvre",
    Stage.AWARD_DEFERRED: "Mise en œuvre complétée",
    Stage.LABELLED: "Vie du label",
    Stage.VERIFICATION_AUDIT: "Audit de vérification",
    Stage.CONFIRMATION_DEFERRED: "Confirmation complétée",
    Stage.CONFIRMED: "Préparation du renouvellement",
    Stage.HEARING: "Procédure de retrait",
}
_MESSAGES = {
    Duty.INFORM: "Nous vous tenons informés de cette étape. Les documents partagés sont joints ; vos questions sont les bienvenues.",
    Duty.CONSULT: "Nous souhaitons recueillir vos remarques avant de poursuivre.",
    Duty.OPINION: "Nous vous demandons votre avis. Il sera transmis au comité tel que vous l’écrivez.",
}
_TEXTS = {
    Opinion.FAVOURABLE: (
        "Le document reprend ce que nous avons dit en réunion. Nous sommes d’accord.",
        "Nous reconnaissons les efforts faits sur la propreté des halls. Avis favorable.",
        "",
    ),
    Opinion.FAVOURABLE_WITH_REQUESTS: (
        "D’accord sur l’ensemble. Nous demandons un affichage dans chaque hall et un point tous les six mois.",
        "Favorable, à condition que les délais de réponse aux demandes techniques soient affichés et tenus.",
        "Nous demandons que les résultats de l’enquête soient présentés résidence par résidence.",
    ),
    Opinion.RESERVED: (
        "Les ascenseurs en panne ne figurent nulle part. Nous attendons un engagement chiffré.",
        "Les sites les plus difficiles n’ont pas de gardien : le plan ne dit pas comment y remédier.",
    ),
    Opinion.UNFAVOURABLE: (
        "Nous n’avons reçu les documents que la veille. Nous ne pouvons pas donner un avis favorable dans ces conditions.",
    ),
    Opinion.NO_OPINION: ("",),
}
_ODDS = {
    Opinion.FAVOURABLE: 46,
    Opinion.FAVOURABLE_WITH_REQUESTS: 34,
    Opinion.RESERVED: 12,
    Opinion.UNFAVOURABLE: 3,
    Opinion.NO_OPINION: 5,
}
_REPLIES = (
    "Merci de votre avis. L’affichage sera fait dans chaque hall avant la fin du trimestre.",
    "Votre demande est reprise dans le plan ; nous en rendrons compte au prochain conseil de concertation.",
)


def associate(home: Household, journey: Journey, at: datetime, *, silent: bool = False) -> Part:
    """Associate the representatives with the present stage, until the gate is open. ``silent``: one of them does not answer."""
    rng, ask, stage = home.rng, label.gate_ask(journey), Stage(journey.stage)
    shared = [] if ask.duty is Duty.INFORM else [papers.held(home, "tenant_notice", at).versions.get(number=1)]
    round_ = consultation.open_round(
        landlord=home.landlord,
        cycle=journey.cycle,
        stage=stage,
        duty=ask.duty,
        subject=_SUBJECTS[stage],
        message=_MESSAGES[ask.duty],
        documents=shared,
        lapse_days=ask.lapse_days,
        reminders=ask.reminders,
        by=home.lead,
        at=at,
    )
    ways = {voice: rng.random() for voice in round_.voices.select_related("association", "round__landlord").order_by("pk")}
    if silent:
        quiet = next(iter(home.representatives))
        ways = {voice: 1.0 if voice.association == quiet else 0.5 for voice in ways}
    for voice, way in sorted(ways.items(), key=lambda pair: pair[1]):
        if way < (0.4 if ask.duty is Duty.INFORM else 0.75):
            at = yield later(at, rng.uniform(1, 6), rng)
            _speak(home, voice, ask.duty, at)
    if any(0.75 <= way < 0.9 for way in ways.values()) and ask.duty is not Duty.INFORM:
        at = yield later(at, 6, rng)
        _meet(home, round_, at)
    return (yield from _wait(round_, at, rng))


def _wait(round_: Round, at: datetime, rng: Random) -> Part:
    """Until the gate opens: the reminders leave on their days, then the delay runs out."""
    facts = gates.facts_of(round_, on=paris_day(at))
    while not gate(facts):
        days = [day for voice in awaited(facts) if (day := next_reminder_on(voice, facts) or opens_on(voice, facts))]
        at = yield max(office_hours(min(days), rng), at + timedelta(hours=1))
        consultation.remind_due(round_=round_, at=at)
        facts = gates.facts_of(round_, on=paris_day(at))
    return at


def _speak(home: Household, voice: Voice, duty: Duty, at: datetime) -> None:
    """An association reads, and answers where an answer is awaited."""
    rng, speaker = home.rng, home.representatives[voice.association]
    consultation.mark_read(voice=voice, by=speaker, at=at)
    if duty is Duty.INFORM:
        return
    opinion = rng.choices(list(_ODDS), list(_ODDS.values()))[0]
    at += timedelta(minutes=rng.randint(10, 50))
    given = consultation.give_opinion(voice=voice, opinion=opinion, text=rng.choice(_TEXTS[opinion]), by=speaker, at=at)
    if opinion is Opinion.FAVOURABLE_WITH_REQUESTS and rng.random() < 0.4:
        consultation.answer_opinion(voice=given, text=rng.choice(_REPLIES), by=home.lead, at=at + timedelta(minutes=50))


def _meet(home: Household, round_: Round, at: datetime) -> None:
    """The local consultation council meets, and its minutes are kept."""
    everybody = list(home.representatives)
    consultation.record_meeting(
        round_=round_,
        body=Body.COUNCIL,
        held_on=paris_day(at) - timedelta(days=1),
        invited=everybody,
        present=_some(everybody, home.rng),
        documents=[],
        minutes=papers.write(
            home, "minutes", home.lead, at, title=f"Compte rendu du conseil de concertation : {round_.subject.lower()}"
        ),
        by=home.lead,
        at=at,
        note="Présentation du dossier, questions et réponses. Les demandes des associations figurent au compte rendu.",
    )


def _some(of: list[Organisation], rng: Random) -> list[Organisation]:
    return rng.sample(of, rng.randint(1, len(of)))
