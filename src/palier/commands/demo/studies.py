"""What the regional association of the first landlord asks of its members: last year’s study, published, and this year’s, open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from palier.calendar import paris_day
from palier.commands.demo.timeline import Life, chance, later, office_hours
from palier.commands.demo.world import Household, World
from palier.directory.rules import Role
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Kind, Question, Value
from palier.studies import operations, queries
from palier.studies.models import Study, StudyAnswer

# How many days ago each edition was opened, and for how long it asks.
_LAST, _NOW, _WEEKS = 340, 18, timedelta(weeks=6)


def hold(world: World) -> Life:
    """Last year nearly all answered, and the study was published; this year half of them have."""
    region = world.regions[0]
    relay = region.memberships.get(role=Role.RELAY).person
    version = QuestionnaireVersion.objects.filter(questionnaire__code="landlords_commitments").latest("number")
    for days, share in ((_LAST, 0.9), (_NOW, 0.5)):
        rng = chance("study", days)
        at = yield office_hours(paris_day(world.today - timedelta(days=days)), rng)
        if not any(home.landlord.regional_association_id == region.pk for home in world.households):
            continue
        study = operations.open_study(
            association=region,
            questionnaire=version,
            name="Engagements et sites complexes",
            year=world.today.year - (days == _LAST),
            closes_on=paris_day(at + _WEEKS),
            by=relay,
            at=at,
        )
        for home, answer in _answers(world, study, share):
            at = yield later(at, 1, rng)
            _fill(answer, home, rng, at)
            operations.hand(answer=answer, by=home.lead, at=at + timedelta(minutes=30))
            at = yield later(at + timedelta(minutes=30), 0.2, rng)
            if share > 0.6 or rng.random() < 0.8:
                operations.validate(answer=answer, by=home.director, at=at)
        if days == _LAST:
            at = yield office_hours(study.closes_on + timedelta(days=1), rng)
            operations.close(study=study, by=relay, at=at)
            operations.publish(study=study, by=relay, at=at + timedelta(hours=2))


def _answers(world: World, study: Study, share: float) -> Iterator[tuple[Household, StudyAnswer]]:
    """The first landlord, and this share of the others, each with its answer to fill; this year the first is still to do."""
    homes = {home.landlord.pk: home for home in world.households}
    invited = [a for a in queries.invited(study=study) if a.landlord_id in homes]
    now = share < 0.6
    first = world.households[0].landlord.pk
    for answer in [a for a in invited if not (now and a.landlord_id == first)][: max(int(share * len(invited)), 1)]:
        yield homes[answer.landlord_id], queries.answer_of(landlord=answer.landlord, study=study.pk).get()


def _fill(answer: StudyAnswer, home: Household, rng: Random, at: datetime) -> None:
    """Page after page, what is proposed or something likely."""
    form = questionnaires.questionnaire(answer.study.questionnaire)
    for sheet in engine.sheets(form):
        proposals = queries.proposals_for(answer, on=paris_day(at))
        asked = engine.shown(form, sheet, answer.said)
        said = {
            q.key: proposals[q.key].value if q.key in proposals else _likely(q, rng) for q in asked if q.kind is not Kind.TEXT
        }
        if asked:
            keys = [question.key for question in asked]
            answer = operations.save(answer=answer, keys=keys, said=said, revision=answer.revision, by=home.lead, at=at)


def _likely(question: Question, rng: Random) -> Value:
    codes = [choice.code for choice in question.choices]
    if question.kind is Kind.CHOICES:
        taken = set(rng.sample(codes, rng.randint(1, min(question.at_most or len(codes), 4, len(codes)))))
        return [code for code in codes if code in taken]
    if question.kind is Kind.NUMBER:
        return rng.randint(5, 40)
    return rng.choice(codes)
