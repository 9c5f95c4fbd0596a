"""What one may ask of answers, and of the figures counted of them."""

from palier.answers.queries.giving import draft, form_of, given
from palier.answers.queries.retention import kept, past_remarks
from palier.answers.queries.themes import readable, remarks, tally_of, themes

__all__ = ["draft", "form_of", "given", "kept", "past_remarks", "readable", "remarks", "tally_of", "themes"]
