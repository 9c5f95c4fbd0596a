"""What anybody may ask the register, and what a landlord may ask of its certificates and of the mark.

The register shows the label and nothing of the file: who, since when, until when, and each dated change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from palier.calendar import paris_day
from palier.committee.queries import ORIGIN, origin
from palier.committee.rules.origins import Origin
from palier.directory.models import Landlord, Organisation
from palier.directory.rules import Kind, LandlordType, plain
from palier.documents.models import Document, Version
from palier.label.models import Journey, Passage
from palier.label.queries import rules_of
from palier.label.rules.stages import Stage
from palier.ledger.queries import history_of
from palier.ledger.rules import Audience
from palier.register.models import Authority, Certificate, Licence, MarkUse
from palier.register.rules import history, marks
from palier.register.rules.certificates import Answer, answer, meant, numbered
from palier.register.rules.history import CHANGE_OF_ACT, GRANTS, Line, Moment, Order, Standing
from palier.verdict import Verdict

MARK_KIND = "mark"
_RESTING = frozenset({Stage.LABELLED, Stage.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Label:
    """One label of a landlord, from its award to its end, as it stands on a day."""

    journey: Journey
    landlord: Landlord
    moments: tuple[Moment, ...]
    line: Line
    certificates: tuple[Certificate, ...] = ()
    """Those issued by that day, in their order."""

    @property
    def number(self) -> str:
        """The number of the last certificate; empty before the first."""
        return self.certificates[-1].number if self.certificates else ""

    @property
    def origin(self) -> Origin | None:
        """How its last change was decided; None when nobody decided it: an end by itself, or by the landlord."""
        return self.moments[-1].origin

    def counting(self, on: date) -> Certificate | None:
        """The certificate that counts on a day: the last whose first day has come. One renewed early counts to its end."""
        return next((one for one in reversed(self.certificates) if one.valid_from <= on), None)

    def answer(self, certificate: Certificate, on: date) -> Answer:
        """Whether one of its certificates holds on a day, by the register's own reading of the journey."""
        last = self.counting(on) or certificate
        return answer(
            line=self.line,
            last=last.number,
            mine=certificate.number,
            starts=certificate.valid_from,
            until=last.valid_until,
            on=on,
        )


def _passages() -> QuerySet[Passage]:
    return (
        Passage.objects.filter(act__in=list(CHANGE_OF_ACT), label_from__isnull=False)
        .select_related("journey__landlord__regional_association", "journey__rules", *(f"decision__{one}" for one in ORIGIN))
        .order_by("pk")
    )


def passages_of(*, journey: int) -> QuerySet[Passage]:
    """The passages of a journey that changed its label, in order."""
    return _passages().filter(journey=journey)


def moments_of(passages: Sequence[Passage]) -> tuple[Moment, ...]:
    """The history of one journey's label, from its passages in order."""
    found: list[Moment] = []
    grant: Moment | None = None
    for passage in passages:
        change = CHANGE_OF_ACT[passage.act]
        assert passage.label_from is not None
        assert passage.label_until is not None
        decision = getattr(passage, "decision", None)
        day = history.effect(
            change,
            acted_on=decision.decided_on if decision else paris_day(passage.at),
            grant=grant,
            resting=passage.source in _RESTING,
            rules=rules_of(passage.journey.rules),
        )
        how = origin(decision) if decision else None
        one = Moment(change, day, passage.label_from, passage.label_until, passage.cycle, how)
        grant = one if change in GRANTS else grant
        found.append(one)
    return tuple(found)


def _grace(journey: Journey) -> timedelta:
    """How long a label goes on after its last day, as the journey now stands."""
    under_way = journey.closed_at is None and journey.stage not in _RESTING
    return timedelta(days=rules_of(journey.rules).grace_days if under_way else 0)


