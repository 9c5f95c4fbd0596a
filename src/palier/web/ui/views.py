"""Pages of no room: the components with their tags, accessibility, personal data, help."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import Engine, RequestContext, Template
from django.utils.safestring import SafeString
from django_cotton.compiler_regex import CottonCompiler

from palier.directory.queries import organisations, people_of, people_with
from palier.directory.rules import LANDLORD_ROLES, Kind, Role
from palier.web.doors import Open, Request, door
from palier.web.ui import examples

# Whose guide, and its file in docs/guide.
GUIDES = {
    "Organisme Hlm": "organisme.md",
    "Équipe de terrain": "terrain.md",
    "Qui prépare des enquêtes": "enquetes.md",
    "Auditeur ou auditrice": "auditeur.md",
    "Représentant ou représentante des locataires": "representants.md",
    "Comité de labellisation": "comite.md",
    "Référent ou référente du label": "referent.md",
    "Association régionale": "etude_regionale.md",
    "Administration": "administration.md",
    "Public": "public.md",
}
FOLDER = Path(__file__).resolve().parent / "gallery"
_TITLE = re.compile(r"^<!-- (.+?)(?:: (.+))? -->\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One component in one state: its title, a line on when it is used, its tag, and how it is drawn."""

    title: str
    note: str
    source: str
    drawn: SafeString


@dataclass(frozen=True, slots=True)
class Group:
    """The specimens of one file of ``gallery/``."""

    title: str
    slug: str
    specimens: list[Specimen]


@lru_cache(maxsize=1)
def _sources() -> list[tuple[str, str, list[tuple[str, str, str, Template]]]]:
    """The gallery as written: title of the group, slug, then title, note, source and compiled template of each specimen."""
    engine = Engine.get_default()
    groups = []
    for path in sorted(FOLDER.glob("*.html")):
        title, *rest = path.read_text().split("\n", 1)
        pieces = _TITLE.split(rest[0])[1:]
        specimens = [
            (name, note or "", source.strip(), Template(CottonCompiler().process(source), engine=engine))
            for name, note, source in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)
        ]
        groups.append((title, path.stem.split("-", 1)[1], specimens))
    return groups


def specimens(request: HttpRequest, context: dict[str, Any]) -> list[Group]:
    """Every component in every state, drawn."""
    return [
        Group(
            title,
            slug,
            [
                Specimen(name, note, source, template.render(RequestContext(request, context)))
                for name, note, source, template in all_
            ],
        )
        for title, slug, all_ in _sources()
    ]


@door(GET=Open.PUBLIC)
def components(request: Request) -> HttpResponse:
    """Every component in every state."""
    return render(request, "ui/gallery.html", {"groups": specimens(request, examples.context(request.at))})


@door(GET=Open.PUBLIC)
def example_map(request: Request) -> JsonResponse:
    """The invented places of the example map."""
    return JsonResponse(examples.PLACES, content_type="application/geo+json")


@door(GET=Open.PUBLIC)
def accessibility(request: Request) -> HttpResponse:
    """What is done for everybody to use the pages, and what is not yet."""
    return render(request, "ui/notes/accessibility.html")


@door(GET=Open.PUBLIC)
def privacy(request: Request) -> HttpResponse:
    """What is kept about people, who sees it, and their rights."""
    return render(request, "ui/notes/privacy.html")


@door(GET=Open.PUBLIC)
def help_page(request: Request) -> HttpResponse:
    """How the pages are read, where each one begins, and whom to ask: by name for whoever has a role here."""
    own = next((held.organisation_id for held in request.held if held.role in LANDLORD_ROLES), None)
    leads = people_of(landlord=own, roles=frozenset({Role.QUALITY_LEAD}), on=request.on) if own else ()
    team = people_with(roles=frozenset({Role.REFERENT}), on=request.on) if request.held else ()
    context = {"leads": leads, "team": team, "owner": organisations(kind=Kind.LABEL_OWNER).first(), "guides": GUIDES}
    return render(request, "ui/notes/help.html", context)
