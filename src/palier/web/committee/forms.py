"""What one fills in to compose a committee, to write its terms and to try them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.committee.rules.seats import Hold
from palier.committee.rules.tally import Chair, Choice, Roll
from palier.committee.rules.terms import (
    MAJORITY_OF,
    NAMES,
    QUORUM_OF,
    SHARES,
    Base,
    Matter,
    Terms,
    Threshold,
    in_words,
)
from palier.directory.models import Organisation
from palier.web.ui.forms import DayInput, DraftForm


class CommitteeForm(forms.Form):
    """A committee to found."""

    name = forms.CharField(label="Nom du comité", max_length=160, help_text="Par exemple « Comité régional d’Île-de-France ».")


class DayForm(forms.Form):
    """The day on which a composition is read."""

    on = forms.DateField(label="Composition au", required=False, widget=DayInput())


class SeatForm(forms.Form):
    """A seat to open."""

    body = forms.ModelChoiceField(
        label="Organisme qui siège", queryset=Organisation.objects.none(), empty_label="Choisissez un organisme"
    )
    voting = forms.ChoiceField(
        label="Voix",
        choices=[("yes", "Avec une voix"), ("no", "Sans voix : la personne assiste et s’exprime, elle ne vote pas")],
        widget=forms.RadioSelect,
        initial="yes",
    )

    def __init__(self, *args: Any, bodies: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = bodies


class AppointForm(forms.Form):
    """Who is appointed to a seat."""

    name = forms.CharField(label="Nom affiché", max_length=120, help_text="Tel que le procès-verbal l’écrira.")
    email = forms.EmailField(
        label="Adresse électronique", help_text="Une personne sans accès reçoit une invitation à cette adresse."
    )
    place = forms.ChoiceField(
        label="Place", choices=[("titular", "Titulaire"), ("substitute", "Suppléance")], widget=forms.RadioSelect
    )
    starts_on = forms.DateField(label="Mandat du", widget=DayInput())
    ends_on = forms.DateField(
        label="Au", required=False, widget=DayInput(), help_text="Laissez vide si l’acte ne fixe pas de terme."
    )
    file = forms.FileField(label="Acte de désignation", required=False, help_text="PDF, texte ou photo.")


# --- Terms ---------------------------------------------------------------------------------------------------------

_SWITCHES = ("abstentions_count", "casting_vote", "vice_votes", "remote", "written", "secret")
_NUMBERS = ("notice_days", "second_notice_days", "proxies")


def _code(threshold: Threshold) -> str:
    return f"{threshold.share} {'more' if threshold.strict else 'least'} {threshold.of}"


def _plain(code: str) -> dict[str, Any]:
    share, how, of = code.split()
    return {"share": share, "of": of, "strict": how == "more"}


def _offered(bases: tuple[Base, ...]) -> list[tuple[str, str]]:
    thresholds = [Threshold(share, of, strict) for of in bases for share in SHARES for strict in (True, False)]
    return [(_code(t), in_words(t)) for t in thresholds if t.share < Fraction(1) or not t.strict]


class CommitteeTermsForm(DraftForm):
    """A version of a committee's terms."""

    title = forms.CharField(label="Titre", max_length=160)
    effective_from = forms.DateField(label="En vigueur à partir du", widget=DayInput())
    quorum = forms.ChoiceField(label=NAMES["quorum"], choices=_offered(QUORUM_OF))
    second_quorum = forms.ChoiceField(
        label=NAMES["second_quorum"],
        required=False,
        choices=[("", "aucun : le comité siège quel que soit le nombre"), *_offered(QUORUM_OF)],
    )
    majority = forms.ChoiceField(label=NAMES["majority"], choices=_offered(MAJORITY_OF))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for matter in Matter:
            self.fields[f"majority_{matter}"] = forms.ChoiceField(
                label=matter.label, required=False, choices=[("", "comme les autres sujets"), *_offered(MAJORITY_OF)]
            )
        for name in _SWITCHES:
            self.fields[name] = forms.BooleanField(label=NAMES[name], required=False)
        for name in _NUMBERS:
            self.fields[name] = forms.IntegerField(label=NAMES[name], min_value=0, max_value=365)

    @property
    def first(self) -> list[forms.BoundField]:
        """The title, the day and what every matter asks."""
        return [self[name] for name in ("title", "effective_from", "quorum", "second_quorum", "majority")]

    @property
    def stricter(self) -> list[forms.BoundField]:
        """The majority of each matter."""
        return [self[f"majority_{matter}"] for matter in Matter]

    @property
    def voting(self) -> list[forms.BoundField]:
        """How one votes and sits."""
        return [self[name] for name in (*_SWITCHES, *_NUMBERS)]

    def plain(self) -> dict[str, Any]:
        """The terms' plain data."""
        given = self.cleaned_data
        stricter = {matter.value: given[f"majority_{matter}"] for matter in Matter}
        return {
            "title": given["title"].strip(),
            "quorum": _plain(given["quorum"]),
            "second_quorum": _plain(given["second_quorum"]) if given["second_quorum"] else None,
            "majority": _plain(given["majority"]),
            "majorities": {matter: _plain(code) for matter, code in stricter.items() if code},
            **{name: given[name] for name in (*_SWITCHES, *_NUMBERS)},
        }

    @staticmethod
    def initial_of(terms: Terms) -> dict[str, Any]:
        """What the form shows of terms that exist."""
        return {
            "title": terms.title,
            "quorum": _code(terms.quorum),
            "second_quorum": _code(terms.second_quorum) if terms.second_quorum else "",
            "majority": _code(terms.majority),
            **{f"majority_{matter}": _code(threshold) for matter, threshold in terms.majorities.items()},
            **{name: getattr(terms, name) for name in (*_SWITCHES, *_NUMBERS)},
        }