def _labels(passages: Iterable[Passage], certificates: Iterable[Certificate], on: date) -> list[Label]:
    of_journey: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        of_journey[passage.journey_id].append(passage)
    issued: dict[int, list[Certificate]] = defaultdict(list)
    for certificate in certificates:
        issued[certificate.journey_id].append(certificate)
    found = []
    for pk, taken in of_journey.items():
        journey, moments = taken[0].journey, moments_of(taken)
        line = history.line(moments, on=on, grace=_grace(journey))
        if line is not None:
            shown = tuple(one for one in issued[pk] if one.decided_on <= on)
            known = tuple(moment for moment in moments if moment.on <= on)
            found.append(Label(journey, journey.landlord, known, line, shown))
    return found


def _certificates() -> QuerySet[Certificate]:
    return Certificate.objects.defer("content").order_by("decided_on", "pk")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the register is asked for."""

    search: str = ""
    standing: Standing | None = None
    holding: bool = False
    kind: LandlordType | None = None
    region: int | None = None
    order: Order = Order.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """The register on a day: the lines asked for; of all lines, how many labels hold, how many are suspended, how many there are."""

    on: date
    lines: list[Label]
    holding: int
    suspended: int
    total: int


def register(*, on: date, filters: Filters | None = None) -> Register:
    """Who is labelled on a day, and who was: one line a landlord, its last label. Two SQL queries, however many lines."""
    filters = filters or Filters()
    last: dict[int, Label] = {}
    for one in _labels(_passages(), _certificates(), on):
        last[one.landlord.pk] = one
    every = list(last.values())
    holding = sum(one.line.standing.holds for one in every)
    suspended = sum(one.line.standing is Standing.SUSPENDED for one in every)
    shown = [one for one in every if _asked(one, filters)]
    shown.sort(key=lambda one: (one.landlord.plain_name, one.landlord.pk))
    if filters.order is not Order.NAME:
        shown.sort(key=lambda one: one.line.since if filters.order is Order.SINCE else one.line.ended_on or one.line.until)
    if filters.descending:
        shown.reverse()
    return Register(on, shown, holding, suspended, len(every))


def _asked(one: Label, filters: Filters) -> bool:
    text = plain(filters.search)
    digits = filters.search.replace(" ", "")
    mine = numbered(filters.search) in {certificate.number for certificate in one.certificates}
    return (
        (not text or text in one.landlord.plain_name or digits == one.landlord.siren or mine)
        and (filters.standing is None or one.line.standing is filters.standing)
        and (not filters.holding or one.line.standing.holds)
        and (filters.kind is None or one.landlord.landlord_type == filters.kind)
        and (filters.region is None or one.landlord.regional_association_id == filters.region)
    )


def of_landlord(*, siren: str, on: date) -> list[Label]:
    """Every label of a landlord by a day, latest first; empty for one that never had any. Two SQL queries."""
    passages = _passages().filter(journey__landlord__siren=siren)
    found = _labels(passages, _certificates().filter(landlord__siren=siren), on)
    return sorted(found, key=lambda one: one.line.since, reverse=True)


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate found by its code, its number or its file, its label, and the answer on a day."""

    certificate: Certificate
    label: Label
    answer: Answer


def verified(*, code: str, on: date) -> Verified | None:
    """The certificate that bears a code, and whether it holds on a day; None when no certificate bears it."""
    found = certificates().filter(code=meant(code) or "-").first()
    return answered(certificate=found, on=on) if found else None


def by_number(*, number: str, on: date) -> Verified | None:
    """The certificate that bears a number, however it was typed; None when no certificate bears it."""
    found = certificates().filter(number=numbered(number) or "-").first()
    return answered(certificate=found, on=on) if found else None


def by_digest(*, sha256: str, on: date) -> Verified | None:
    """The certificate whose signed PDF has this SHA-256; None when no file of ours has it."""
    found = certificates().filter(file__sha256=sha256).first()
    return answered(certificate=found, on=on) if found else None


