"""The home page: what Palier is for a visitor, one's first page for somebody, one's files for somebody with several."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.directory.queries import visible_landlords
from palier.directory.rules import LANDLORD_ROLES, plain
from palier.web.doors import Open, Request, door
from palier.web.navigation import first_page

PAGE = 30


@door(GET=Open.PUBLIC)
def home(request: Request) -> HttpResponse:
    """Where one arrives."""
    if not request.user.is_authenticated:
        return render(request, "home/welcome.html")
    own = {m.organisation_id for m in request.held if m.role in LANDLORD_ROLES}
    if len(own) < 2 and (page := first_page(request.held)):
        return redirect(page)
    return redirect("files")


@door(GET=Open.SIGNED_IN)
def files(request: Request) -> HttpResponse:
    """The landlords' files that one may open, by name."""
    found = visible_landlords(person=request.user, on=request.on).order_by("plain_name", "pk")
    if text := request.GET.get("text", "").strip():
        found = found.filter(plain_name__contains=plain(text))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "home/files.html", {"page_obj": page, "text": text})
