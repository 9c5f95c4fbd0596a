"""What one may ask of regional studies."""

from palier.studies.queries.answers import answer_of, answers_of_landlord, open_answers, proposals_for
from palier.studies.queries.editions import coverage_of, invited, members_of, newcomers, studies_of

__all__ = [
    "answer_of",
    "answers_of_landlord",
    "coverage_of",
    "invited",
    "members_of",
    "newcomers",
    "open_answers",
    "proposals_for",
    "studies_of",
]
