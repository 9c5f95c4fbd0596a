"""Addresses of the documents pages."""

from django.urls import path

from palier.web.documents import sharing, views

_FILE = "organismes/<int:landlord_id>/documents/"
_ONE = f"{_FILE}<int:document_id>/"
urlpatterns = [
    path(_FILE, views.documents, name="documents"),
    path(_ONE, views.document, name="document"),
    path(f"{_ONE}versions/<int:number>/", views.file, name="document_file"),
    path(f"{_ONE}retirer/", views.withdraw, name="document_withdraw"),
    path(f"{_ONE}partager/", sharing.share, name="document_share"),
    path(f"{_ONE}partages/<int:share_id>/reprendre/", sharing.unshare, name="document_unshare"),
]
