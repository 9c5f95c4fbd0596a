"""Certificates follow decisions: every grant has one, every end is written beside it. Run at any time, any number of times."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from palier.calendar import paris_day
from palier.committee.models import Decision
from palier.committee.queries import origin
from palier.directory import queries as directory
from palier.directory.rules import LandlordType, Role
from palier.label.models import Passage
from palier.ledger.operations import record
from palier.ledger.rules import sha256_of
from palier.outbox.operations import post
from palier.register import queries
from palier.register.models import Certificate, Event, Licence
from palier.register.rules.certificates import ALPHABET, CODE_LENGTH, FORMAT, GRANT_OF_OUTCOME, Grant, number
from palier.register.rules.history import CHANGE_OF_ACT, ENDS, GRANTS, Change
from palier.register.rules.marks import REMOVAL
from palier.stock.queries import dwellings_of
from palier.verdict import Refusal, no

_TOLD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
_FOLLOWED = [act for act, change in CHANGE_OF_ACT.items() if change not in GRANTS]


def catch_up(*, at: datetime) -> int:
    """Issue what the committee granted and follow what befell it since; how many lines were written.

    Each line is its own transaction: cut at any point, the next run goes on.
    """
    done = 0
    granted = Decision.objects.filter(outcome__in=list(GRANT_OF_OUTCOME), certificate__isnull=True)
    for decision in granted.select_related("journey__landlord", "passage").order_by("pk"):
        with suppress(IntegrityError, Refusal):  # another run came first
            issue(decision=decision, at=at)
            done += 1
    missed = Passage.objects.filter(act__in=_FOLLOWED, journey__certificates__isnull=False).exclude(
        pk__in=Event.objects.values("passage")
    )
    for passage in missed.select_related("journey__landlord", "journey__rules", "decision").order_by("pk").distinct():
        done += _follow(passage, at)
    return done


@transaction.atomic
def issue(*, decision: Decision, at: datetime) -> Certificate:
    """The certificate of a decision that grants, confirms or renews the label; with it, the licence of the mark.

    Raises:
        Refusal: when the decision gives no label, or already has its certificate.
    """
    if decision.outcome not in GRANT_OF_OUTCOME:
        raise Refusal(no("register.no_grant", "Cette décision ne donne pas de certificat."))
    if Certificate.objects.filter(decision=decision).exists():
        raise Refusal(no("register.issued", "Le certificat de cette décision est déjà émis."))
    passage, journey = decision.passage, decision.journey
    assert passage.label_from is not None
    assert passage.label_until is not None
    grant, year = GRANT_OF_OUTCOME[decision.outcome], decision.decided_on.year
    sequence = 1 + (Certificate.objects.filter(year=year).aggregate(last=Max("sequence"))["last"] or 0)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    valid_from = max(passage.label_from, decision.decided_on)
    content = _content(decision, grant, number(year, sequence), code, valid_from)
    certificate = Certificate.objects.create(
        decision=decision,
        journey=journey,
        landlord=journey.landlord,
        grant=grant,
        year=year,
        sequence=sequence,
        number=content["number"],
        code=code,
        decided_on=decision.decided_on,
        valid_from=valid_from,
        valid_until=passage.label_until,
        content=content,
        digest=sha256_of(content),
        issued_at=at,
    )
    Licence.objects.get_or_create(
        journey=journey,
        defaults={"landlord": journey.landlord, "starts_on": passage.label_from, "issued_at": at},
    )
    record(
        act="register.certificate_issued",
        by=None,
        at=at,
        on=("register.certificate", certificate.pk),
        landlord=journey.landlord_id,
        summary=f"a émis le certificat {certificate.number}, valable jusqu’au {certificate.valid_until:%d/%m/%Y}.",
        facts={"number": certificate.number, "decision": decision.pk},
        attests=content,
    )
    _tell(
        certificate,
        at,
        f"{journey.landlord.name} : certificat {certificate.number}",
        f"Le certificat {certificate.number} est émis. Il est valable jusqu’au {certificate.valid_until:%d/%m/%Y}.\n\n"
        "La page « Label et marque » donne le certificat à télécharger, le kit de la marque et ses conditions.",
    )
    return certificate


def _content(decision: Decision, grant: Grant, numbered: str, code: str, valid_from: date) -> dict[str, Any]:
    """Everything a certificate says, and nothing of the file: what is public, once and for all."""
    landlord, passage = decision.journey.landlord, decision.passage
    assert passage.label_from is not None
    assert passage.label_until is not None
    return {
        "format": FORMAT,
        "number": numbered,
        "code": code,
        "label": settings.LABEL_NAME,
        "grant": grant.value,
        "landlord": {
            "name": landlord.name,
            "siren": landlord.siren,
            "family": LandlordType(landlord.landlord_type).label,
            "dwellings": dwellings_of(landlords=[landlord])[landlord.pk].count,
        },
        "cycle": decision.cycle,
        "decided_on": decision.decided_on.isoformat(),
        "decision": origin(decision).data,
        "label_from": passage.label_from.isoformat(),
        "valid_from": valid_from.isoformat(),
        "valid_until": passage.label_until.isoformat(),
        "verify": f"{settings.ORIGIN}/verifier/{code}/",
    }


@transaction.atomic
def _follow(passage: Passage, at: datetime) -> int:
    """Write what a passage did to the last certificate of its journey, and to the licence of the mark."""
    change, journey = CHANGE_OF_ACT[passage.act], passage.journey
    certificate = queries.certificates().filter(journey=journey, decision__passage__lt=passage.pk).first()
    if certificate is None:
        return 0
    moments = queries.moments_of(list(queries.passages_of(journey=journey.pk).filter(pk__lte=passage.pk)))
    day = moments[-1].on
    Event.objects.create(certificate=certificate, change=change, on=day, passage=passage, recorded_at=at)
    licence, remove_by = Licence.objects.filter(journey=journey, ended_on__isnull=True), max(day, paris_day(at)) + REMOVAL
    if change is Change.SUSPENDED:
        licence.update(suspended_on=day)
    elif change is Change.RESTORED:
        licence.update(suspended_on=None)
    elif change in ENDS:
        licence.update(ended_on=day, ended_because=change, remove_by=remove_by, suspended_on=None)
    record(
        act=f"register.certificate_{change}",
        by=None,
        at=at,
        on=("register.certificate", certificate.pk),
        landlord=journey.landlord_id,
        summary=f"a porté au registre, pour le certificat {certificate.number} : {change.label.lower()} le {day:%d/%m/%Y}.",
        facts={"number": certificate.number, "change": change.value, "on": day.isoformat(), "passage": passage.pk},
    )
    _tell(certificate, at, f"{journey.landlord.name} : {change.label.lower()}", _letter(certificate, change, day, remove_by))
    return 1


def _letter(certificate: Certificate, change: Change, day: date, remove_by: date) -> str:
    """What a landlord is told of its right to use the mark."""
    said = f"{change.label} le {day:%d/%m/%Y}. Le registre public le porte, et le certificat {certificate.number} le dit à qui le vérifie."
    match change:
        case Change.SUSPENDED:
            return f"{said}\n\nLe droit d’utiliser la marque est suspendu depuis ce jour : n’engagez aucun nouvel usage."
        case Change.RESTORED:
            return f"{said}\n\nLe droit d’utiliser la marque reprend ce jour."
        case _:
            return (
                f"{said}\n\nLe droit d’utiliser la marque a pris fin ce jour. Retirez-la de tous ses supports avant le "
                f"{remove_by:%d/%m/%Y}, 23:59, et confirmez chaque retrait sur la page « Label et marque »."
            )


def _tell(certificate: Certificate, at: datetime, subject: str, body: str) -> None:
    people = directory.people_of(landlord=certificate.landlord_id, roles=_TOLD, on=paris_day(at))
    post(
        event="register.right_changed",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        landlord=certificate.landlord_id,
        subject=subject,
        body=body,
        link=f"/organismes/{certificate.landlord_id}/label/",
    )
