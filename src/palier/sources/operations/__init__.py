"""What one may do with the sources: readings, incidents, files, open data."""

from palier.sources.operations.incidents import Told, erase_texts, record_incident, void_incident
from palier.sources.operations.readings import Entry, Kept, record_readings

__all__ = ["Entry", "Kept", "Told", "erase_texts", "record_incident", "record_readings", "void_incident"]
