"""The home page: each person's first page."""

from django.http import HttpResponse
from django.shortcuts import render

from palier.web.doors import Open, Request, door


@door(GET=Open.PUBLIC)
def home(request: Request) -> HttpResponse:
    """Where one arrives."""
    return render(request, "home/home.html", {})
