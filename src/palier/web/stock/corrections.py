"""Correcting a residence on screen: its name, its point, what it is made of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.stock import operations, queries
from palier.stock.models import Residence
from palier.stock.reading.places import grouped
from palier.stock.rules.addresses import address_order
from palier.web.doors import Request, door
from palier.web.stock.forms import MergeForm, MoveForm, NameForm, PointForm
from palier.web.stock.residences import WRITE, residence_or_404


@door(GET=WRITE)
def correct(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """The four corrections of a residence."""
    return _page(request, landlord, residence_or_404(landlord, residence_id))


def _others(landlord: Landlord, item: Residence) -> list[tuple[int, str]]:
    rows = queries.all_residences(landlord=landlord).exclude(pk=item.pk).order_by("plain_name", "pk")
    return [(pk, f"{name}, {town}" if town else name) for pk, name, town in rows.values_list("pk", "name", "commune_name")]


def _addresses(item: Residence) -> list[tuple[str, str]]:
    rows = sorted(queries.addresses_of(residence=item), key=lambda row: address_order(row["address"]))
    return [
        (row["address_key"], f"{row['address'] or 'Sans adresse'}, {grouped(row['homes'] or row['lines'])} logements")
        for row in rows
        if row["address_key"]
    ]


def _page(request: Request, landlord: Landlord, item: Residence, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    others, addresses = _others(landlord, item), _addresses(item)
    shown: dict[str, Any] = {
        "name_form": NameForm(initial={"name": item.name}),
        "point_form": PointForm(initial={"lat": item.lat, "lon": item.lon}),
        "merge_form": MergeForm(others=others),
        "move_form": MoveForm(addresses=addresses, others=others),
        **bound,
    }
    context = {
        "landlord": landlord,
        "residence": item,
        "addresses": addresses,
        "several": len(addresses) > 1,
        "alone": not others,
        "merged": list(queries.merged_into(residence=item)),
        **shown,
    }
    return render(request, "stock/correct.html", context, status=status)


def _done(request: Request, item: Residence, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("residence", landlord_id=item.landlord_id, residence_id=item.pk)


@door(POST=WRITE)
def rename(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Give a residence its name."""
    item = residence_or_404(landlord, residence_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, landlord, item, status=422, name_form=form)
    operations.rename_residence(residence=item, name=form.cleaned_data["name"], by=request.user, at=request.at)
    return _done(request, item, "Le nom est enregistré. Les prochains fichiers le garderont.")


@door(POST=WRITE)
def place(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Put a residence on the map."""
    item = residence_or_404(landlord, residence_id)
    form = PointForm(request.POST)
    if not form.is_valid():
        return _page(request, landlord, item, status=422, point_form=form)
    given = form.cleaned_data
    operations.place_residence(residence=item, lon=given["lon"], lat=given["lat"], by=request.user, at=request.at)
    return _done(request, item, "La résidence est placée sur la carte. Les prochains fichiers ne la déplaceront pas.")


@door(POST=WRITE)
def merge(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Make one residence of two."""
    item = residence_or_404(landlord, residence_id)
    form = MergeForm(request.POST, others=_others(landlord, item))
    if not form.is_valid():
        return _page(request, landlord, item, status=422, merge_form=form)
    other = get_object_or_404(queries.all_residences(landlord=landlord), pk=form.cleaned_data["other"])
    operations.merge_residences(kept=item, absorbed=other, by=request.user, at=request.at)
    return _done(request, item, f"« {other.name} » est réunie à cette résidence, dans tous les millésimes.")


@door(POST=WRITE)
def separate(request: Request, landlord: Landlord, residence_id: int, absorbed_id: int) -> HttpResponse:
    """Take a residence out of the one it was merged into."""
    item = residence_or_404(landlord, residence_id)
    other = get_object_or_404(queries.merged_into(residence=item), pk=absorbed_id)
    operations.separate_residences(kept=item, absorbed=other, by=request.user, at=request.at)
    return _done(request, item, f"« {other.name} » est de nouveau à part, avec ses logements de tous les millésimes.")


@door(POST=WRITE)
def move(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Send addresses to another residence."""
    item = residence_or_404(landlord, residence_id)
    form = MoveForm(request.POST, addresses=_addresses(item), others=_others(landlord, item))
    if not form.is_valid():
        return _page(request, landlord, item, status=422, move_form=form)
    given = form.cleaned_data
    target = get_object_or_404(queries.all_residences(landlord=landlord), pk=given["to"]) if given["to"] else None
    made = operations.move_addresses(
        residence=item, addresses=given["addresses"], to=target, new_name=given["new_name"], by=request.user, at=request.at
    )
    return _done(request, made, "Les adresses sont déplacées, dans tous les millésimes. Les prochains fichiers suivront.")
