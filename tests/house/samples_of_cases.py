"""A tenant to call back, for each page about one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from palier.cases import operations
from palier.cases.models import Case
from palier.cases.operations import Contact, Place
from palier.cases.operations.asking import link_token
from palier.cases.rules import Said, State
from palier.stock.models import Residence

if TYPE_CHECKING:
    from tests.house.samples import World


def case(world: World) -> Case:
    """The case of a tenant, dealt with: its tenant is asked."""
    if found := Case.objects.filter(landlord=world.landlord).first():
        return found
    place = Place(Residence.objects.filter(landlord=world.landlord).order_by("pk")[0], supplier=world.canary)
    said = Said(score=1, text=world.canary)
    made = operations.open_case(place=place, contact=Contact(world.canary, "+33612345678"), said=said, at=world.at)
    assert made is not None
    operations.note_call(case=made, reached=True, text=world.canary, by=world.lead, at=world.at)
    operations.handle(case=made, text=world.canary, by=world.lead, at=world.at)
    found = Case.objects.get(pk=made.pk)
    assert found.state == State.ASKED
    return found


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "case_id": lambda world: case(world).pk,
    "cases_export:form": lambda _: "csv",
    "case_settled:token": lambda world: link_token(case(world)),
    "case_call_back:token": lambda _: "absent",
}
