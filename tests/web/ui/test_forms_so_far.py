"""Adding a row to a form checks nothing and loses nothing."""

from __future__ import annotations

from django import forms

from palier.web.ui.forms import typed_so_far


class Small(forms.Form):
    day = forms.DateField()
    text = forms.CharField()


def test_a_form_shown_again_keeps_what_was_typed_and_says_no_error() -> None:
    form = Small({"day": "32/13", "text": "Former"})
    typed_so_far(form)
    assert form.errors == {}
    assert (form["day"].value(), form["text"].value()) == ("32/13", "Former")
    assert "error" not in str(form)
