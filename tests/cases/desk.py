"""What tests of call-backs build on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from palier.cases import operations
from palier.cases.models import Case
from palier.cases.operations import Contact, Place
from palier.cases.rules import Said
from palier.directory.models import Landlord, Person
from palier.stock.models import Residence
from tests.fixtures import NOON

TENANT = Contact("Mme Canari", "+33612345678", "canari@locataire.test")


@dataclass(frozen=True, slots=True)
class Desk:
    """Those who call tenants back."""

    landlord: Landlord
    residence: Residence
    lead: Person
    director: Person
    agent: Person
    colleague: Person

    def opened(
        self,
        text: str = "CANARI-MOTS",
        *,
        score: int | None = 2,
        supplier: str = "",
        contact: Contact = TENANT,
        at: datetime = NOON,
    ) -> Case:
        """The case of a tenant who gave a low mark."""
        place = Place(self.residence, agency="Nord", supplier=supplier)
        made = operations.open_case(place=place, contact=contact, said=Said(score=score, text=text), words=text, at=at)
        assert made is not None
        return made

    def called(self, case: Case, *, at: datetime = NOON) -> Case:
        """Somebody reached the tenant."""
        operations.note_call(case=case, reached=True, text="Fuite au robinet.", by=self.lead, at=at)
        return self.again(case)

    def handled(self, case: Case, *, at: datetime = NOON) -> Case:
        """What had to be done is done."""
        operations.handle(case=self.called(case, at=at), text="Joint changé.", by=self.lead, at=at)
        return self.again(case)

    def again(self, case: Case) -> Case:
        """The case as it now stands."""
        return Case.objects.select_related("residence", "owner", "landlord").get(pk=case.pk)
