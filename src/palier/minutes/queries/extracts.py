"""The extract of minutes: what whoever a matter concerns reads of what was decided on it."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from palier.committee import queries as committee
from palier.committee.models import Decision, Item, Poll
from palier.committee.queries.polls import VOIDING_SIGNATURES
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.tally import Result
from palier.committee.rules.terms import Matter
from palier.directory.models import Membership, Person, dated
from palier.directory.rules import Right, Role, Thing, may
from palier.minutes.queries.reading import latest
from palier.minutes.queries.recorded import recorded
from palier.minutes.rules.reading import Approved, extract, uncounted
from palier.minutes.rules.writing import Content, Texts, write

_RELATED = (
    "session__committee",
    "session__first",
    "session__designated__person",
    "accreditation",
    "rule_set",
    "framework__framework",
)


def extract_of(*, decision: Decision, person: Person) -> Content | None:
    """The extract of a decision on a landlord's file that a session took; None without a session."""
    item = getattr(decision, "item", None)
    return extract_of_item(item=item, person=person) if item else None


def extract_of_item(*, item: Item, person: Person) -> Content:
    """The extract of a matter that was decided, from the signed minutes once there are some.

    A person to whom the matter is closed, but whom the decision is told, reads it without the count of the voices.
    """
    minutes = latest(session=item.session, signed=True)
    if minutes is not None:
        copy = minutes.copies.get(withheld=[])
        found = extract(copy.content, item.position, Approved(copy.digest, copy.entry))
    else:
        found = extract(write(recorded(session=item.session, only=item), Texts()), item.position)
    return uncounted(found) if person.pk in committee.kept_out(item=item) else found


def concerning(*, person: Person, on: date) -> QuerySet[Item]:
    """The matters on accreditations that were decided and concern a person: as the auditor, or as somebody of the firm today."""
    firms = Membership.objects.filter(dated(on), person=person).values("organisation")
    mine = Q(candidate=person) | Q(accreditation__person=person) | Q(firm__in=firms)
    return _decided().filter(mine, matter=Matter.ACCREDITATION)


def on_accreditations_of(*, auditor: Person) -> QuerySet[Item]:
    """The matters on an auditor's accreditations that were decided, the last first."""
    return _decided().filter(Q(candidate=auditor) | Q(accreditation__person=auditor), matter=Matter.ACCREDITATION)


def evolutions() -> QuerySet[Item]:
    """The matters by which new rules or a new grid were adopted, the last first."""
    return _decided(Outcome.EVOLUTION_ADOPTED)


def extracts_for(*, person: Person, roles: frozenset[Role], on: date) -> QuerySet[Item]:
    """Every matter off a landlord's file whose extract a person may read.

    Accreditations: the auditor, the people of the firm, the label's team. New rules and grids: whoever works by them.
    Anything else concerns nobody outside the committee.
    """
    found = concerning(person=person, on=on)
    if may(roles, Right.WRITE, Thing.BALLOT):
        found = found | _decided().filter(matter=Matter.ACCREDITATION)
    if may(roles, Right.READ, Thing.RULE_SET):
        found = found | evolutions()
    return found


def _decided(*outcomes: Outcome) -> QuerySet[Item]:
    """The matters that were concluded on a poll that stands, by one of some outcomes, or by any."""
    stands = Poll.objects.filter(item=OuterRef("pk"), result=Result.ADOPTED, outcome__in=outcomes or tuple(Outcome))
    stands = stands.annotate(voided=Count("voidings", filter=Q(voidings__taken_back_at__isnull=True))).filter(
        voided__lt=VOIDING_SIGNATURES
    )
    found = Item.objects.filter(Exists(stands), concluded_at__isnull=False)
    return found.select_related(*_RELATED).order_by("-concluded_at", "-pk")
