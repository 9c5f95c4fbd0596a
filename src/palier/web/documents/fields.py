"""Choosing among the documents of a file: many bear the same title, the day tells them apart."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from palier.documents.models import Document


def in_a_list(document: Document) -> str:
    """« Contrat ou bon de commande, déposé le 12/03/2026 »."""
    return f"{document.title}, déposé le {timezone.localtime(document.created_at):%d/%m/%Y}"


class DocumentField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One document of the file."""

    def label_from_instance(self, obj: Document) -> str:
        """Its title and its day."""
        return in_a_list(obj)


class DocumentsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Several documents of the file."""

    def label_from_instance(self, obj: Document) -> str:
        """Its title and its day."""
        return in_a_list(obj)
