"""The licence of the mark: while the label holds, and what is to be removed when it no longer does."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from palier.verdict import YES, Remedy, Verdict, no

# Time to remove the mark from where it is shown, once the right to use it has ended.
REMOVAL = timedelta(days=60)


class Support(StrEnum):
    """Where the mark is shown."""

    WEB = "web"
    PRINT = "print"
    BUILDING = "building"
    AGENCY = "agency"
    VEHICLE = "vehicle"
    SOCIAL = "social"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "web": "Site internet",
            "print": "Document imprimé",
            "building": "Hall ou façade",
            "agency": "Agence ou accueil",
            "vehicle": "Véhicule",
            "social": "Réseau social",
            "other": "Autre support",
        }[self.value]


def may_use(*, started: bool, ended_on: date | None, suspended: bool, landlord: int) -> Verdict:
    """Whether a landlord may use the mark, and take the kit."""
    remedy = Remedy("Voir le label et sa marque", "mark", {"landlord_id": landlord})
    if not started:
        return no("register.no_licence", "La marque s’utilise à partir de la labellisation.", remedy)
    if ended_on is not None:
        return no("register.licence_ended", f"Le droit d’utiliser la marque a pris fin le {ended_on:%d/%m/%Y}.", remedy)
    if suspended:
        return no("register.licence_suspended", "Le label est suspendu : la marque ne s’utilise pas jusqu’à la levée.", remedy)
    return YES


def removal_is_late(*, remove_by: date | None, removed_on: date | None, on: date) -> bool:
    """Whether a use of the mark should have been removed before a day and was not confirmed to be."""
    return remove_by is not None and removed_on is None and on > remove_by
