"""The page of a tenant's light link: is it settled? A GET writes nothing, so that a mail scanner answers nothing."""

from __future__ import annotations

from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from palier.cases import operations, queries
from palier.cases.rules import State
from palier.verdict import Refusal
from palier.web.cases.forms import AnswerForm
from palier.web.doors import Open, Request, door


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def settled(request: Request, token: str) -> HttpResponse:
    """What a tenant asked, and whether it is settled."""
    found = queries.by_link(token=token)
    if found is None:
        return render(request, "cases/link_over.html", status=410)
    form = AnswerForm(request.POST or None)
    done = found.state == State.SETTLED
    status = 200
    if request.method == "POST":
        if form.is_valid():
            said = form.cleaned_data
            with suppress(Refusal):  # said already: once is enough
                operations.answer_by_link(case=found, settled=said["settled"] == "yes", text=said["text"], at=request.at)
            return _answer(request, {"case": found, "said": said["settled"]})
        status = 422
    asked = found.state in {State.ASKED, State.SILENT}
    return _answer(request, {"case": found, "form": form, "asked": asked, "done": done}, status)


def _answer(request: Request, context: dict[str, object], status: int = 200) -> HttpResponse:
    answered = render(request, "cases/settled.html", context, status=status)
    patch_cache_control(answered, no_store=True, private=True)
    return answered
