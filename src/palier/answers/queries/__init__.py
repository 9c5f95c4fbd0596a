"""What one may ask of answers, and of the figures counted of them."""

from palier.answers.queries.giving import draft, form_of, given

__all__ = ["draft", "form_of", "given"]
