"""The results of waves, as counted: each figure with what it is read with, none of too few answers."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.answers.queries import results as queries
from palier.answers.statistics import files
from palier.answers.statistics.telling import Figure
from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.directory.rules import Thing
from palier.surveys.queries import waves

room = Room("results", "Résultats des enquêtes")


class ResultOut(Schema):
    """A share of good answers, its interval, and how many answered of how many invited. Percentages."""

    question: str = Field(description="Clé de la question, la même d’une vague à l’autre.")
    label: str
    level: str = Field(description="ensemble, agence, quartier ou résidence.")
    group: str = Field(description="L’agence, le côté, la ou les résidences ; vide pour l’ensemble.")
    satisfied: int
    low: int
    high: int
    answers: int
    invited: int | None = Field(description="Vide quand la question n’est posée qu’à une partie des locataires.")
    response_rate: int | None
    regime: str = Field(description="measured, modelled (estimé) ou grouped (plusieurs résidences lues ensemble).")


@room.reads("/landlords/{landlord_id}/waves/{pk}/results", Thing.SURVEYS, "Lister les résultats d’une vague")
def results(request: Call, pk: Pk) -> Page[ResultOut]:
    """Every figure of a wave, in the order of the questionnaire; none before it is counted."""
    wave = get_object_or_404(waves(landlord=request.landlord), pk=pk)
    recount = queries.full(landlord=request.landlord).filter(wave=wave).first()
    one = queries.results(recount=recount) if recount else None
    rows = [] if one is None or one.hidden else list(files.figures(one))
    return paged(request, rows, lambda page: [_out(*row) for row in page])


def _out(question: str, label: str, level: str, group: str, figure: Figure) -> ResultOut:
    return ResultOut(
        question=question,
        label=label,
        level=level,
        group=group,
        satisfied=figure.value,
        low=figure.low,
        high=figure.high,
        answers=figure.answers,
        invited=figure.invited or None,
        response_rate=figure.rate,
        regime=figure.regime.value,
    )
