"""Two real connections save at the same time: one wins on a criterion, and no score is lost between two criteria."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from palier.directory.models import Person
from palier.frameworks import queries
from palier.frameworks.models import Assessment
from palier.frameworks.operations import Theirs, save_answer
from palier.ledger.queries import verify
from palier.verdict import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a transaction and a connection of its own, together; what each gave or raised."""
    start, results = Barrier(len(acts)), [object()] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            with transaction.atomic():
                results[place] = act()
        except Exception as problem:  # noqa: BLE001 - what was raised is the result
            results[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_people_on_one_criterion_one_is_kept_and_the_other_gets_both_texts(
    assessment: Assessment, lead: Person, colleague: Person, at: datetime
) -> None:
    def save(by: Person, text: str) -> Callable[[], object]:
        mine = queries.of_landlord(landlord=assessment.landlord).get(pk=assessment.pk)
        return lambda: save_answer(assessment=mine, criterion="waste", revision=0, value=3, justification=text, by=by, at=at)

    results = at_once(save(lead, "Texte de l’une."), save(colleague, "Texte de l’autre."))
    (refused,) = [r for r in results if isinstance(r, Conflict)]
    assert isinstance(refused.theirs, Theirs)
    kept = queries.answers(assessment)["waste"]
    assert refused.theirs.justification == kept.justification
    assert kept.revision == 1
    assert queries.drift() == []
    assert verify()[1] is None


@pytest.mark.parametrize("_", range(5))
def test_two_people_on_two_criteria_both_count_in_the_score(
    assessment: Assessment, lead: Person, colleague: Person, at: datetime, _: int
) -> None:
    def save(by: Person, criterion: str) -> Callable[[], object]:
        mine = queries.of_landlord(landlord=assessment.landlord).get(pk=assessment.pk)
        return lambda: save_answer(assessment=mine, criterion=criterion, revision=0, value=4, by=by, at=at)

    results = at_once(save(lead, "waste"), save(colleague, "desk"))
    assert not [r for r in results if isinstance(r, Exception)]
    assert Assessment.objects.get(pk=assessment.pk).rated == 2
    assert queries.drift() == []
    assert verify()[1] is None
