"""The rating of a landlord's stock: where it stands, the list to rate, its opening and its closing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.queries import people_of
from palier.directory.rules import Right, Role, Thing, plain
from palier.label import queries as label
from palier.sites import operations, queries
from palier.sites.models import RatingCampaign
from palier.sites.rules import AlertState, Level, RatingFacts, may_rate, rating_complete
from palier.sources import queries as sources
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.sites.forms import TO_RATE, EntrustForm, FilterForm, RatingForm, one_line
from palier.web.sites.shown import gap

PER_PAGE = 25
SORTS = {"nom": "plain_name", "niveau": "rank", "logements": "homes", "commune": "commune_name"}
SCORE_SORTS = {"rang": "score_rank"}
READ = (Thing.SITE_RATING, Right.READ)
RATE = (Thing.SITE_RATING, Right.WRITE_OWN)
WRITE = (Thing.SITE_RATING, Right.WRITE)
READ_SCORE = (Thing.SITE_SCORE, Right.READ)
TEAM = frozenset({Role.QUALITY_LEAD, Role.CONTRIBUTOR})


def holds(request: Request, need: tuple[Thing, Right]) -> bool:
    """Whether the person has a right here."""
    return bool(request.may(need[1], need[0]))


def cycle_of(landlord: Landlord) -> int:
    """The cycle under way; that of the last rating once no journey is open."""
    journey = label.open_journey(landlord=landlord.pk)
    if journey is not None:
        return journey.cycle
    latest = queries.campaigns(landlord=landlord.pk).first()
    return latest.cycle if latest else 1


def current(landlord: Landlord) -> tuple[RatingCampaign | None, RatingFacts]:
    """The rating under way, if it was opened, and where it stands."""
    cycle = cycle_of(landlord)
    return (
        queries.campaign(landlord=landlord.pk, cycle=cycle),
        queries.rating_facts(landlord=landlord.pk, cycle=cycle),
    )


def opened(landlord: Landlord) -> RatingCampaign:
    """The rating under way.

    Raises:
        Refusal: when it is not opened.
    """
    campaign, facts = current(landlord)
    if campaign is None:
        raise Refusal(may_rate(facts))
    return campaign


class Listing:
    """The residences of the page, as filtered and sorted or as sent back, and the forms of those that the person may rate."""

    def __init__(
        self, request: Request, landlord: Landlord, campaign: RatingCampaign | None, facts: RatingFacts, given: QueryDict
    ) -> None:
        self.request, self.campaign, self.given = request, campaign, given
        self.sees_score = holds(request, READ_SCORE)
        self.run = queries.latest_run(landlord=landlord.pk) if self.sees_score else None
        everything = queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on)
        if self.sees_score:
            everything = queries.with_scores(everything, run=self.run)
        self.sorts = SORTS | SCORE_SORTS if self.sees_score else SORTS
        people = people_of(landlord=landlord.pk, roles=TEAM, on=request.on)
        self.team = dict(people.order_by("name").values_list("pk", "name"))
        communes = sorted(set(everything.order_by().exclude(commune_name="").values_list("commune_name", flat=True)))
        self.filters = FilterForm(given or None, communes=communes, team=self.team, alerts=self.sees_score)
        asked = self.filters.cleaned_data if self.filters.is_valid() else {}
        self.narrowed, self.iris = any(asked.values()), asked.get("iris")
        self.sort = given.get("sort", "nom")
        if self.sort.removeprefix("-") not in self.sorts:
            self.sort = "nom"
        sent = [
            int(name.removesuffix("-revision")) for name in request.POST if name.endswith("-revision") and name[0].isdigit()
        ]
        self.found = everything.filter(pk__in=sent) if sent else self._sorted(self._narrow(everything, asked))
        self.page: Page[Any] = Paginator(self.found, PER_PAGE).get_page(given.get("page"))
        self.limited = not holds(request, WRITE)
        self.may_rate = holds(request, RATE) and bool(may_rate(facts))

    def _narrow(self, found: Any, asked: dict[str, Any]) -> Any:
        if asked.get("q", "").strip():
            found = found.filter(plain_name__contains=plain(asked["q"]))
        match asked.get("niveau"):
            case "" | None:
                pass
            case "prioritaire":
                found = found.filter(is_priority=True)
            case level:
                found = found.filter(level="" if level == TO_RATE else level)
        if asked.get("qpv"):
            found = found.filter(in_qpv=asked["qpv"] == "oui")
        if asked.get("commune"):
            found = found.filter(commune_name=asked["commune"])
        if asked.get("alerte"):
            found = found.filter(is_alert=True)
        if asked.get("iris"):
            found = sources.within_iris(found, code=asked["iris"])
        return found.filter(entrusted_to_id=asked["confie"]) if asked.get("confie") else found

    def _sorted(self, found: Any) -> Any:
        key = F(self.sorts[self.sort.removeprefix("-")])
        ordered = key.desc(nulls_last=True) if self.sort.startswith("-") else key.asc(nulls_last=True)
        return found.order_by(ordered, "plain_name", "pk")

    def rows(self, posted: QueryDict | None = None) -> list[dict[str, Any]]:
        """The residences of the page, each with its level in words and its form where the person may rate it."""
        return [self._row(residence, posted) for residence in self.page]

    def _row(self, residence: Any, posted: QueryDict | None) -> dict[str, Any]:
        mine = not self.limited or residence.entrusted_to_id == self.request.user.pk
        form = None
        if self.may_rate and mine:
            form = RatingForm(posted, residence=residence)
        level = Level(residence.level) if residence.level else None
        said = gap(self.run, residence) if self.sees_score else None
        holder = self.team.get(residence.entrusted_to_id)
        return {"residence": residence, "level": level, "form": form, "holder": holder, "said": said}


@door(GET=READ, POST=RATE)
def sites(request: Request, landlord: Landlord, *, to_rate: bool = False) -> HttpResponse:
    """The rating: its sentence of fact, what closes it, and every residence with its level."""
    campaign, facts = current(landlord)
    given: QueryDict = request.GET.copy()
    if to_rate:
        given.setdefault("niveau", TO_RATE)
    listing = Listing(request, landlord, campaign, facts, given)
    rows = listing.rows(request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST":
        campaign = opened(landlord)
        forms = [row["form"] for row in rows if row["form"]]
        if not [form for form in forms if not form.is_valid()]:
            try:
                return _save(request, landlord, campaign, rows, limited=listing.limited)
            except Conflict as conflict:
                problem = conflict.verdict.sentence
                rows = _again(listing, request.POST)
    context = {
        "landlord": landlord,
        "campaign": campaign,
        "facts": facts,
        "levels": _counts(landlord, campaign),
        "listing": listing,
        "page": listing.page,
        "rows": rows,
        "problem": problem,
        "rating": any(row["form"] for row in rows),
        "invalid": [row for row in rows if row["form"] and row["form"].is_bound and row["form"].errors],
        "closing": rating_complete(facts),
        "may_open": holds(request, WRITE) and campaign is None and facts.residences > 0,
        "may_write": holds(request, WRITE),
        "may_compare": not settings.SINGLE_LANDLORD and holds(request, (Thing.COMPARED_FIGURES, Right.READ)),
        "may_close": bool(request.may(Right.VALIDATE, Thing.SITE_RATING)),
        "mine": _entrusted(request, landlord, campaign) if campaign and listing.limited and holds(request, RATE) else None,
        "to_rate": TO_RATE,
        "represents": Role.TENANT_REPRESENTATIVE in request.roles,
        "may_read_figures": holds(request, (Thing.SOURCES, Right.READ)),
        "history": entries_of(request, "sites.rating_campaign", campaign.pk) if campaign else [],
        "query": request.GET.urlencode(),
        "sees_score": listing.sees_score,
        "run": listing.run,
        "scoring": queries.scoring(landlord=landlord.pk) if listing.sees_score else None,
        "waiting": _waiting(landlord) if listing.sees_score else 0,
    }
    return render(request, "sites/sites.html", context, status=422 if request.method == "POST" else 200)


def _waiting(landlord: Landlord) -> int:
    """Alerts that nobody answered."""
    return queries.alerts(landlord=landlord.pk).order_by().filter(state=AlertState.OPEN).count()


def _entrusted(request: Request, landlord: Landlord, campaign: RatingCampaign) -> dict[str, int]:
    """How many residences the person was asked to rate, and how many are left."""
    found = queries.residences(landlord=landlord.pk, campaign=campaign).order_by().filter(entrusted_to_id=request.user.pk)
    levels = list(found.values_list("level", flat=True))
    return {"all": len(levels), "left": levels.count("")}


def _save(
    request: Request, landlord: Landlord, campaign: RatingCampaign, rows: list[dict[str, Any]], *, limited: bool
) -> HttpResponse:
    given = [row["form"].given for row in rows if row["form"] and row["form"].is_changed]
    changed = operations.rate(campaign=campaign, given=given, by=request.user, at=request.at, only_entrusted=limited)
    some = "Rien n’a changé." if not changed else f"{changed} résidence{'s' if changed > 1 else ''} à jour."
    messages.success(request, some)
    return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)


def _again(listing: Listing, posted: QueryDict) -> list[dict[str, Any]]:
    """The same rows with what the person wrote, over what now stands, so that a second save is a choice."""
    listing.page = Paginator(listing.found.all(), PER_PAGE).get_page(listing.given.get("page"))
    renewed = posted.copy()
    for residence in listing.page:
        renewed[f"{residence.pk}-revision"] = str(residence.revision)
        renewed[f"initial-{residence.pk}-level"] = residence.level
        renewed[f"initial-{residence.pk}-reasons"] = one_line(residence.reasons)
    return listing.rows(renewed)


def _counts(landlord: Landlord, campaign: RatingCampaign | None) -> list[dict[str, Any]]:
    if campaign is None:
        return [{"level": level, "count": 0} for level in Level]
    found = queries.residences(landlord=landlord.pk, campaign=campaign).order_by().values_list("level", flat=True)
    rated = list(found)
    return [{"level": level, "count": rated.count(level)} for level in Level]


@door(POST=WRITE)
def open_rating(request: Request, landlord: Landlord) -> HttpResponse:
    """Open the rating of the cycle."""
    operations.open_campaign(landlord=landlord, cycle=cycle_of(landlord), by=request.user, at=request.at)
    messages.success(request, "La cotation est ouverte. Dites la situation de chaque résidence.")
    return redirect("sites", landlord_id=landlord.pk)


@door(POST=(Thing.SITE_RATING, Right.VALIDATE))
def close_rating(request: Request, landlord: Landlord) -> HttpResponse:
    """Close the rating: its levels no longer change."""
    operations.close(campaign=opened(landlord), by=request.user, at=request.at)
    messages.success(request, "La cotation est arrêtée. Le parcours peut continuer.")
    return redirect("sites", landlord_id=landlord.pk)


@door(GET=WRITE, POST=WRITE)
def entrust(request: Request, landlord: Landlord) -> HttpResponse:
    """Ask people of the team to rate some residences."""
    campaign = opened(landlord)
    team = {person.pk: person for person in people_of(landlord=landlord.pk, roles=TEAM, on=request.on).order_by("name")}
    form = EntrustForm(
        request.POST or None,
        team={pk: person.name for pk, person in team.items()},
        residences=list(queries.residences(landlord=landlord.pk, campaign=campaign).order_by("plain_name", "pk")),
        chosen=request.GET.get("cocher", ""),
    )
    if request.method == "POST" and form.is_valid():
        chosen = [int(pk) for pk in form.cleaned_data["residences"]]
        to = form.cleaned_data["to"]
        person = None if to == EntrustForm.NOBODY else team[int(to)]
        count = operations.entrust(campaign=campaign, residences=chosen, to=person, by=request.user, at=request.at)
        some = f"{count} résidence{'s' if count > 1 else ''}"
        messages.success(request, f"{some} : {person.name} les cote." if person else f"{some} : personne n’en est chargé.")
        return redirect("sites", landlord_id=landlord.pk)
    return render(request, "sites/entrust.html", {"landlord": landlord, "form": form}, status=422 if form.errors else 200)


@door(GET=READ)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The list as filtered, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    campaign, facts = current(landlord)
    listing = Listing(request, landlord, campaign, facts, request.GET)
    header = [
        "Résidence",
        "Code",
        "Commune",
        "Logements",
        "En QPV",
        "Situation",
        "Raisons",
        "Site prioritaire",
        "Coté le",
        "Par",
    ]
    if listing.sees_score:
        header += [
            "Sources, lecture prudente",
            "Sources, lecture favorable",
            "Points sur 10",
            "Rang",
            "Rang au mieux",
            "Rang au pire",
        ]
    lines = (
        [
            r.name,
            r.code,
            r.commune_name,
            r.homes,
            {True: "oui", False: "non", None: ""}[r.in_qpv],
            Level(r.level).label if r.level else "",
            r.reasons,
            "oui" if r.is_priority else "",
            r.rated_at,
            r.rated_by_name,
            *(_said(r) if listing.sees_score else ()),
        ]
        for r in listing.found
    )
    return spreadsheet(form, f"cotation-{landlord.pk}-{request.on:%Y-%m-%d}", header, lines)


def _said(row: Any) -> list[str | float | int | None]:
    """What the sources say of a residence, as cells. The best rank is the highest number: 1 is the most in difficulty."""
    readings = [Level(level).label if level else "" for level in (row.score_cautious, row.score_favourable)]
    points = round(row.score_points, 2) if row.score_points is not None else None
    return [*readings, points, row.score_rank, row.score_high, row.score_low]


def residence_of(landlord: Landlord, campaign: RatingCampaign | None, residence_id: int, request: Request) -> Any:
    """A residence of the latest vintage with its rating, or 404."""
    return get_object_or_404(queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on), pk=residence_id)
