"""The journey of one landlord: where it stands, what is next, what is missing; its pieces."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.committee import queries as committee
from palier.consultation import queries as consultation
from palier.directory.models import Landlord
from palier.directory.queries import open_invitations, people_of
from palier.directory.rules import Kind, Right, Thing, grantable
from palier.documents import operations as documents
from palier.documents.models import Document
from palier.documents.rules import KINDS
from palier.journey import queries
from palier.journey.rules import takers_of
from palier.label import operations
from palier.label import queries as label
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.stages import Holder, Stage
from palier.stock import queries as stock
from palier.verdict import Refusal, no
from palier.web.documents.fields import DocumentField
from palier.web.documents.files import receives
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_for


def shown_journey(landlord: Landlord) -> Journey | None:
    """The open journey of a landlord, or the last one."""
    return label.journeys(landlord=landlord.pk).first()


def open_one(landlord: Landlord) -> Journey:
    """The open journey of a landlord.

    Raises:
        Refusal: when there is none.
    """
    journey = label.open_journey(landlord=landlord.pk)
    if journey is None:
        raise Refusal(no("label.no_journey", "Aucun parcours n’est ouvert pour cet organisme."))
    return journey


@door(GET=(Thing.JOURNEY, Right.READ))
def journey(request: Request, landlord: Landlord) -> HttpResponse:
    """Where the journey stands, what is next, who holds it, what is missing."""
    found = shown_journey(landlord)
    context: dict[str, Any] = {
        "landlord": landlord,
        "summary": stock.stock_summary(landlord=landlord.pk, on=request.on),
        "history": entries_for(request, landlord, limit=6) if request.may(Right.READ, Thing.HISTORY) else [],
        "may_open": request.may(Right.WRITE, Thing.JOURNEY),
        "awaits": queries.awaits(landlord=landlord, person=request.user, roles=request.roles, on=request.on),
        "others": list(label.journeys(landlord=landlord.pk)[1:6]),
    }
    if found is not None:
        position = queries.position(journey=found, roles=request.roles, on=request.on)
        context["position"] = position
        context["forward"] = next((offer for offer in position.offers if not offer.step.sad), None)
        context["aside"] = [offer for offer in position.offers if offer.step.sad and offer.verdict]
        if position.facts is not None and request.may(Right.READ, Thing.TENANTS_STEP):
            facts = consultation.gate_facts(asks=[label.gate_ask(found)], on=request.on)[0]
            context["gate"] = consultation.gate_view(facts)
            opinions = consultation.opinions(landlord=landlord.pk, cycle=found.cycle)
            context["opinions"] = [voice for voice in opinions if voice.round.stage == found.stage]
        context["hearing"] = label.hearing(journey=found)
        context["reads_observations"] = label.reads_observations(roles=request.roles)
        context["ended"] = position.passages[-1] if position.stage.is_over and position.passages else None
        context["why"] = queries.why(position)
        context["may_present"] = (
            position.stage is Stage.HEARING
            and position.holder is Holder.LANDLORD
            and request.may(Right.VALIDATE, Thing.JOURNEY)
        )
        context["may_decide"] = position.holder is Holder.COMMITTEE and request.may(Right.WRITE, Thing.DECISION_NOTICE)
        context["agenda"] = committee.agenda_of(journey=found.pk) if position.holder is Holder.COMMITTEE else ""
        context["next_stage"] = _what_follows(position)
        context |= _vacancy(request, landlord, position)
    return render(request, "journey/journey.html", context)


def _vacancy(request: Request, landlord: Landlord, position: queries.Position) -> dict[str, Any]:
    """Where nobody holds the role that takes the next step: whether somebody is invited to it, and who may invite."""
    takers = takers_of(position.facts) if position.facts and position.taken_by else frozenset()
    if not takers or people_of(landlord=landlord.pk, roles=takers, on=request.on).exists():
        return {}
    return {
        "vacant": True,
        "invited": open_invitations(organisation=landlord).filter(role__in=takers).exists(),
        "may_invite": bool(takers & grantable(request.roles, Kind.LANDLORD)) and bool(request.may(Right.WRITE, Thing.MEMBERS)),
    }


def _what_follows(position: queries.Position) -> str:
    """« Qui fait quoi ensuite »: the stage after this one, its holder and the time that the rules give."""
    forward = next((step for step in position.flight if step.state == "todo"), None)
    if forward is None:
        return ""
    stage = next((s for s in Stage if not s.is_over and s.label == forward.name and s.about.towards), None)
    if stage is None:
        return forward.note
    return f"{forward.name} : la main passera {stage.about.holder.label}, pour {position.rules.at(stage).days} jours."


class RulesField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A published version of the rules, by its title and number."""

    def label_from_instance(self, obj: RuleSetVersion) -> str:
        """« Une année de préparation, puis trois ans, version 1 »."""
        return f"{obj.title}, version {obj.number}"


