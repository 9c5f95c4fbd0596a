"""The few addresses that components and the pages of no room name: tests of ui wait for no other room."""

from django.urls import include, path

from tests.web.ui import trials

urlpatterns = [
    path("", include("palier.web.ui.urls")),
    path("", include("palier.web.home.urls")),
    path("", include("palier.web.directory.urls")),
    path("", include("palier.web.outbox.urls")),
    path("", include("palier.web.ledger.urls")),
    path("", include("palier.web.register.urls")),
    path("compte/", include("palier.web.directory.account_urls")),
    path("essai/", trials.saving),
    path("essai/enregistrer/", trials.save),
    path("essai/piece/", trials.sending),
    path("essai/deposer/", trials.deposit),
]
