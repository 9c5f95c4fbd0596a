"""Addresses of the pages: one line a room."""

from django.urls import include, path

urlpatterns = [
    path("", include("palier.web.answers.urls")),  # first: no other page is opened by so many at once
    path("", include("palier.web.ui.urls")),
    path("", include("palier.web.home.urls")),
    path("", include("palier.web.directory.urls")),
    path("", include("palier.web.outbox.urls")),
    path("", include("palier.web.ledger.urls")),
    path("", include("palier.web.documents.urls")),
    path("", include("palier.web.frameworks.urls")),
    path("", include("palier.web.stock.urls")),
    path("", include("palier.web.sources.urls")),
    path("", include("palier.web.visits.urls")),
    path("", include("palier.web.sites.urls")),
    path("", include("palier.web.comparison.urls")),
    path("", include("palier.web.consultation.urls")),
    path("", include("palier.web.plans.urls")),
    path("", include("palier.web.projects.urls")),
    path("", include("palier.web.label.urls")),
    path("", include("palier.web.audits.urls")),
    path("", include("palier.web.committee.urls")),
    path("", include("palier.web.register.urls")),
    path("", include("palier.web.minutes.urls")),
    path("", include("palier.web.questionnaires.urls")),
    path("", include("palier.web.surveys.urls")),
    path("", include("palier.web.answers.results_urls")),
    path("", include("palier.web.cases.urls")),
    path("", include("palier.web.studies.urls")),
    path("", include("palier.web.journey.urls")),
    path("compte/", include("palier.web.directory.account_urls")),
]