class OpeningForm(forms.Form):
    """Which rules the journey will follow, for ever."""

    rules = RulesField(
        label="Règles du label", queryset=RuleSetVersion.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rules"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = label.published_rule_sets(on=request.on)
        field.help_text = "Le parcours garde ces règles jusqu’au bout, même si une version plus récente paraît."
        field.initial = label.rule_set_on(on=request.on)


@door(GET=(Thing.JOURNEY, Right.WRITE), POST=(Thing.JOURNEY, Right.WRITE))
def open_page(request: Request, landlord: Landlord) -> HttpResponse:
    """Open a journey under one of the rule sets in force."""
    form = OpeningForm(request.POST or None, request=request)
    if form.is_valid():
        operations.open_journey(landlord=landlord, rules=form.cleaned_data["rules"], by=request.user, at=request.at)
        messages.success(request, "Le parcours est ouvert.")
        return redirect("journey", landlord_id=landlord.pk)
    return render(request, "journey/open.html", {"landlord": landlord, "form": form})


class PieceForm(forms.Form):
    """A document for a piece: a new file, or one already in the file."""

    kind = forms.ChoiceField(widget=forms.HiddenInput)
    file = forms.FileField(label="Fichier", required=False)
    document = DocumentField(label="Ou un document déjà déposé", queryset=Document.objects.none(), required=False)

    def __init__(self, *args: Any, landlord: Landlord, kinds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, document = self.fields["kind"], self.fields["document"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(document, forms.ModelChoiceField)
        kind.choices = list(kinds.items())
        document.queryset = Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("title", "pk")

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("document"):
            self.add_error("file", "Choisissez un fichier, ou un document déjà déposé.")
        return cleaned


@door(GET=(Thing.EVIDENCE, Right.READ), POST=(Thing.EVIDENCE, Right.WRITE), before=receives("file"))
def pieces(request: Request, landlord: Landlord) -> HttpResponse:
    """The pieces asked at this stage, what was deposited for them, and those of the stages before."""
    found = open_one(landlord)
    stage = Stage(found.stage)
    asked = {piece.kind: piece.label for piece in label.required_pieces(label.rules_of(found.rules), stage)}
    form = PieceForm(request.POST or None, request.FILES or None, landlord=landlord, kinds=asked)
    if request.method == "POST" and form.is_valid():
        try:
            _deposit(request, landlord, found, form)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("file", reason.sentence)
        else:
            messages.success(request, f"C’est déposé : {asked[form.cleaned_data['kind']]}.")
            return redirect("pieces", landlord_id=landlord.pk)
    deposited = list(label.pieces(journey=found))
    here = {piece.kind: piece for piece in deposited if piece.stage == stage}
    lines = [
        {
            "kind": kind,
            "label": name,
            "piece": here.get(kind),
            "form": form
            if form.is_bound and form["kind"].value() == kind
            else PieceForm(landlord=landlord, kinds=asked, initial={"kind": kind}),
            "accept": ", ".join(KINDS[kind].extensions),
        }
        for kind, name in asked.items()
    ]
    earlier = [
        {"piece": piece, "stage": Stage(piece.stage).label, "label": KINDS[piece.kind].label}
        for piece in deposited
        if piece.stage != stage
    ]
    context = {"landlord": landlord, "journey": found, "stage": stage, "lines": lines, "earlier": earlier}
    context["may_deposit"] = bool(request.may(Right.WRITE, Thing.EVIDENCE))
    return render(request, "journey/pieces.html", context, status=422 if form.is_bound and not form.is_valid() else 200)


@transaction.atomic
def _deposit(request: Request, landlord: Landlord, journey: Journey, form: PieceForm) -> None:
    kind, document = form.cleaned_data["kind"], form.cleaned_data["document"]
    if received := request.ready():
        document = documents.keep(
            landlord=landlord,
            received=received,
            title=KINDS[kind].label,
            kind=kind,
            by=request.user,
            at=request.at,
        ).document
    operations.deposit(journey=journey, kind=kind, document=document, by=request.user, at=request.at)
