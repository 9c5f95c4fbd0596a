"""Planning visits: who goes where and when; sharing what was seen, and hearing whoever cleans."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox import operations as outbox
from palier.stock.models import Residence
from palier.stock.queries import all_residences
from palier.verdict import Refusal, no, require
from palier.visits import queries
from palier.visits.models import Staircase, Visit
from palier.visits.operations.writing import locked, name, remember
from palier.visits.rules import Cleaner, Kind, State, may_change, may_check, said

TEAM = frozenset({Role.CONTRIBUTOR, Role.QUALITY_LEAD})


@transaction.atomic
def plan(
    *,
    landlord: Landlord,
    places: Collection[Residence] | Collection[Staircase],
    planned_on: date,
    entrusted_to: Person | None,
    by: Person | None,
    at: datetime,
) -> list[Visit]:
    """Plan a sheet for each residence, or a round for each staircase, for a day; told to whom they are entrusted.

    Raises:
        Refusal: when a place is not of this landlord's stock, a day is past, or the person may not check a staircase.
    """
    if not places:
        raise Refusal(no("visits.nowhere", "Choisissez au moins un lieu à visiter."))
    if planned_on < paris_day(at):
        raise Refusal(no("visits.past", "Choisissez un jour à venir."))
    _of_landlord(landlord, places)
    require_person(landlord, entrusted_to, [p for p in places if isinstance(p, Staircase)], on=paris_day(at))
    made = Visit.objects.bulk_create(
        Visit(
            landlord=landlord,
            residence=place.residence if isinstance(place, Staircase) else place,
            staircase=place if isinstance(place, Staircase) else None,
            kind=Kind.ROUND if isinstance(place, Staircase) else Kind.SHEET,
            planned_on=planned_on,
            planned_by=by,
            planned_at=at,
            entrusted_to=entrusted_to,
        )
        for place in places
    )
    what = name(made[0]) if len(made) == 1 else f"{len(made)} visites"
    told = f"a confié à {entrusted_to.name} {what}" if entrusted_to else f"a prévu {what}"
    record(
        act="visits.planned",
        by=by.pk if by else None,
        at=at,
        on=("visits.visit", made[0].pk),
        landlord=landlord.pk,
        summary=f"{told}, pour le {in_words(planned_on)}.",
        facts={
            "visits": [visit.pk for visit in made],
            "on": planned_on.isoformat(),
            "to": entrusted_to.pk if entrusted_to else None,
        },
        audience=Audience.LANDLORD,
    )
    if entrusted_to and entrusted_to != by:
        _tell(landlord, entrusted_to, what, planned_on, at, _key(made[0]) if len(made) == 1 else "")
    return made


def _key(visit: Visit) -> str:
    """What the message that entrusts one visit is taken back by; that of many visits stays true without one."""
    return f"visit:{visit.pk}"


def _tell(landlord: Landlord, person: Person, what: str, planned_on: date, at: datetime, undo_key: str) -> None:
    outbox.post(
        event="visits.entrusted",
        to=[person.pk],
        at=at,
        subject=f"À faire le {in_words(planned_on)} : {what}",
        body=f"{landlord.name} vous confie {what}, pour le {in_words(planned_on)}. Prenez la visite en charge sur votre "
        "téléphone tant que vous avez du réseau : elle se remplit ensuite sans réseau.",
        landlord=landlord.pk,
        link=f"/organismes/{landlord.pk}/terrain/",
        undo_key=undo_key,
    )


def _of_landlord(landlord: Landlord, places: Collection[Residence] | Collection[Staircase]) -> None:
    homes = {place.residence_id if isinstance(place, Staircase) else place.pk for place in places}
    if all_residences(landlord=landlord).filter(pk__in=homes).count() != len(homes):
        raise Refusal(no("visits.elsewhere", "Un de ces lieux n’est pas du patrimoine de cet organisme."))


def require_person(landlord: Landlord, person: Person | None, staircases: Collection[Staircase], *, on: date) -> None:
    """Refuse somebody who is not of the team, or who may not check one of these staircases.

    Raises:
        Refusal: with the sentence of the rule.
    """
    if person is None:
        return
    if not people_of(landlord=landlord.pk, roles=TEAM, on=on).filter(pk=person.pk).exists():
        raise Refusal(no("visits.not_in_team", f"{person.name} n’est pas de l’équipe de l’organisme."))
    function = queries.posts(landlord=landlord).get(person.pk) if staircases else None
    for one in staircases:
        require(may_check(one.name, Cleaner(one.cleaned_by), function, cleans_it=one.cleaner_id == person.pk))


@transaction.atomic
def replan(*, visit: Visit, planned_on: date, entrusted_to: Person | None, by: Person, at: datetime) -> None:
    """Give a visit another day or another person. Changing nothing writes nothing.

    Raises:
        Refusal: when it is over, or the person may not do it; one under way keeps its answers but never goes to nobody.
    """
    found = locked(visit)
    require(may_change(State(found.state)))
    if found.assessment_id and entrusted_to is None:
        raise Refusal(no("visits.under_way", "Cette visite est en cours : choisissez qui la termine."))
    require_person(found.landlord, entrusted_to, [found.staircase] if found.staircase else [], on=paris_day(at))
    if (found.planned_on, found.entrusted_to_id) == (planned_on, entrusted_to.pk if entrusted_to else None):
        return
    Visit.objects.filter(pk=found.pk).update(planned_on=planned_on, entrusted_to=entrusted_to)
    told = f"a confié à {entrusted_to.name} {name(found)}" if entrusted_to else f"a fixé {name(found)}"
    facts = {"on": planned_on.isoformat(), "to": entrusted_to.pk if entrusted_to else None}
    remember(found, "replanned", f"{told}, pour le {in_words(planned_on)}.", by=by, at=at, facts=facts)
    unsaid = outbox.cancel(undo_key=_key(found), at=at)
    if entrusted_to and entrusted_to != by and (unsaid or entrusted_to.pk != found.entrusted_to_id):
        _tell(found.landlord, entrusted_to, name(found), planned_on, at, _key(found))


@transaction.atomic
def cancel(*, visit: Visit, because: str, by: Person, at: datetime) -> None:
    """Give a visit up, for a reason; what was answered stays in the history.

    Raises:
        Refusal: when it is over, or no reason is given.
    """
    found = locked(visit)
    require(may_change(State(found.state)) & said(because, "pourquoi cette visite n’aura pas lieu"))
    Visit.objects.filter(pk=found.pk).update(cancelled_at=at, cancelled_because=because.strip()[:300])
    outbox.cancel(undo_key=_key(found), at=at)
    remember(found, "cancelled", f"a annulé {name(found)} : {because.strip()}", by=by, at=at)


@transaction.atomic
def share(*, visit: Visit, by: Person, at: datetime) -> None:
    """Open a done visit to the tenants' representatives. Doing it twice changes nothing.

    Raises:
        Refusal: when it is not done.
    """
    found = locked(visit)
    if found.state != State.DONE:
        raise Refusal(no("visits.not_done", "Seule une visite faite se partage."))
    if Visit.objects.filter(pk=found.pk, shared_at__isnull=True).update(shared_at=at):
        told = f"a partagé {name(found)} avec les représentants des locataires."
        remember(found, "shared", told, by=by, at=at, audience=Audience.FILE)


@transaction.atomic
def remark(*, visit: Visit, text: str, by: Person, at: datetime) -> None:
    """Note, on a done round, what whoever cleans says of it: the check is contradictory.

    Raises:
        Refusal: when it is no round, is not done, or the text is missing.
    """
    found = locked(visit)
    if found.kind != Kind.ROUND or found.state != State.DONE:
        raise Refusal(no("visits.no_remark", "La remarque se note sur un contrôle de propreté fait."))
    require(said(text, "la remarque de la personne qui nettoie"))
    Visit.objects.filter(pk=found.pk).update(remark=text.strip(), remark_by=by, remark_at=at)
    remember(found, "remark_noted", f"a noté la remarque de la personne qui nettoie, sur {name(found)}.", by=by, at=at)
