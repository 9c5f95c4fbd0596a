"""Opening, answering, validating, taking back, closing: who is counted, and what may no longer change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from palier.directory.models import Landlord, Person
from palier.directory.rules import Kind, Role
from palier.label.models import RuleSetVersion
from palier.label.operations import open_journey
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.questionnaires.models import QuestionnaireVersion
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from palier.stock.models import Import, Residence, ResidenceVintage
from palier.stock.rules.imports import State as Imported
from palier.studies import operations, queries
from palier.studies.models import StudyAnswer
from palier.verdict import Conflict, Refusal
from tests.fixtures import NOON
from tests.studies.conftest import CLOSES_ON, LEAST, Region, fill, validated

pytestmark = pytest.mark.django_db
SIX = [("oph", 1_000 * n) for n in range(1, 7)]
LATER = NOON + timedelta(days=8)


@pytest.fixture
def region(make_region: Callable[..., Region]) -> Region:
    return make_region(SIX)


def refused(code: str) -> pytest.RaisesExc[Refusal]:
    return pytest.raises(Refusal, check=lambda refusal: code in {r.code for r in refusal.verdict.reasons})


def test_every_member_is_invited_with_what_it_is_that_day_and_its_lead_is_told(
    make_landlord: Callable[..., object], make_region: Callable[..., Region], make_person: Callable[..., Person]
) -> None:
    stranger = make_landlord("Bailleur d’ailleurs")
    region = make_region(SIX)
    assert list(region.study.answers.order_by("pk").values_list("homes", flat=True)) == [1000, 2000, 3000, 4000, 5000, 6000]
    assert not StudyAnswer.objects.filter(landlord=stranger).exists()
    lead = make_person(Role.QUALITY_LEAD, region.landlords[0])
    operations.remind(study=region.study, by=region.by, at=LATER)
    [message] = Message.objects.filter(person_id=lead.pk)
    assert message.link == f"/organismes/{region.landlords[0].pk}/etudes/{region.study.pk}/"
    assert Entry.objects.filter(act="studies.opened").get().landlord_id is None


def test_who_joins_after_the_opening_is_invited_once_with_what_it_is_that_day(
    region: Region, make_landlord: Callable[..., Landlord], make_person: Callable[..., Person]
) -> None:
    with refused("studies.all_invited"):
        operations.invite_newcomers(study=region.study, by=region.by, at=NOON)
    joined = make_landlord("Nouvel adhérent", regional_association=region.association)
    lead = make_person(Role.QUALITY_LEAD, joined)
    assert operations.invite_newcomers(study=region.study, by=region.by, at=NOON) == 1
    assert queries.invited(study=region.study).filter(landlord=joined).count() == 1
    [message] = Message.objects.filter(person_id=lead.pk)
    assert message.link == f"/organismes/{joined.pk}/etudes/{region.study.pk}/"
    with refused("studies.all_invited"):
        operations.invite_newcomers(study=region.study, by=region.by, at=NOON)
    operations.close(study=region.study, by=region.by, at=NOON)
    with refused("studies.closed"):
        operations.invite_newcomers(study=region.study, by=region.by, at=NOON)


def test_an_edition_is_one_a_year_of_a_regional_association_with_members(region: Region, make_organisation: Callable) -> None:
    version = region.study.questionnaire
    tenants = QuestionnaireVersion.objects.get(questionnaire__code="triennial")
    given = {"name": "Étude", "closes_on": CLOSES_ON, "by": region.by, "at": NOON}
    for code, more in {
        "studies.twice": {"association": region.association, "questionnaire": version, "year": 2026},
        "studies.audience": {"association": region.association, "questionnaire": tenants, "year": 2027},
        "studies.past": {
            "association": region.association, "questionnaire": version, "year": 2027, "closes_on": NOON.date() - timedelta(days=1),
        },
        "studies.no_member": {
            "association": make_organisation(Kind.REGIONAL_ASSOCIATION), "questionnaire": version, "year": 2027,
        },
        "studies.association": {"association": make_organisation(Kind.FEDERATION), "questionnaire": version, "year": 2027},
    }.items():  # fmt: skip
        with refused(code):
            operations.open_study(**given | more)


def test_only_what_the_director_validated_counts_until_it_is_taken_back(region: Region) -> None:
    def counted() -> int:
        return queries.coverage_of(queries.studies_of(associations=[region.association.pk]).get()).counted

    handed = fill(region.answer(0), LEAST, region.by)
    assert counted() == 0
    with refused("studies.handed"):
        operations.save(answer=handed, keys=["commitment_taken"], said={}, revision=handed.revision, by=region.by, at=NOON)
    operations.validate(answer=handed, by=region.by, at=NOON)
    assert counted() == 1
    with refused("studies.validated"):
        operations.validate(answer=handed, by=region.by, at=NOON)
    operations.take_back(answer=handed, by=region.by, at=NOON)
    assert counted() == 0
    with refused("studies.not_handed"):
        operations.validate(answer=handed, by=region.by, at=NOON)
    acts = Entry.objects.filter(landlord_id=region.landlords[0].pk, act__startswith="studies.").order_by("number")
    assert list(acts.values_list("act", flat=True)) == ["studies.handed", "studies.validated", "studies.taken_back"]


def test_nothing_proposed_counts_before_its_page_is_saved(region: Region) -> None:
    answer = region.answer(0)
    proposals = queries.proposals_for(answer, on=NOON.date())
    assert proposals["landlord_homes"].value == 1000
    assert proposals["landlord_homes"].source == "votre fiche dans Palier"
    with refused("studies.page_unseen"):
        operations.hand(answer=answer, by=region.by, at=NOON)
    answer = operations.save(answer=answer, keys=["landlord_homes"], said={}, revision=0, by=region.by, at=NOON)
    assert "landlord_homes" not in queries.proposals_for(answer, on=NOON.date())
    assert answer.said == {}


def test_last_year_s_answer_is_proposed_with_where_it_comes_from(region: Region) -> None:
    said = LEAST | {"site_detection": "yes", "priority_themes": ["charges"]}
    validated(region.answer(0), said, region.by)
    fill(region.answer(1), said, region.by)
    operations.close(study=region.study, by=region.by, at=NOON)
    following = operations.open_study(
        association=region.association, questionnaire=region.study.questionnaire, name="Étude", year=2027, closes_on=CLOSES_ON,
        by=region.by, at=NOON,
    )  # fmt: skip
    first, second = (queries.answer_of(landlord=one, study=following.pk).get() for one in region.landlords[:2])
    proposed = queries.proposals_for(first, on=NOON.date())
    assert (proposed["priority_themes"].value, proposed["priority_themes"].source) == (["charges"], "votre réponse de 2026")
    assert "priority_themes" not in queries.proposals_for(second, on=NOON.date())


def test_a_page_saved_by_somebody_else_meanwhile_is_told_and_nothing_is_written(region: Region) -> None:
    answer = region.answer(0)
    operations.save(answer=answer, keys=["site_detection"], said={"site_detection": "yes"}, revision=0, by=region.by, at=NOON)
    with pytest.raises(Conflict) as told:
        operations.save(
            answer=answer, keys=["site_detection"], said={"site_detection": "no"}, revision=0, by=region.by, at=NOON
        )
    assert told.value.theirs == {"site_detection": "yes"}
    assert region.answer(0).said == {"site_detection": "yes"}


def test_an_answer_that_hung_on_another_falls_with_it(region: Region) -> None:
    said = {"commitment_taken": "yes", "commitments": ["iso_9001"]}
    answer = operations.save(answer=region.answer(0), keys=list(said), said=said, revision=0, by=region.by, at=NOON)
    keys = ["commitment_taken"]
    answer = operations.save(answer=answer, keys=keys, said={"commitment_taken": "no"}, revision=1, by=region.by, at=NOON)
    assert answer.said == {"commitment_taken": "no"}


def test_after_the_close_nothing_changes(region: Region) -> None:
    answer = validated(region.answer(0), LEAST, region.by)
    study = operations.close(study=region.study, by=region.by, at=NOON)
    assert study.counted["coverage"]["all"]["counted"] == 1
    for act in (operations.take_back, operations.validate, operations.hand):
        with refused("studies.closed"):
            act(answer=answer, by=region.by, at=NOON)
    with refused("studies.closed"):
        operations.remind(study=study, by=region.by, at=LATER)
    with refused("studies.closed_already"):
        operations.close(study=study, by=region.by, at=NOON)


def test_an_edition_closes_by_itself_the_day_after_its_last(region: Region) -> None:
    late = NOON + timedelta(days=31)
    with refused("studies.over"):
        operations.hand(answer=region.answer(0), by=region.by, at=late)
    assert operations.close_due(at=NOON + timedelta(days=30)) == 0
    assert operations.close_due(at=late) == 1
    assert operations.close_due(at=late) == 0


def test_the_undecided_alone_are_reminded_and_once_a_week(region: Region, make_person: Callable[..., Person]) -> None:
    validated(region.answer(0), LEAST, region.by)
    fill(region.answer(1), LEAST, region.by)
    done, lead = (make_person(Role.QUALITY_LEAD, region.landlords[n]) for n in (0, 1))
    director = make_person(Role.DIRECTOR, region.landlords[1])
    with refused("studies.reminded_lately"):
        operations.remind(study=region.study, by=region.by, at=NOON + timedelta(days=6))
    assert operations.remind(study=region.study, by=region.by, at=LATER) == 5
    assert set(Message.objects.filter(event="studies.reminded").values_list("person_id", flat=True)) == {director.pk}
    assert not Message.objects.filter(person_id__in=[done.pk, lead.pk]).exists()


def test_key_messages_are_kept_with_their_edition_and_published_once_it_is_closed(region: Region) -> None:
    with refused("studies.not_closed"):
        operations.publish(study=region.study, by=region.by, at=NOON)
    study = operations.close(study=region.study, by=region.by, at=NOON)
    operations.keep_words(study=study, words={"sites": " Les sites. "}, revision=0, by=region.by, at=NOON)
    with pytest.raises(Conflict):
        operations.keep_words(study=study, words={"sites": "Autre."}, revision=0, by=region.by, at=NOON)
    published = operations.publish(study=study, by=region.by, at=NOON)
    assert published.words == {"sites": "Les sites."}
    with refused("studies.published"):
        operations.publish(study=study, by=region.by, at=NOON)


@pytest.mark.parametrize(
    "column",
    [
        "validated_at = now(), validated_by_id = saved_by_id",
        "handed_at = now()",
        "study_id = study_id, landlord_id = (SELECT max(landlord_id) FROM studies_studyanswer)",
    ],
)
def test_the_database_refuses_what_nobody_validated_or_twice_the_same_landlord(region: Region, column: str) -> None:
    row = region.answer(0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE studies_studyanswer SET {column} WHERE id = %s", [row.pk])


@pytest.mark.parametrize("column", ["closed_at = now()", "published_at = now()", "year = 12"])
def test_the_database_refuses_an_edition_closed_without_figures_or_published_open(region: Region, column: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE studies_study SET {column} WHERE id = %s", [region.study.pk])


def test_what_palier_knows_is_proposed(region: Region, rules: RuleSetVersion) -> None:
    landlord = region.landlords[0]
    source = Import.objects.create(
        landlord=landlord, state=Imported.APPLIED, year=2025, file_name="parc.csv", file_digest="0" * 64, file_bytes=1, at=NOON,
        applied_at=NOON,
    )  # fmt: skip
    homes = []
    for name, count in (("Les Tilleuls", 100), ("Les Ormes", 300)):
        home = Residence.objects.create(
            landlord=landlord, name=name, plain_name=name.casefold(), first_source=source, last_source=source
        )
        ResidenceVintage.objects.create(residence=home, source=source, homes=count)
        homes.append(home)
    declare_priority(landlord=landlord, residence=homes[0], level=Level.IMPORTANT, reasons="Halls.", by=None, at=NOON)
    open_journey(landlord=landlord, rules=rules, by=region.by, at=NOON)
    found = queries.proposals_for(region.answer(0), on=NOON.date())
    assert (found["landlord_homes"].value, found["landlord_homes"].source) == (400, "votre parc dans Palier")
    assert (found["site_difficulties"].value, found["site_difficult_share"].value) == ("yes", 25)
    assert [found[f"site_level_{level}"].value for level in ("medium", "serious", "extreme")] == [0, 100, 0]
    assert found["site_level_serious"].source == "vos sites prioritaires confirmés"
    assert found["commitments_planned"].value == ["quali_hlm"]
    assert "commitments" not in found