class TrialForm(forms.Form):
    """An imagined vote, to see what terms would make of it."""

    matter = forms.ChoiceField(label="Sujet", choices=[(m.value, m.label) for m in Matter])
    seats = forms.IntegerField(label="Sièges ayant une voix", min_value=1, max_value=60)
    present = forms.IntegerField(label="Présents sur le sujet", min_value=0, max_value=60)
    recused = forms.IntegerField(label="Récusés", min_value=0, max_value=60)
    yes = forms.IntegerField(label="Pour", min_value=0, max_value=60)
    against = forms.IntegerField(label="Contre", min_value=0, max_value=60)
    president = forms.ChoiceField(
        label="La présidence",
        choices=[("for", "vote pour"), ("against", "vote contre"), ("abstention", "s’abstient"), ("", "ne vote pas")],
        required=False,
    )
    second = forms.BooleanField(label="Sur seconde convocation", required=False)

    def clean(self) -> dict[str, Any]:
        """The numbers must hold together."""
        given = super().clean() or {}
        if self.errors:
            return given
        present, yes, against, president = (given[name] for name in ("present", "yes", "against", "president"))
        if present + given["recused"] > given["seats"]:
            self.add_error("present", "Présents et récusés dépassent le nombre de sièges.")
        if yes + against > present:
            self.add_error("yes", "Pour et contre dépassent le nombre de présents.")
        if {"for": yes, "against": against}.get(president) == 0:
            self.add_error("president", "Aucune voix n’est comptée de ce côté : corrigez l’une des deux réponses.")
        if president in {"abstention", ""} and yes + against == present > 0:
            self.add_error("president", "Tous les présents votent pour ou contre, la présidence aussi.")
        return given

    def scene(self) -> tuple[Matter, Roll, Mapping[int, Choice]]:
        """The imagined room and its ballots: the president's seat is the first of its side, the silent abstain."""
        given = self.cleaned_data
        present, recused, yes, against = (given[name] for name in ("present", "recused", "yes", "against"))
        silent = given["president"] == ""
        said = [Choice.FOR] * yes + [Choice.AGAINST] * against
        said += [Choice.ABSTENTION] * max(present - len(said) - silent, 0)
        ballots = dict(enumerate(said, 1))
        head = next((n for n, choice in ballots.items() if choice == given["president"]), present)
        holds = [Hold.SITS] * present + [Hold.RECUSED] * recused + [Hold.VACANT] * (given["seats"] - present - recused)
        seats = {number: Chair(hold, presides=number == head) for number, hold in enumerate(holds, 1)}
        return Matter(given["matter"]), Roll(seats, opened=present + recused, second=given["second"]), ballots
