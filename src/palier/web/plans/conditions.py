"""The conditions that the committee set: what is asked, for when, how it is shown, and what the label's team finds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents.models import Document
from palier.documents.operations import keep
from palier.plans import operations, queries
from palier.plans.models import Condition
from palier.plans.rules.conditions import Said, Standing
from palier.verdict import Refusal
from palier.web.documents.files import receives
from palier.web.doors import Request, door
from palier.web.plans.forms import EvidenceForm
from palier.web.plans.views import READ, WRITE

FIND = (Thing.DECISION_NOTICE, Right.WRITE)


class ShowForm(EvidenceForm):
    """How a condition is met, and the document that shows it; it may go without one."""

    text = forms.CharField(
        label="Comment cette réserve est remplie",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="L’équipe du label et le comité le liront tel quel.",
    )
    field_order = ("text", "document", "file", "kind")

    def clean(self) -> dict[str, Any]:
        """A new file says what it is."""
        cleaned = forms.Form.clean(self) or {}
        if cleaned.get("file") and not cleaned.get("kind"):
            self.add_error("kind", "Dites ce qu’est ce fichier.")
        return cleaned


class FindForm(forms.Form):
    """What is found of a condition."""

    met = forms.ChoiceField(
        label="Constat", choices=[("yes", "Remplie"), ("no", "Pas remplie : elle reste à faire")], widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="Ce qui le montre, ou ce qui manque",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="L’organisme le lira, et le comité à la prochaine décision.",
    )


def _one(landlord: Landlord, condition_id: int) -> Condition:
    return get_object_or_404(queries.conditions(landlords=[landlord.pk]), pk=condition_id)


@door(GET=READ)
def conditions(request: Request, landlord: Landlord) -> HttpResponse:
    """Every condition that the committee set for a landlord, with what was said of each."""
    found = queries.conditions(landlords=[landlord.pk])
    rows = [
        {
            "row": one,
            "standing": queries.condition_standing(one, on=request.on),
            "answers": [{"row": answer, "said": Said(answer.said).label} for answer in one.answers.all()],
        }
        for one in found
    ]
    context = {
        "landlord": landlord,
        "rows": rows,
        "met": sum(row["standing"] is Standing.MET for row in rows),
        "late": sum(row["standing"] is Standing.LATE for row in rows),
        "may_show": bool(request.may(Right.WRITE, Thing.ACTION_PLAN)),
        "may_find": bool(request.may(Right.WRITE, Thing.DECISION_NOTICE)),
        "may_open": bool(request.may(Right.READ, Thing.EVIDENCE)),
    }
    return render(request, "plans/conditions.html", context)


@door(GET=WRITE, POST=WRITE, before=receives("file"))
def show(request: Request, landlord: Landlord, condition_id: int) -> HttpResponse:
    """Show, for the landlord, that a condition is met."""
    found = _one(landlord, condition_id)
    documents = Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("plain_title", "pk")
    form = ShowForm(request.POST or None, request.FILES or None, documents=documents)
    if request.method == "POST" and form.is_valid():
        try:
            _show(request, found, form.cleaned_data)
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else None, refusal.verdict.sentence)
        else:
            messages.success(request, f"La réserve {found.code} est présentée comme remplie. L’équipe du label la vérifiera.")
            return redirect("conditions", landlord_id=landlord.pk)
    return _form(request, found, form, "Montrer qu’elle est remplie")


@transaction.atomic
def _show(request: Request, found: Condition, given: dict[str, Any]) -> None:
    document = given["document"]
    if received := request.ready():
        title, kind = received.name.rsplit(".", 1)[0], given["kind"]
        document = keep(
            landlord=found.landlord, received=received, title=title, kind=kind, by=request.user, at=request.at
        ).document
    operations.show_condition(condition=found, text=given["text"], document=document, by=request.user, at=request.at)


@door(GET=FIND, POST=FIND)
def find(request: Request, landlord: Landlord, condition_id: int) -> HttpResponse:
    """Say, for the label's team, whether a condition is met."""
    found = _one(landlord, condition_id)
    form = FindForm(request.POST or None)
    if form.is_valid():
        met, text = form.cleaned_data["met"] == "yes", form.cleaned_data["text"]
        try:
            operations.find_condition(condition=found, met=met, text=text, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("met", refusal.verdict.sentence)
        else:
            messages.success(request, "Le constat est enregistré ; l’organisme en est averti.")
            return redirect("conditions", landlord_id=landlord.pk)
    return _form(request, found, form, "Dire ce qui est constaté")


def _form(request: Request, found: Condition, form: forms.Form, title: str) -> HttpResponse:
    context = {"landlord": found.landlord, "condition": found, "form": form, "title": title}
    return render(request, "plans/condition_form.html", context, status=422 if form.errors else 200)
