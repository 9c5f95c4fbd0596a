"""What is checked and by whom: staircases, who cleans them, and what people of the team are on the spot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.stock.models import Residence
from palier.verdict import Refusal, no, require
from palier.visits.models import FieldPost, Staircase
from palier.visits.rules import Cleaner, Function, said


def _remember(
    landlord: int, act: str, on: tuple[str, int], summary: str, *, by: Person | None, at: datetime, **facts: object
) -> None:
    record(
        act=f"visits.{act}",
        by=by.pk if by else None,
        at=at,
        on=on,
        landlord=landlord,
        summary=summary,
        facts=facts,
        audience=Audience.LANDLORD,
    )


@transaction.atomic
def add_staircases(
    *,
    residence: Residence,
    names: Collection[str],
    cleaned_by: Cleaner,
    provider: str = "",
    cleaner: Person | None = None,
    by: Person | None,
    at: datetime,
) -> list[Staircase]:
    """Enter staircases of a residence with who cleans them; those already there are left as they are.

    Raises:
        Refusal: when no name is given, or the firm of a contractor is missing.
    """
    wanted = list(dict.fromkeys(clean for name in names if (clean := " ".join(name.split())[:100])))
    if not wanted:
        raise Refusal(no("visits.staircase_name", "Donnez le nom d’au moins un escalier, par exemple « Escalier A »."))
    known = set(Staircase.objects.filter(residence=residence, closed_at__isnull=True).values_list("name", flat=True))
    given = _cleaning(cleaned_by, provider, cleaner)
    made = Staircase.objects.bulk_create(
        Staircase(landlord_id=residence.landlord_id, residence=residence, name=name, **given)
        for name in wanted
        if name not in known
    )
    if made:
        told = f"a ajouté {len(made)} escalier(s) à {residence.name} : {', '.join(one.name for one in made)}."
        on = ("visits.staircase", made[0].pk)
        _remember(residence.landlord_id, "staircases_added", on, told, by=by, at=at, cleaned_by=cleaned_by.value)
    return made


def _cleaning(cleaned_by: Cleaner, provider: str, cleaner: Person | None) -> dict[str, object]:
    """Who cleans, as it is kept: a firm for a contractor, a person of the team otherwise."""
    if cleaned_by is not Cleaner.CONTRACTOR:
        return {"cleaned_by": cleaned_by, "provider": "", "cleaner": cleaner}
    require(said(provider, "le nom de l’entreprise"))
    return {"cleaned_by": cleaned_by, "provider": provider.strip()[:120], "cleaner": None}


@transaction.atomic
def change_staircase(
    *, staircase: Staircase, cleaned_by: Cleaner, provider: str, cleaner: Person | None, by: Person, at: datetime
) -> None:
    """Say who cleans a staircase from now on.

    Raises:
        Refusal: when the firm of a contractor is missing.
    """
    Staircase.objects.filter(pk=staircase.pk).update(**_cleaning(cleaned_by, provider, cleaner))
    who = provider.strip() if cleaned_by is Cleaner.CONTRACTOR else cleaned_by.label.lower()
    told = f"a indiqué qui nettoie {staircase.residence.name}, {staircase.name} : {who}."
    on = ("visits.staircase", staircase.pk)
    _remember(staircase.landlord_id, "staircase_changed", on, told, by=by, at=at, cleaned_by=cleaned_by.value)


@transaction.atomic
def close_staircase(*, staircase: Staircase, by: Person, at: datetime) -> None:
    """Take a staircase off the list; its rounds stay in the history. Doing it twice changes nothing."""
    if Staircase.objects.filter(pk=staircase.pk, closed_at__isnull=True).update(closed_at=at):
        told = f"a retiré {staircase.name} de {staircase.residence.name}."
        _remember(staircase.landlord_id, "staircase_closed", ("visits.staircase", staircase.pk), told, by=by, at=at)


@transaction.atomic
def set_function(*, landlord: Landlord, person: Person, function: Function | None, by: Person | None, at: datetime) -> None:
    """Say what somebody of the team is on the spot, or that they are nothing there any longer."""
    if function is None:
        FieldPost.objects.filter(landlord=landlord, person=person).delete()
    else:
        FieldPost.objects.update_or_create(landlord=landlord, person=person, defaults={"function": function})
    told = f"a indiqué la fonction de {person.name} : {function.label.lower() if function else 'aucune'}."
    on = ("directory.person", person.pk)
    _remember(landlord.pk, "function_set", on, told, by=by, at=at, function=function.value if function else "")
