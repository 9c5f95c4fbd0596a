"""How long a label holds, and when its windows open. Days are civil days in Paris."""

from __future__ import annotations

from datetime import date, timedelta

from palier.calendar import add_months
from palier.label.rules.rulesets import RuleSet
from palier.label.rules.stages import Stage


def label_end(first_day: date, months: int) -> date:
    """The last day of a label of ``months`` from its first day: 12 March 2026 + 18 months ends on 11 September 2027."""
    return add_months(first_day, months) - timedelta(days=1)


def awarded(rules: RuleSet, decided_on: date) -> tuple[date, date]:
    """First and last day of a label awarded on a day: its first grant."""
    return decided_on, label_end(decided_on, rules.grants[0])


def confirmed(rules: RuleSet, label_from: date) -> date:
    """Last day of a label once confirmed: all the grants, counted from its first day, whenever the committee met."""
    return label_end(label_from, sum(rules.grants))


def renewed(rules: RuleSet, decided_on: date, label_until: date) -> tuple[date, date]:
    """First and last day of a renewed label: it follows the one before without a gap, or starts on a later decision."""
    first_day = max(label_until + timedelta(days=1), decided_on)
    return first_day, label_end(first_day, rules.grants[0])


def verification_opens_on(rules: RuleSet, label_from: date) -> date:
    """First day on which the verification audit may be asked."""
    return add_months(label_from, rules.verification_opens)


def renewal_opens_on(rules: RuleSet, label_until: date) -> date:
    """First day on which the renewal may be prepared."""
    return add_months(label_until, -rules.renewal_opens)


def label_is_over(rules: RuleSet, label_until: date, *, renewing: bool, on: date) -> bool:
    """Whether a label has ended: the day after its last, or after the days of grace while its file is under way."""
    return on > label_until + timedelta(days=rules.grace_days if renewing else 0)


def stage_deadline(
    rules: RuleSet, stage: Stage, entered_on: date, label_from: date | None, label_until: date | None
) -> date | None:
    """Last day to leave a stage: its days from the entry, or the end of the label where one rests on it."""
    if stage.is_over:
        return None
    if stage in (Stage.LABELLED, Stage.CONFIRMED):
        return label_until
    if stage is Stage.HEARING:
        return entered_on + timedelta(days=rules.hearing_days)
    return entered_on + timedelta(days=rules.at(stage).days)
