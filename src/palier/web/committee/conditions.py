"""Conditions entered line by line, each with its day and who shows that it is met."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django import forms
from django.http import QueryDict

from palier.plans.rules.conditions import Asked, ShownBy
from palier.web.ui.forms import DayInput

if TYPE_CHECKING:
    Base = forms.BaseFormSet["ConditionForm"]
else:
    Base = forms.BaseFormSet

PREFIX, LINES, MOST = "reserves", 2, 20


class ConditionForm(forms.Form):
    """One condition; a line left as it came is none."""

    text = forms.CharField(label="Ce que l’organisme doit faire", widget=forms.Textarea(attrs={"rows": 2}))
    due_on = forms.DateField(label="Au plus tard le", widget=DayInput())
    shown_by = forms.ChoiceField(
        label="À montrer par", choices=[(s.value, s.label) for s in ShownBy], initial=ShownBy.LANDLORD.value
    )


class Conditions(Base):
    """The conditions of a decision."""

    def said_in(self, form: forms.Form) -> None:
        """Say in the form that carries them which lines are to be taken up; the errors stand beside their fields."""
        for number, line in enumerate(self.forms, 1):
            if line.errors:
                form.add_error(None, f"Réserve {number} : complétez ses champs, ou videz-les.")

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What is asked, once valid, in the order of the lines."""
        given = [form.cleaned_data for form in self.forms if form.has_changed()]
        return tuple(Asked(one["text"], one["due_on"], ShownBy(one["shown_by"])) for one in given)


_FormSet = forms.formset_factory(ConditionForm, formset=Conditions, extra=LINES, max_num=MOST, absolute_max=MOST)


def conditions(data: QueryDict | None) -> Conditions:
    """The lines of a form as sent, one more when it is asked for (the button « more »); empty ones at first."""
    if data is not None:
        data = data.copy()
        sent = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
        data[f"{PREFIX}-TOTAL_FORMS"] = str(int(sent) + ("more" in data)) if sent.isdecimal() else "0"
        data.setdefault(f"{PREFIX}-INITIAL_FORMS", "0")
    return cast("Conditions", _FormSet(data, prefix=PREFIX))
