"""What one chooses to compare, and what a landlord agrees to bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from palier.comparison.rules import SHARED, SITES, Period, Territory

SITES_LABEL = "Sites prioritaires (nombre par commune)"
_WHERE = {Territory.REGION: "dans la région", Territory.COMMUNE: "dans chaque commune"}


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in self._offered().items():
            for territory, where in _WHERE.items():
                if key != SITES or territory is Territory.REGION:
                    box = forms.CheckboxInput(attrs={"aria-label": f"{label}, {where}"})
                    self.fields[f"{territory.value}-{key}"] = forms.BooleanField(label=label, required=False, widget=box)

    @staticmethod
    def _offered() -> dict[str, str]:
        return {**{key: indicator.label for key, indicator in SHARED.items()}, SITES: SITES_LABEL}

    def lines(self) -> list[tuple[str, str, list[forms.BoundField | None]]]:
        """Each indicator with its source and its two boxes, the region's and the towns'."""
        found = []
        for key, label in self._offered().items():
            names = [f"{territory.value}-{key}" for territory in _WHERE]
            source = SHARED[key].source.label if key in SHARED else ""
            found.append((label, source, [self[name] if name in self.fields else None for name in names]))
        return found

    @property
    def wanted(self) -> set[tuple[str, Territory]]:
        """What is checked."""
        chosen = [name.partition("-") for name, checked in self.cleaned_data.items() if checked]
        return {(key, Territory(territory)) for territory, _, key in chosen}

    @staticmethod
    def initial_of(held: Sequence[tuple[str, str]]) -> dict[str, bool]:
        """What a landlord brings today, as the form shows it."""
        return {f"{territory}-{key}": True for key, territory in held}


class SiteForm(forms.Form):
    """Whether one priority site is shown to the landlords next to it."""

    site = forms.IntegerField(widget=forms.HiddenInput)
    show = forms.BooleanField(required=False, widget=forms.HiddenInput)
