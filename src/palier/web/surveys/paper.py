"""What goes on paper: letters by the day, the poster of a hall, the pages where one gets one's link again or types its code."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.calendar import in_words
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys import operations, printing, queries
from palier.surveys.models import Wave
from palier.surveys.rules.waves import State
from palier.web.directory.sign_in import too_many
from palier.web.doors import Open, Request, door
from palier.web.surveys.forms import CodeForm, ContactForm

WRITE = (Thing.HOUSEHOLDS, Right.WRITE)
AT_ONCE = 100


def _wave(landlord: Landlord, wave_id: int) -> Wave:
    found = queries.waves(landlord=landlord).filter(launched_at__isnull=False).select_related("landlord", "questionnaire")
    return get_object_or_404(found, pk=wave_id)


@door(GET=WRITE, POST=WRITE)
def letters(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """Prepare the next letters, for households that no message reaches; print those of a day, or take back today's."""
    wave = _wave(landlord, wave_id)
    if request.method == "POST":
        messages.success(request, _act(request, wave))
        return redirect("survey_letters", landlord_id=landlord.pk, wave_id=wave.pk)
    running = wave.state == State.RUNNING
    ready, unaddressed = queries.to_post(wave=wave, at=request.at) if running else ([], [])
    batches = queries.batches(wave=wave)
    context = {
        "landlord": landlord,
        "wave": wave,
        "batches": [(batch, batch.on.isoformat(), batch.on == request.on) for batch in batches],
        "running": running,
        "total": len(ready),
        "next": min(len(ready), AT_ONCE),
        "left": max(len(ready) - AT_ONCE, 0),
        "unaddressed": [invitation.household for invitation in unaddressed],
    }
    return render(request, "surveys/letters.html", context)


def _act(request: Request, wave: Wave) -> str:
    """Prepare letters or take them back; what is said of it."""
    if "take_back" in request.POST:
        count = operations.take_back_letters(wave=wave, by=request.user, at=request.at)
        return f"{count} courriers repris : ils ne comptent plus." if count > 1 else "1 courrier repris : il ne compte plus."
    count = len(operations.post_letters(wave=wave, limit=AT_ONCE, by=request.user, at=request.at))
    plural = "s" if count > 1 else ""
    return f"{count} courrier{plural} à imprimer." if count else "Aucun courrier de plus à préparer : relisez la page."


def _pdf(content: bytes, name: str) -> HttpResponse:
    head = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=head)


@door(GET=WRITE)
def print_letters(request: Request, landlord: Landlord, wave_id: int, day: str) -> HttpResponse:
    """The letters of a day in one PDF, each with its questionnaire; without those answered meanwhile, or to no whole address."""
    wave = _wave(landlord, wave_id)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    found = queries.letters_of(wave=wave, on=on)
    content = queries.printed(wave=wave, invitations=found, origin=settings.ORIGIN) if wave.questionnaire else {}
    if not content.get("letters"):
        raise Http404
    return _pdf(printing.letters(content, fonts=settings.PRINT_FONTS, at=request.at), f"courriers-{on.isoformat()}")


@door(GET=(Thing.SURVEYS, Right.READ))
def poster(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """The poster of a hall: it leads to the page where one gets one's link again, and opens nothing by itself."""
    wave = _wave(landlord, wave_id)
    content: dict[str, Any] = {
        "landlord": landlord.name,
        "title": wave.subject,
        "purpose": wave.purpose,
        "link": f"{settings.ORIGIN}{reverse('survey_link')}",
        "until": in_words(wave.closes_on),
    }
    return _pdf(printing.poster(content, fonts=settings.PRINT_FONTS, at=request.at), "affiche")


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def link(request: Request) -> HttpResponse:
    """Somebody asks for their link. The answer is the same whoever they are: it must not say who is a tenant."""
    form = ContactForm(request.POST or None)
    sent = False
    if request.method == "POST":
        if limited := too_many(request, "survey_link"):
            return limited
        if form.is_valid():
            operations.send_link_again(contact=form.cleaned_data["contact"], at=request.at)
            sent = True
    status = 422 if request.method == "POST" and not sent else 200
    return render(request, "surveys/link.html", {"form": form, "sent": sent}, status=status)


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def code(request: Request) -> HttpResponse:
    """Somebody types the code of their letter: it opens the page that their link opens. Tries are counted, from everywhere."""
    form = CodeForm(request.POST or None)
    form.fields["code"].label = "Code de votre courrier"
    form.fields["code"].help_text = "En bas de chaque page du questionnaire."
    if request.method == "POST":
        if limited := too_many(request, "survey_code", "all"):
            return limited
        if form.is_valid():
            if token := queries.token_of_code(code=form.cleaned_data["code"]):
                return redirect("survey", token=token)
            form.add_error("code", "Ce code n’ouvre aucun questionnaire. Relisez-le ; si vous avez répondu, c’est fini, merci.")
    return render(request, "surveys/code.html", {"form": form}, status=422 if request.method == "POST" else 200)
