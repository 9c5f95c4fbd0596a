"""Choosing among the documents of a file: many bear the same title, the day tells them apart."""

from __future__ import annotations

from django import forms

from palier.calendar import paris_day
from palier.documents.models import Document


def in_a_list(document: Document) -> str:
    """« Contrat ou bon de commande, déposé le 12/03/2026 »."""
    return f"{document.title}, déposé le {paris_day(document.created_at):%d/%m/%Y}"


class _ByDay:
    def label_from_instance(self, obj: Document) -> str:
        return in_a_list(obj)


class DocumentField(_ByDay, forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One document of the file, by its title and its day."""


class DocumentsField(_ByDay, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Several documents of the file, by their titles and their days."""
