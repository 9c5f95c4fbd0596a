"""The answers of a wave and everybody it speaks of, as the columns that figures are counted from."""

from __future__ import annotations

from collections import Counter

import numpy as np
from django.db.models import Count, Q

from palier.answers.models import Answer
from palier.answers.statistics.columns import Answers, Frame, Home, placed
from palier.surveys.models import Household, Invitation, Stratum, Wave
from palier.surveys.rules.outcomes import OUT

_SIDES = {True: "inside", False: "outside", None: ""}


def columns(*, wave: Wave) -> tuple[Answers, Frame]:
    """The answers of a wave, and the households it speaks of. Four SQL queries."""
    rows = list(Answer.objects.filter(wave=wave).values_list("residence", "agency", "stratum", "qpv", "mode", "said"))
    homes_known, sides = _homes(wave)
    where, homes = placed([(residence, agency) for residence, agency, *_ in rows], homes_known)
    answers = Answers(
        said=[said for *_, said in rows],
        residence=where,
        # An answer that no longer says its stratum stands for those that no answer names.
        stratum=np.array([stratum or 0 for _, _, stratum, *_ in rows], dtype=int),
        qpv=np.array([_SIDES[qpv] for _, _, _, qpv, *_ in rows], dtype=object).astype(str),
        mode=np.array([mode for *_, mode, _ in rows], dtype=object).astype(str),
    )
    strata = dict(Stratum.objects.filter(wave=wave).values_list("pk", "population"))
    named = set(answers.stratum.tolist())
    strata[0] = sum(population for pk, population in strata.items() if pk not in named)
    invited = Invitation.objects.filter(wave=wave).exclude(outcome__in=OUT).count()
    return answers, Frame(homes, strata, invited, sides)


def _homes(wave: Wave) -> tuple[list[Home], dict[str, int]]:
    """The residences of the landlord's households and how many of each were invited; the invited by side. Two SQL queries."""
    households = Household.objects.filter(landlord=wave.landlord_id, left_on__isnull=True).order_by()
    sided = {"inside": Count("pk", Q(qpv=True)), "unknown": Count("pk", Q(qpv__isnull=True))}
    counted = households.values_list("residence", "agency").annotate(all=Count("pk"), **sided)
    asked = Invitation.objects.filter(wave=wave, household__isnull=False).exclude(outcome__in=OUT).order_by()
    rows = asked.values_list("household__residence", "household__qpv").annotate(Count("pk"))
    invited: Counter[int] = Counter()
    sides: Counter[str] = Counter()
    for residence, qpv, number in rows:
        invited[residence] += number
        sides[_SIDES[qpv]] += number
    agencies: dict[int, Counter[str]] = {}
    inside: Counter[int] = Counter()
    unknown: Counter[int] = Counter()
    for residence, agency, everybody, within, untold in counted:
        agencies.setdefault(residence, Counter())[agency] += everybody
        inside[residence] += within
        unknown[residence] += untold
    homes = [
        Home(
            residence,
            names.most_common(1)[0][0],
            names.total(),
            inside[residence],
            invited[residence],
            unknown=unknown[residence],
        )
        for residence, names in agencies.items()
    ]
    return homes, dict(sides)
