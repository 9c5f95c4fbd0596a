"""Pages that exist only to try the scripts: a form that saves itself, and one that sends a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

SAVING = """{% extends "ui/layout.html" %}{% block title %}Essai{% endblock %}{% block heading %}Essai{% endblock %}{% block content %}
<form method="post" data-autosave-form data-guard hx-post="/essai/enregistrer/" hx-trigger="change, input changed delay:50ms"
 hx-target="#saved" hx-swap="outerHTML">{% csrf_token %}{% once %}
<label for="text">Justification</label><textarea id="text" name="text"></textarea><c-autosave id="saved" /></form>
{% endblock %}"""
SENDING = """{% extends "ui/layout.html" %}{% block title %}Essai{% endblock %}{% block heading %}Essai{% endblock %}{% block content %}
<form method="post" enctype="multipart/form-data" action="/essai/deposer/">{% csrf_token %}{% once %}
<c-upload label="Procédure" accept=".pdf" /><button type="submit">Déposer la pièce</button></form>
{% endblock %}"""
keys: list[str] = []


def draw(source: str, request: HttpRequest, **context: object) -> str:
    """A trial page or fragment."""
    return engines["django"].from_string(CottonCompiler().process(source)).render(context, request)  # type: ignore[attr-defined]


def saving(request: HttpRequest) -> HttpResponse:
    """A form that saves itself."""
    return HttpResponse(draw(SAVING, request))


def save(request: HttpRequest) -> HttpResponse:
    """Saves; « panne » fails, « conflit » meets somebody else's text, « dehors » is no longer signed in."""
    keys.append(request.headers.get("Idempotency-Key", ""))
    text = request.POST["text"]
    if text == "panne" or "idempotency_key" in request.POST:
        return HttpResponse(status=500)
    if text == "dehors":
        return HttpResponse(draw(SENDING, request))
    if text == "conflit":
        conflict = '<c-conflict id="saved" :mine="mine" theirs="le leur" who="M. D." at="14:31" />'
        return HttpResponse(draw(conflict, request, mine=text), status=409)
    return HttpResponse(draw('<c-autosave id="saved" at="14:32" />', request))


def sending(request: HttpRequest) -> HttpResponse:
    """A form that sends a file."""
    return HttpResponse(draw(SENDING, request))


def deposit(request: HttpRequest) -> HttpResponse:
    """Keeps the file, says so on another page."""
    messages.success(request, f"La pièce {request.FILES['file'].name} est déposée.")  # type: ignore[union-attr]
    return HttpResponseRedirect("/aide/")
