"""A tenant's answer opens a case, when they agree to be called back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.cases import queries
from palier.cases.models import Case
from palier.cases.operations.writing import move, tell
from palier.cases.rules import MAX_TEXT, Said, Step, Urgency, alarm, call_by, reachable
from palier.directory.rules import digest_of
from palier.french import linked
from palier.stock.models import Residence
from palier.verdict import require


@dataclass(frozen=True, slots=True)
class Contact:
    """How a tenant agrees to be called back. Given by them, with their answer: it is consent, and nothing else is."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happens, and who worked there."""

    residence: Residence
    agency: str = ""
    supplier: str = ""
    theme: str = ""


@transaction.atomic
def open_case(*, place: Place, contact: Contact, said: Said, words: str = "", origin: str = "", at: datetime) -> Case | None:
    """Open the case of an answer that asks for a call, with its owner and its clock; None when nothing in it asks for one.

    ``words`` are what the tenant writes to whoever calls, and all that is kept of their words. ``origin`` is the secret of the
    link that asks: asked twice by the same, it is the case already open.

    Raises:
        Refusal: when the tenant left no way to be called back.
    """
    landlord = place.residence.landlord
    terms = queries.terms_of(landlord=landlord)
    why = alarm(said, terms)
    if not why:
        return None
    require(reachable(phone=contact.phone, email=contact.email))
    known = digest_of(f"cases:{origin}") if origin else None
    if known and (found := Case.objects.filter(origin_digest=known).first()):
        return found
    today = paris_day(at)
    owner = queries.owner_for(landlord=landlord.pk, agency=place.agency, on=today)
    case = Case.objects.create(
        landlord=landlord,
        residence=place.residence,
        agency=place.agency.strip()[:100],
        supplier=place.supplier.strip()[:100],
        theme=place.theme.strip()[:60],
        urgency=why.urgency,
        reasons=[reason[:120] for reason in why.reasons],
        name=contact.name.strip()[:120],
        phone=contact.phone.strip()[:20],
        email=contact.email.strip()[:254],
        text=words.strip()[:MAX_TEXT],
        origin_digest=known,
        owner=owner,
        opened_at=at,
        due_on=call_by(today, why.urgency, terms),
    )
    urgent = why.urgency is Urgency.DANGER
    name = place.residence.name
    move(
        case,
        Step.OPENED,
        f"a ouvert un rappel à la demande d’un locataire {linked('de', name)}{', qui signale un danger' if urgent else ''}.",
        by=None,
        at=at,
    )
    if owner:
        subject = f"{'Danger signalé' if urgent else 'Locataire à rappeler'} : {name}"
        tell(case, "cases.opened", [owner.pk], subject, at)
    return case