def answered(*, certificate: Certificate, on: date) -> Verified:
    """Whether a certificate holds on a day, by the register's own reading of the journey."""
    passages = passages_of(journey=certificate.journey_id)
    label = _labels(passages, _certificates().filter(journey=certificate.journey_id), max(on, certificate.decided_on))[0]
    return Verified(certificate, label, label.answer(certificate, on))


def line_of(*, certificate: int) -> int | None:
    """The line of the ledger that attests a certificate's content."""
    found = history_of(kind="register.certificate", pk=certificate, audiences=[Audience.FILE])
    return found.filter(act="register.certificate_issued").values_list("number", flat=True).first()


def certificates() -> QuerySet[Certificate]:
    """Every certificate, with its sealed file where it is made."""
    related = ("landlord", "journey", "file__authority", *(f"decision__{one}" for one in ORIGIN))
    return Certificate.objects.select_related(*related).order_by("-decided_on", "-pk")


def owner_name() -> str:
    """Who issues certificates: the label's owner, as it is entered in the directory."""
    found = Organisation.objects.filter(kind=Kind.LABEL_OWNER).order_by("pk").values_list("name", flat=True).first()
    return found or settings.LABEL_NAME


def not_holding(*, on: date) -> list[int]:
    """The certificates that do not hold on a day: their label is suspended or over, or another replaced them."""
    found: list[int] = []
    for one in _labels(_passages(), _certificates(), on):
        standing = one.line.standing
        counting = one.counting(on)
        found += [row.pk for row in one.certificates if not standing.holds or (row != counting and row.valid_from <= on)]
    return found


def authorities() -> QuerySet[Authority]:
    """Every key that sealed certificates, latest first."""
    return Authority.objects.order_by("-since", "-pk")


# --- The mark ------------------------------------------------------------------------------------------------------


def licences() -> QuerySet[Licence]:
    """Every licence of the mark, with the uses declared under it, the oldest first."""
    uses = MarkUse.objects.select_related("picture", "declared_by", "removed_by").order_by("since", "pk")
    return (
        Licence.objects.select_related("landlord", "journey")
        .prefetch_related(Prefetch("uses", uses))
        .order_by("-starts_on", "-pk")
    )


def licence_of(*, landlord: int) -> Licence | None:
    """The landlord's licence in force, or the last one."""
    return licences().filter(landlord=landlord).first()


def may_use(*, licence: Licence | None, landlord: int) -> Verdict:
    """Whether a landlord may use the mark today."""
    # The journey knows at once; the licence follows within the minute.
    closed_at = licence.journey.closed_at if licence else None
    return marks.may_use(
        started=licence is not None,
        ended_on=(licence.ended_on if licence else None) or (paris_day(closed_at) if closed_at else None),
        suspended=licence is not None and licence.journey.suspended_on is not None,
        landlord=landlord,
    )


def uses(*, landlord: int) -> QuerySet[MarkUse]:
    """Every use of the mark that a landlord declared, the oldest first."""
    return MarkUse.objects.filter(licence__landlord=landlord).select_related("licence").order_by("since", "pk")


def to_remove() -> QuerySet[MarkUse]:
    """Uses of the mark whose right has ended and whose removal is awaited, the most urgent first."""
    return (
        MarkUse.objects.filter(licence__ended_on__isnull=False, removed_on__isnull=True)
        .select_related("licence__landlord", "picture")
        .order_by("licence__remove_by", "licence__landlord__plain_name", "pk")
    )


def kit() -> QuerySet[Document]:
    """The files of the mark that the scheme's owner hands out, by title, with their versions."""
    versions = Version.objects.order_by("-number")
    return (
        Document.objects.filter(landlord__isnull=True, kind=MARK_KIND, withdrawn_at__isnull=True)
        .prefetch_related(Prefetch("versions", versions))
        .order_by("plain_title", "pk")
    )
