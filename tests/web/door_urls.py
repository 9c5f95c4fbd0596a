"""Pages that exist only to try the doors."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path

from palier.directory.models import Landlord
from palier.directory.operations import enter_person
from palier.directory.rules import Right, Thing
from palier.verdict import Refusal, no
from palier.web.doors import Open, Request, door


@door(GET=(Thing.STOCK, Right.READ), POST=(Thing.STOCK, Right.WRITE))
def file(request: Request, landlord: Landlord) -> HttpResponse:
    return HttpResponse(landlord.name)


@door(POST=Open.SIGNED_IN)
def act(request: Request) -> HttpResponse:
    """Enters a person, then refuses when asked to."""
    enter_person(email=request.POST["email"], name="Nouvelle", at=request.at)
    if request.POST.get("refuse"):
        raise Refusal(no("test.no", "Ce n’est pas possible ici."))
    return HttpResponse(f"fait {request.POST['email']}")


@door(fresh=True, POST=Open.SIGNED_IN)
def sign(request: Request) -> HttpResponse:
    return HttpResponse(f"signé {request.POST['what']}")


urlpatterns = [
    path("essai/<int:landlord_id>/", file),
    path("essai/acte/", act),
    path("essai/signer/", sign),
    path("", include("palier.web.urls")),
]
