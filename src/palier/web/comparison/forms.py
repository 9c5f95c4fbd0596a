"""What one chooses to compare, and what a landlord agrees to bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from palier.comparison.rules import SHARED, SITES, Period, Territory
from palier.sources.rules.vocabulary import Source

SITES_LABEL = "Sites prioritaires (nombre par commune)"


def key_of(territory: str, code: str) -> str:
    """A territory as it stands in an address."""
    return f"{territory}-{code}"


class ChoiceForm(forms.Form):
    """The quarter, the territory and the indicator of a comparison."""

    trimestre = forms.ChoiceField(label="Trimestre", required=False)
    territoire = forms.ChoiceField(label="Territoire", required=False)
    indicateur = forms.ChoiceField(label="Indicateur", required=False)

    def __init__(
        self, *args: Any, periods: Sequence[Period], territories: Sequence[tuple[Territory, str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "trimestre": [(period.starts_on.isoformat(), period.label) for period in periods],
            "territoire": [
                ("", "Tous"),
                *((key_of(kind, code), f"{kind.label} : {name}") for kind, code, name in territories),
            ],
            "indicateur": [("", "Tous"), *((key, indicator.label) for key, indicator in SHARED.items())],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class ConsentForm(forms.Form):
    """The indicators that a landlord brings, each for its region, for its towns, or for both."""

    REGION, COMMUNE = "region", "commune"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for source in Source:
            choices = [(key, indicator.label) for key, indicator in SHARED.items() if indicator.source is source]
            for territory, words in ((Territory.REGION, "dans la région"), (Territory.COMMUNE, "dans chaque commune")):
                if choices:
                    self.fields[f"{territory.value}-{source.value}"] = forms.MultipleChoiceField(
                        label=f"{source.label}, {words}", required=False, choices=choices, widget=forms.CheckboxSelectMultiple
                    )
        self.fields["region-sites"] = forms.BooleanField(label=f"{SITES_LABEL}, dans la région", required=False)

    @property
    def wanted(self) -> set[tuple[str, Territory]]:
        """What is checked."""
        chosen = set()
        for name, given in self.cleaned_data.items():
            territory = Territory(name.partition("-")[0])
            if name == "region-sites":
                chosen |= {(SITES, territory)} if given else set()
            else:
                chosen |= {(key, territory) for key in given}
        return chosen

    @staticmethod
    def initial_of(held: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """What a landlord brings today, as the form shows it."""
        initial: dict[str, Any] = {}
        for key, territory in held:
            if key == SITES:
                initial["region-sites"] = True
            else:
                initial.setdefault(f"{territory}-{SHARED[key].source.value}", []).append(key)
        return initial


class SiteForm(forms.Form):
    """Whether one priority site is shown to the landlords next to it."""

    site = forms.IntegerField(widget=forms.HiddenInput)
    show = forms.BooleanField(required=False, widget=forms.HiddenInput)
