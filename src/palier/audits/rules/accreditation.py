"""Who may audit: an accreditation, its dates, its suspensions, and what it says on a given day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.calendar import in_words
from palier.directory.rules import covers
from palier.french import elided
from palier.label.rules.rulesets import Audit
from palier.verdict import YES, Remedy, Verdict, no

# How long a new accreditation is proposed to last: a default that the référent changes for each.
LASTS_MONTHS = 36
REGISTER = Remedy("Voir le registre des auditeurs", "auditors")


class Standing(StrEnum):
    """What an accreditation is worth on a day."""

    TO_COME = "to_come"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """In French, beside its shape."""
        return {
            "to_come": "À venir",
            "granted": "Agréé",
            "suspended": "Suspendu",
            "withdrawn": "Retiré",
            "expired": "Expiré",
        }[self.value]

    @property
    def shape(self) -> str:
        """The state shape it is drawn with."""
        return {"to_come": "todo", "granted": "done", "suspended": "late", "withdrawn": "refused", "expired": "todo"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included; open while the end is not known."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Accredited:
    """One accreditation: its dates, the audits it covers, its suspensions, the day it was withdrawn."""

    starts_on: date
    ends_on: date
    scope: frozenset[Audit]
    withdrawn_on: date | None = None
    suspensions: tuple[Span, ...] = ()

    def standing(self, on: date) -> Standing:
        """What it is worth on a day."""
        if self.withdrawn_on is not None and on >= self.withdrawn_on:
            return Standing.WITHDRAWN
        if on < self.starts_on:
            return Standing.TO_COME
        if on > self.ends_on:
            return Standing.EXPIRED
        if any(covers(span.starts_on, span.ends_on, on) for span in self.suspensions):
            return Standing.SUSPENDED
        return Standing.GRANTED


def valid(name: str, held: Collection[Accredited], audit: Audit, days: Collection[date]) -> Verdict:
    """Whether somebody may carry out an audit on every one of these days. The first day that does not hold is named."""
    for day in sorted(days):
        verdict = _valid_on(name, held, audit, day)
        if not verdict:
            return verdict
    return YES


def _valid_on(name: str, held: Collection[Accredited], audit: Audit, day: date) -> Verdict:
    on_the_day = f"L’agrément {elided('de', name)} n’est pas valable le {in_words(day)}"
    covering = [one for one in held if audit in one.scope]
    if any(one.standing(day) is Standing.GRANTED for one in covering):
        return YES
    if any(one.standing(day) is Standing.GRANTED for one in held):
        return no("audits.out_of_scope", f"L’agrément {elided('de', name)} ne couvre pas : {audit.label}.", REGISTER)
    if not held:
        return no("audits.not_accredited", f"{name} n’a pas d’agrément : choisissez un auditeur du registre.", REGISTER)
    latest = max(covering or held, key=lambda one: one.starts_on)
    why = {
        Standing.TO_COME: f"il commence le {in_words(latest.starts_on)}",
        Standing.EXPIRED: f"il a pris fin le {in_words(latest.ends_on)}",
        Standing.SUSPENDED: "il est suspendu",
        Standing.WITHDRAWN: "il est retiré",
    }[latest.standing(day)]
    return no("audits.accreditation_not_valid", f"{on_the_day} : {why}.", REGISTER)


def grantable(starts_on: date, ends_on: date, scope: Collection[Audit], others: Collection[Accredited]) -> Verdict:
    """Whether an accreditation may be granted on these dates: they follow each other, cover an audit, overlap no other."""
    if ends_on < starts_on:
        return no("audits.dates", "La fin de l’agrément vient avant son début : corrigez l’une des deux dates.")
    if not scope:
        return no("audits.no_scope", "Choisissez au moins un type d’audit couvert.")
    for other in others:
        if other.withdrawn_on is None and starts_on <= other.ends_on and other.starts_on <= ends_on:
            dates = f"du {in_words(other.starts_on)} au {in_words(other.ends_on)}"
            return no("audits.overlap", f"Un agrément court déjà {dates} : commencez le lendemain.")
    return YES
