"""Texts leave with French typography; what is code, a field or a tag leaves as it came."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from hypothesis import given
from hypothesis import strategies as st

from palier.web.ui.typography import FIXED, NARROW, TypographyMiddleware, typeset


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("<p>Pas encore ; attendez</p>", f"<p>Pas encore{NARROW}; attendez</p>"),
        ("<p>Retirer la pièce ?</p>", f"<p>Retirer la pièce{NARROW}?</p>"),
        ("<p>Retirer la pièce?</p>", f"<p>Retirer la pièce{NARROW}?</p>"),
        ("<p>76 %</p>", f"<p>76{NARROW}%</p>"),
        ("<p>76%</p>", f"<p>76{NARROW}%</p>"),
        ("<p>76<small> %</small></p>", f"<p>76<small>{NARROW}%</small></p>"),
        ("<p>Et maintenant : le plan</p>", f"<p>Et maintenant{FIXED}: le plan</p>"),
        ("<p>« Fiches »</p>", f"<p>«{FIXED}Fiches{FIXED}»</p>"),
        ("<p>9 864 logements</p>", f"<p>9{NARROW}864 logements</p>"),
        ("<p>1 234 567 logements</p>", f"<p>1{NARROW}234{NARROW}567 logements</p>"),
        ("<p>n° 48190</p>", f"<p>n°{FIXED}48190</p>"),
        ("<p>12 €</p>", f"<p>12{FIXED}€</p>"),
        ("<p>l'action d&#x27;un bailleur</p>", "<p>l’action d’un bailleur</p>"),
    ],
)
def test_text_is_set(typed: str, set_: str) -> None:
    assert typeset(typed) == set_


@pytest.mark.parametrize(
    "kept",
    [
        '<a href="/a?b=1 ; c" title="Vraiment ?">x</a>',
        "<script>if (a ? b : c) { x = 'l\\'a' }</script>",
        '<script type="application/json">{"a": "b ; c"}</script>',
        "<style>a { color : red ; }</style>",
        "<pre>a ; b ? c</pre>",
        "<code>l'a ; b</code>",
        "<textarea name='t'>Il a dit : « oui » ; vraiment ?</textarea>",
        "<!-- a ; b -->",
        "<p>14:32</p>",
        "<p>https://exemple.test/?a=1</p>",
        "<p>A &amp; B &lt; C</p>",
        "<p>01 23 45 67 89</p>",
        "<p>7cb3 064f c4e0</p>",
    ],
)
def test_the_rest_is_left_alone(kept: str) -> None:
    assert typeset(kept) == kept


@given(st.text(alphabet="ab12 ;:!?%«»'’<>/=\"&n°\u202f\u00a0", max_size=60))
def test_setting_twice_changes_nothing_more(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once


def answer(response: HttpResponse) -> HttpResponse:
    return TypographyMiddleware(lambda _: response)(HttpRequest())


def test_only_html_is_touched() -> None:
    assert answer(HttpResponse("<p>oui ?</p>")).content.decode() == f"<p>oui{NARROW}?</p>"
    assert answer(HttpResponse("oui ?", content_type="text/plain")).content == b"oui ?"
    assert answer(JsonResponse({"a": "oui ?"})).content == b'{"a": "oui ?"}'
