"""Components say what the design asks, or refuse to be drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.template import engines
from django.template.loader import get_template
from django_cotton.compiler_regex import CottonCompiler

from palier.sites.rules import Level
from palier.verdict import YES, Remedy, no

pytestmark = pytest.mark.urls("tests.web.ui.urls")
COMPONENTS = sorted(Path("src/palier/web/ui/components").glob("*.html"))


def draw(source: str, **context: object) -> str:
    """A piece of page, drawn."""
    return engines["django"].from_string(CottonCompiler().process(source)).render(context)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_compiles(path: Path) -> None:
    get_template(f"ui/components/{path.name}")


def test_a_verdict_that_says_yes_gives_a_real_button() -> None:
    html = draw('<c-verdict-button label="Transmettre le plan" :verdict="v" />', v=YES)
    assert 'type="submit"' in html
    assert "aria-disabled" not in html


def test_a_verdict_that_says_no_gives_the_reason_and_its_remedy_in_plain_sight() -> None:
    verdict = no("plan.empty", "Le plan est vide.", Remedy("Ajouter une action", "home"))
    html = draw('<c-verdict-button label="Transmettre le plan" :verdict="v" />', v=verdict)
    assert 'aria-disabled="true"' in html
    assert 'type="submit"' not in html
    assert "Le plan est vide." in html
    assert '<a class="remedy" href="/">Ajouter une action</a>' in html


@pytest.mark.parametrize("missing", ["value", "n", "invited", "rate", "low", "high", "regime"])
def test_a_figure_is_never_drawn_without_what_makes_it_honest(missing: str) -> None:
    given = {"value": 76, "n": 1204, "invited": 3010, "rate": 40, "low": 74, "high": 79, "regime": "measured"}
    attributes = " ".join(f'{name}="{value}"' for name, value in given.items() if name != missing)
    with pytest.raises(ValueError, match=missing):
        draw(f'<c-figure title="Satisfaits" {attributes} />')


def test_a_bar_of_rounded_shares_that_add_up_to_more_than_100_stays_in_its_frame() -> None:
    html = draw("{% stacked_bar 24 50 17 10 %}")
    ends = [
        float(x) + float(width) for x, width in re.findall(r'<rect class="s\d" x="([\d.]+)%" y="0" width="([\d.]+)%"', html)
    ]
    assert len(ends) == 4
    assert max(ends) <= 100
    assert "50 %" in html.replace("\xa0", " "), "what is printed stays what was counted"


def test_a_remedy_opens_its_page_already_filled() -> None:
    verdict = no("plans.site_uncovered", "Ce site n’a pas d’action.", Remedy("Ajouter une action", "home", query={"site": 12}))
    assert '<a class="remedy" href="/?site=12">' in draw('<c-verdict-button label="Transmettre" :verdict="v" />', v=verdict)


def test_the_classes_of_a_site_are_said_in_the_rating_s_own_words() -> None:
    html = draw('<c-site-classes :level="0" :levels="levels" />', levels=list(Level))
    assert '<li aria-current="true">Sans difficulté</li>' in html
    assert "Aucune" not in html


def test_each_sentence_of_a_form_s_errors_is_counted() -> None:
    class Asked(forms.Form):
        name = forms.CharField()

    form = Asked({"name": "x"})
    form.add_error("name", "Trop court.")
    form.add_error("name", "Sans majuscule.")
    assert "2 points sont à reprendre." in draw('<c-form-errors :form="form" />', form=form)
