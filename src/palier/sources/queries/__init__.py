"""What one may ask of the sources. ``landlord`` is always said: nothing is found across landlords."""

from palier.sources.queries.figures import (
    brought,
    brought_readings,
    coverage,
    last_brought,
    latest_readings,
    presence_by_residence,
    readings_of,
)
from palier.sources.queries.files import intakes, saved_mappings
from palier.sources.queries.homes import finder
from palier.sources.queries.incidents import (
    Monthly,
    incidents,
    incidents_of,
    log_since,
    monthly_incidents,
    noted_incidents,
)
from palier.sources.queries.territory import iris_of, iris_years, open_years, outlines, places_of, published, within_iris

__all__ = [
    "Monthly",
    "brought",
    "brought_readings",
    "coverage",
    "finder",
    "incidents",
    "incidents_of",
    "intakes",
    "iris_of",
    "iris_years",
    "last_brought",
    "latest_readings",
    "log_since",
    "monthly_incidents",
    "noted_incidents",
    "open_years",
    "outlines",
    "places_of",
    "presence_by_residence",
    "published",
    "readings_of",
    "saved_mappings",
    "within_iris",
]
