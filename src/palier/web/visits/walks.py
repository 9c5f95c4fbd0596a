"""Walks with residents: prepared, noted stop by stop, restituted on one page that prints, then followed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.queries import landlords_spoken_for
from palier.directory.rules import Right, Thing
from palier.documents.operations import Received
from palier.stock.queries import residences
from palier.verdict import Conflict, Refusal
from palier.visits import operations, queries
from palier.visits.models import FollowUp, Observation, Stop
from palier.visits.operations.walks import Counted
from palier.visits.rules import Kind, Public, Responsibility, Theme, may_close
from palier.web.documents.files import attachment, receives
from palier.web.doors import Open, Request, door, refused
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.visits.scope import OWN, WRITE, holds, visible_walks, walk_of
from palier.web.visits.walk_forms import FollowUpForm, ObservationForm, OutcomeForm, ParticipantsForm, StopForm, WalkForm

PER_PAGE = 25


@door(GET=Open.SIGNED_IN)
def walks(request: Request, landlord: Landlord) -> HttpResponse:
    """The walks of a landlord, the latest first."""
    page = Paginator(visible_walks(request, landlord), PER_PAGE).get_page(request.GET.get("page"))
    context = {"landlord": landlord, "page": page, "may_open": holds(request, Right.WRITE_OWN)}
    return render(request, "visits/walks.html", context)


@door(GET=Open.SIGNED_IN)
def shared(request: Request) -> HttpResponse:
    """What landlords opened of their walks and visits to the associations that the person represents."""
    landlords = landlords_spoken_for(person=request.user, on=request.on)
    walks = Paginator(queries.shared_walks(landlords=landlords), PER_PAGE).get_page(request.GET.get("page"))
    visits = queries.shared_visits(landlords=landlords)[:PER_PAGE]
    context = {"page": walks, "visits": [{"row": row, "kind": Kind(row.kind)} for row in visits], "most": PER_PAGE}
    return render(request, "visits/for_representatives.html", context)


@door(GET=OWN, POST=OWN)
def new(request: Request, landlord: Landlord) -> HttpResponse:
    """Prepare a walk."""
    homes = {one.pk: one for one in residences(landlord=landlord)}
    form = WalkForm(request.POST or None, residences=list(homes.values()), initial={"held_on": request.on})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        walk = operations.open_walk(
            landlord=landlord,
            residence=homes[int(given["residence"])],
            title=given["title"],
            held_on=given["held_on"],
            by=request.user,
            at=request.at,
        )
        messages.success(request, "Le diagnostic est prêt : ajoutez ses arrêts.")
        return redirect("walk", landlord_id=landlord.pk, walk_id=walk.pk)
    context = {"landlord": landlord, "form": form, "any": bool(homes)}
    return render(request, "visits/walk_new.html", context, status=422 if form.errors else 200)


def _page(request: Request, walk: Any, status: int = 200, **forms: Any) -> HttpResponse:
    stops = queries.stops(walk)
    writes = holds(request, Right.WRITE_OWN)
    counts = queries.participants(walk)
    noted = sum(len(stop.observations.all()) for stop in stops)
    context = {
        "landlord": walk.landlord,
        "walk": walk,
        "stops": [{"stop": stop, "observations": [_shown(one) for one in stop.observations.all()]} for stop in stops],
        "balance": queries.balance(stops),
        "participants": [(public.label, counts[public]) for public in Public if counts.get(public)],
        "people": sum(counts.values()),
        "writes": writes,
        "may_note": not walk.closed_at and (writes or holds(request, Right.SPEAK)),
        "may_lead": not walk.closed_at and writes,
        "closing": may_close(noted),
        "may_close": not walk.closed_at and holds(request, Right.WRITE),
        "stop_form": forms.get("stop_form") or StopForm(),
        "participants_form": forms.get("participants_form")
        or ParticipantsForm(initial=counts | {"revision": walk.count_revision}),
        "history": entries_of(request, "visits.walk", walk.pk),
    }
    return render(request, "visits/walk.html", context, status=status)


def _shown(one: Observation) -> dict[str, Any]:
    return {
        "row": one,
        "theme": Theme(one.theme).label,
        "responsible": Responsibility(one.responsible).label,
        "follow_ups": one.follow_ups.all(),
    }


@door(GET=Open.SIGNED_IN)
def walk(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """One walk: its restitution once it is given, its notebook until then."""
    return _page(request, walk_of(request, landlord, walk_id))


@door(GET=Open.SIGNED_IN)
def export(request: Request, landlord: Landlord, walk_id: int, form: Format) -> HttpResponse:
    """Every observation of a walk with what follows it, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    found = walk_of(request, landlord, walk_id)
    header = ["Arrêt", "Lieu", "Longitude", "Latitude", "Thème", "+ ou −", "Observation", "Qui en répond", "Suites"]
    rows = (
        [
            stop.number,
            stop.place,
            stop.lon,
            stop.lat,
            Theme(one.theme).label,
            "point fort" if one.positive else "point faible",
            one.text,
            Responsibility(one.responsible).label,
            " ; ".join(f"{f.text} ({f.who}, pour le {f.due_on:%d/%m/%Y})" for f in one.follow_ups.all()),
        ]
        for stop in queries.stops(found)
        for one in stop.observations.all()
    )
    return spreadsheet(form, f"diagnostic-en-marchant-{found.pk}", header, rows)


