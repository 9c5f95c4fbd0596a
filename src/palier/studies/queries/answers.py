"""The landlord's side: its own answers, and what may be proposed to it. Always found through the landlord."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from palier.audits import queries as audits
from palier.consultation import queries as consultation
from palier.directory.models import Landlord
from palier.label import queries as label
from palier.plans.models import Action
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.rules.form import Value
from palier.sites import queries as sites
from palier.sites.rules import Level
from palier.stock import queries as stock
from palier.studies.models import StudyAnswer
from palier.studies.rules.editions import share
from palier.studies.rules.proposals import Proposal, proposed
from palier.surveys import queries as surveys
from palier.visits import queries as visits


def answers_of_landlord(*, landlord: Landlord) -> QuerySet[StudyAnswer]:
    """The editions to which a landlord was invited, the latest first."""
    found = StudyAnswer.objects.filter(landlord=landlord).select_related(
        "study__association", "study__questionnaire", "saved_by", "handed_by", "validated_by"
    )
    return found.order_by("-study__year", "-study__opened_at", "pk")


def open_answers(*, landlord: Landlord, on: date) -> QuerySet[StudyAnswer]:
    """The answers of a landlord that do not count yet, to the editions that still take them; the first to close first."""
    found = answers_of_landlord(landlord=landlord).filter(validated_at__isnull=True, study__closed_at__isnull=True)
    return found.filter(study__closes_on__gte=on).order_by("study__closes_on", "pk")


def answer_of(*, landlord: Landlord, study: int) -> QuerySet[StudyAnswer]:
    """A landlord's answer to one edition, if it was invited."""
    return answers_of_landlord(landlord=landlord).filter(study=study)


def proposals_for(answer: StudyAnswer, *, on: date) -> dict[str, Proposal]:
    """What is proposed for the questions whose page was not saved yet, by key."""
    former = (
        answers_of_landlord(landlord=answer.landlord)
        .filter(study__association=answer.study.association_id, study__year__lt=answer.study.year, validated_at__isnull=False)
        .first()
    )
    return proposed(
        questionnaires.questionnaire(answer.study.questionnaire),
        known=known(landlord=answer.landlord, on=on),
        former=former.said if former else {},
        last=f"votre réponse de {former.study.year}" if former else "",
        seen=answer.seen,
    )


def known(*, landlord: Landlord, on: date) -> dict[str, Proposal]:
    """What Palier knows of a landlord that a study of landlords asks, by key of question. A fixed number of SQL queries."""
    return _profile(landlord, on) | _commitments(landlord, on) | _sites(landlord, on) | _tools(landlord)


def _profile(landlord: Landlord, on: date) -> dict[str, Proposal]:
    sheet, homes = "votre fiche dans Palier", stock.dwellings_of(landlords=[landlord])[landlord.pk]
    found = {"landlord_status": Proposal(landlord.landlord_type, sheet)}
    if homes.count:
        found["landlord_homes"] = Proposal(homes.count, sheet if homes.declared else "votre parc dans Palier")
    summary = stock.stock_summary(landlord=landlord, on=on)
    if summary.known:
        districts = Proposal(share(summary.inside, summary.known), "votre parc et les contours des quartiers")
        found["landlord_homes_in_districts"] = districts
    return found


def _commitments(landlord: Landlord, on: date) -> dict[str, Proposal]:
    journey = label.open_journey(landlord=landlord.pk)
    if journey is None:
        return {}
    source = "votre parcours du label"
    if (
        journey.label_from
        and journey.label_until
        and journey.label_from <= on <= journey.label_until
        and not journey.suspended_on
    ):
        return {"commitment_taken": Proposal("yes", source), "commitments": Proposal(["quali_hlm"], source)}
    return {"commitment_planned": Proposal("yes", source), "commitments_planned": Proposal(["quali_hlm"], source)}


def _sites(landlord: Landlord, on: date) -> dict[str, Proposal]:
    found: dict[str, Proposal] = {}
    if sites.campaigns(landlord=landlord.pk).exists():
        found["site_detection"] = Proposal("yes", "votre cotation des sites")
    confirmed = list(sites.priority_sites(landlord=landlord.pk, on=on))
    if not confirmed:
        return found
    source = "vos sites prioritaires confirmés"
    found["site_difficulties"] = Proposal("yes", source)
    homes = dict(stock.residences(landlord=landlord, on=on).values_list("pk", "homes"))
    if whole := sum(count or 0 for count in homes.values()):
        there = sum(homes.get(site.residence_id) or 0 for site in confirmed)
        found["site_difficult_share"] = Proposal(share(there, whole), source)
    for key, level in (("medium", Level.MEDIUM), ("serious", Level.IMPORTANT), ("extreme", Level.EXTREME)):
        here = sum(site.level == level for site in confirmed)
        found[f"site_level_{key}"] = Proposal(share(here, len(confirmed)), source)
    return found


def _tools(landlord: Landlord) -> dict[str, Proposal]:
    held = {
        "surveys": surveys.waves(landlord=landlord).exists(),
        "site_visits": visits.visits(landlord=landlord).exists(),
        "consultation": consultation.rounds(landlord=landlord.pk).exists(),
        "audits": audits.missions(landlord=landlord.pk).exists(),
    }
    found: dict[str, Proposal] = {}
    if tools := [code for code, ours in held.items() if ours]:
        value: Value = tools
        found["evaluation_tools"] = Proposal(value, "ce que vous faites dans Palier")
    if Action.objects.filter(plan__landlord=landlord).exclude(tfpb_axis="").exists():
        found["tfpb_used"] = Proposal("yes", "votre plan d’actions")
    return found