def _to(walk: Any, place: str = "") -> HttpResponse:
    answer = redirect("walk", landlord_id=walk.landlord_id, walk_id=walk.pk)
    answer["Location"] += place
    return answer


@door(POST=OWN)
def stop(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Add a stop at the end of a walk."""
    found = walk_of(request, landlord, walk_id)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, stop_form=form)
    made = operations.add_stop(walk=found, place=form.cleaned_data["place"], point=form.point, by=request.user, at=request.at)
    return _to(found, f"#arret-{made.number}")


@door(POST=OWN)
def participants(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Say how many people of each kind took part."""
    found = walk_of(request, landlord, walk_id)
    form = ParticipantsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, participants_form=form)
    revision = form.cleaned_data["revision"]
    try:
        operations.set_participants(walk=found, counts=form.counts, revision=revision, by=request.user, at=request.at)
    except Conflict as conflict:
        theirs = conflict.theirs
        assert isinstance(theirs, Counted)
        renewed = request.POST.copy()
        renewed["revision"] = str(theirs.revision)
        form.data = renewed
        form.add_error(None, f"{conflict.verdict.sentence} Enregistrez à nouveau pour garder votre compte.")
        return _page(request, found, 409, participants_form=form)
    messages.success(request, "Les participants sont comptés.")
    return _to(found)


def _receive(request: Request, landlord: Landlord, walk_id: int, number: int) -> Received | None:
    found: Received | None = receives("photo")(request)
    return found


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN, before=_receive)
def observe(request: Request, landlord: Landlord, walk_id: int, number: int) -> HttpResponse:
    """Note what is seen at a stop; open to the tenants' representatives of a shared walk."""
    found = walk_of(request, landlord, walk_id)
    if not (holds(request, Right.WRITE_OWN) or holds(request, Right.SPEAK)):
        denied = request.may(Right.SPEAK, Thing.VISITS)
        return refused(request, denied, status=403) if request.method == "POST" else _to(found)
    here = get_object_or_404(Stop.objects.filter(walk=found), number=number)
    form = ObservationForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.observe(stop=here, photo=request.ready(), **form.given, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "L’observation est notée.")
            return _to(found, f"#arret-{here.number}")
    context = {"landlord": landlord, "walk": found, "stop": here, "form": form}
    return render(request, "visits/observe.html", context, status=422 if form.errors else 200)


def _observation(request: Request, landlord: Landlord, walk_id: int, pk: int) -> Observation:
    standing = Observation.objects.filter(stop__walk=walk_of(request, landlord, walk_id), withdrawn_at__isnull=True)
    return get_object_or_404(standing.select_related("stop__walk", "photo"), pk=pk)


@door(GET=Open.SIGNED_IN)
def photo(request: Request, landlord: Landlord, walk_id: int, observation_id: int) -> FileResponse:
    """The photo of an observation."""
    found = _observation(request, landlord, walk_id, observation_id)
    if found.photo_id is None:
        raise Http404
    return attachment(queries.file_of(found.photo_id))


@door(POST=OWN)
def withdraw(request: Request, landlord: Landlord, walk_id: int, observation_id: int) -> HttpResponse:
    """Withdraw an observation noted by mistake."""
    found = _observation(request, landlord, walk_id, observation_id)
    operations.withdraw_observation(observation=found, by=request.user, at=request.at)
    return _to(found.stop.walk, f"#arret-{found.stop.number}")


@door(POST=OWN)
def share(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Open a walk to the tenants' representatives."""
    found = walk_of(request, landlord, walk_id)
    operations.share_walk(walk=found, by=request.user, at=request.at)
    messages.success(request, "Les représentants des locataires peuvent y noter leurs observations.")
    return _to(found)


@door(POST=WRITE)
def close(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Give the restitution of a walk."""
    found = walk_of(request, landlord, walk_id)
    operations.close_walk(walk=found, by=request.user, at=request.at)
    messages.success(request, "Le diagnostic est restitué. Notez les suites données à chaque point faible.")
    return _to(found)


@door(GET=OWN, POST=OWN)
def follow(request: Request, landlord: Landlord, walk_id: int, observation_id: int) -> HttpResponse:
    """Promise something on an observation."""
    found = _observation(request, landlord, walk_id, observation_id)
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.follow_up(observation=found, **form.cleaned_data, by=request.user, at=request.at)
        messages.success(request, "La suite est notée.")
        return _to(found.stop.walk, f"#arret-{found.stop.number}")
    context = {"landlord": landlord, "walk": found.stop.walk, "observation": found, "form": form}
    return render(request, "visits/follow.html", context, status=422 if form.errors else 200)


@door(GET=OWN, POST=OWN)
def outcome(request: Request, landlord: Landlord, walk_id: int, follow_up_id: int) -> HttpResponse:
    """Say what was done of what was promised."""
    walk = walk_of(request, landlord, walk_id)
    found = get_object_or_404(
        FollowUp.objects.filter(observation__stop__walk=walk).select_related("observation__stop__walk"), pk=follow_up_id
    )
    form = OutcomeForm(request.POST or None, initial={"done_on": request.on})
    if request.method == "POST" and form.is_valid():
        operations.record_outcome(follow_up=found, **form.cleaned_data, by=request.user, at=request.at)
        messages.success(request, "Ce qui a été fait est noté.")
        return _to(walk, f"#arret-{found.observation.stop.number}")
    context = {"landlord": landlord, "walk": walk, "observation": found.observation, "follow_up": found, "form": form}
    return render(request, "visits/follow.html", context, status=422 if form.errors else 200)
