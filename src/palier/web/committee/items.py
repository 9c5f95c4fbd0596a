"""The matters of an agenda: put on it, in order, with their frozen file; declared, recused, taken off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import queries as audits
from palier.audits.rules.accreditation import LASTS_MONTHS, Standing
from palier.calendar import add_months, paris_day
from palier.committee import operations, queries
from palier.committee.models import Declaration, Dossier, Item, Mandate, Recusal, Session
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.effects import lines, parse
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Membership, dated
from palier.directory.rules import Kind, Right, Role, Thing
from palier.documents.models import Version
from palier.documents.rules import audiences_of
from palier.label.models import RuleSetVersion
from palier.label.rules.rulesets import Audit
from palier.minutes import operations as minutes
from palier.minutes import queries as minutes_queries
from palier.minutes.models import Minutes
from palier.verdict import YES, Refusal, Verdict, require
from palier.web.committee.finding import committee_session, session_item
from palier.web.committee.frozen import frozen
from palier.web.committee.item_forms import AskForm, GridItemForm, ItemForm, MinutesItemForm, ReexamineForm, RulesItemForm
from palier.web.committee.room import room_of_item
from palier.web.committee.session_forms import BecauseForm, DeclareForm, RecuseForm, ReviewForm
from palier.web.committee.sessions import READ, SPEAK, WRITE, back_to, mandate_in, own_mandate
from palier.web.documents.files import attachment
from palier.web.doors import Request, door

KINDS = {
    "sujet": "Un dossier ou un autre sujet",
    "agrement": "Accorder ou renouveler un agrément",
    "reexamen": "Suspendre, rétablir ou retirer un agrément",
    "regles": "De nouvelles règles du label",
    "grille": "Une nouvelle version d’une grille",
    "proces-verbal": "Un procès-verbal à approuver",
}
"""What may be put on an agenda, in the order of the choices; the keys are those of the address."""


@door(GET=WRITE, POST=WRITE)
def add_item(request: Request, committee_id: int, session_number: int, kind: str = "sujet") -> HttpResponse:
    """Put a matter on the agenda."""
    if kind not in KINDS:
        raise Http404
    found = committee_session(request, committee_id, session_number)
    form = _form(request, found, kind)
    if form.is_valid():
        try:
            act = minutes.propose if kind == "proces-verbal" else operations.add_item
            act(session=found, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(None, reason.sentence)
        else:
            messages.success(request, "Le point est inscrit à l’ordre du jour.")
            return back_to(found)
    context = {
        "session": found,
        "committee": found.committee,
        "form": form,
        "kinds": KINDS.items(),
        "kind": kind,
        "empty": None if kind in {"sujet", "grille"} or form.choices.exists() else _EMPTY[kind],
    }
    return render(request, "committee/item_add.html", context, status=422 if form.errors else 200)


_EMPTY = {
    "agrement": (
        "Personne n’exerce l’audit dans un cabinet.",
        "Inscrivez d’abord le cabinet, puis la personne.",
        "organisations",
    ),
    "reexamen": (
        "Aucun agrément ne court.",
        "Le comité se prononce sur un agrément en cours, à venir ou suspendu.",
        "auditors",
    ),
    "regles": ("Aucun brouillon de règles.", "Préparez la version suivante, puis inscrivez-la à l’ordre du jour.", "rule_sets"),
    "proces-verbal": (
        "Aucun procès-verbal n’attend son approbation.",
        "Il s’inscrit une fois relu, chaque remarque répondue.",
        "committees",
    ),
}


def _form(request: Request, session: Session, kind: str) -> Any:
    day, data = paris_day(session.starts_at), request.POST or None
    match kind:
        case "agrement":
            proposed = {"starts_on": day, "ends_on": add_months(day, LASTS_MONTHS) - timedelta(days=1), "scope": list(Audit)}
            return AskForm(data, members=_auditors(request), initial=proposed, on=request.on)
        case "reexamen":
            held = audits.register(on=request.on).filter(standing__in=[Standing.GRANTED, Standing.SUSPENDED, Standing.TO_COME])
            return ReexamineForm(data, held=held)
        case "regles":
            drafts = RuleSetVersion.objects.filter(published_at__isnull=True).order_by("title", "number")
            return RulesItemForm(data, drafts=drafts)
        case "grille":
            return GridItemForm(data, request.FILES or None, initial={"effective_from": day + timedelta(days=30)})
        case "proces-verbal":
            waiting = minutes_queries.awaiting_approval(committee_id=session.committee_id)
            found = Minutes.objects.filter(pk__in=[one.pk for one in waiting]).select_related("session")
            return MinutesItemForm(data, waiting=found.order_by("session__starts_at", "pk"))
    return ItemForm(data, journeys=queries.ready(on=request.on))


def _auditors(request: Request) -> QuerySet[Membership]:
    found = Membership.objects.filter(dated(request.on), role=Role.AUDITOR, organisation__kind=Kind.AUDIT_FIRM)
    return found.select_related("person", "organisation").order_by("organisation__plain_name", "person__name")


@door(POST=WRITE)
def add_ready(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Put every journey that waits on the agenda."""
    found = committee_session(request, committee_id, session_number)
    made = operations.add_ready(session=found, by=request.user, at=request.at)
    made += minutes.propose_ready(session=found, by=request.user, at=request.at)
    messages.success(
        request, f"{len(made)} point{'s' if len(made) > 1 else ''} inscrit{'s' if len(made) > 1 else ''} à l’ordre du jour."
    )
    return back_to(found)


def _opens(request: Request, one: Item, mine: Mandate | None) -> Verdict:
    """Whether the frozen file opens: a member declares first, until the matter is over."""
    if mine is None or one.is_over or request.may(Right.WRITE, Thing.BALLOT):
        return YES
    return queries.free_of_links(item=one, mandate=mine)


def _late(declared: Declaration | None) -> bool:
    """Whether a member may still declare once the matter is open: who has not, or was not sure."""
    return declared is None or declared.interest == Interest.UNKNOWN


@door(GET=READ, POST=SPEAK)
def item(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """One matter: its frozen file, what members declare, who takes no part in it. A POST is one's own declaration."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    mine = mandate_in(request, found)
    members = queries.holders_of(session=found, on=request.on)
    said = queries.declarations(item=one)
    declared = said.get(mine.pk) if mine else None
    form = DeclareForm(request.POST or None, initial={"interest": declared.interest if declared else None})
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.declare(
                item=one,
                mandate=own_mandate(request, found),
                interest=Interest(given["interest"]),
                text=given["text"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error("text" if not given["text"] else None, refusal.verdict.sentence)
        else:
            messages.success(request, "Votre déclaration est enregistrée.")
            return back_to(found)
    people = {m.person_id: m.person.name for m in members}
    may_write = bool(request.may(Right.WRITE, Thing.BALLOT))
    opens = _opens(request, one, mine)
    dossier = one.dossiers.order_by("-number").first()
    context: dict[str, Any] = {
        "session": found,
        "committee": found.committee,
        "item": one,
        "matter": Matter(one.matter).label,
        "dossier": dossier,
        "opens": opens,
        "frozen": frozen(dossier.content) if dossier and opens else None,
        "proposal": lines(parse(one.proposal)),
        "extract": minutes_queries.extracts_for(person=request.user, roles=request.roles, on=request.on)
        .filter(pk=one.pk)
        .exists()
        if one.concluded_at
        else None,
        "holds": minutes_queries.holds(item=one) if one.minutes_of_id else None,
        "declared": Interest(declared.interest).label if declared else "",
        "form": form if mine and not one.is_over and (found.written or one.opened_at is None or _late(declared)) else None,
        "members": [{"mandate": m, "interest": Interest(said[m.pk].interest).label if m.pk in said else ""} for m in members],
        "clues": [
            {"clue": clue, "name": people[clue.person]} for clue in queries.clues(item=one, mandates=members) if may_write
        ],
        "recusals": Recusal.objects.filter(item=one).select_related("mandate__person", "mandate__seat__body").order_by("pk"),
        "off_form": BecauseForm(),
        "may_write": may_write,
        "point": room_of_item(request, one).point if one.opened_at else None,
    }
    return render(request, "committee/item.html", context, status=422 if form.errors else 200)


@door(GET=WRITE, POST=WRITE)
def review(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Confirm or dismiss a likely conflict."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    members = queries.holders_of(session=found, on=request.on)
    form = ReviewForm(request.POST or None, clues=queries.clues(item=one, mandates=members), members=members)
    if form.is_valid():
        operations.review(item=one, by=request.user, at=request.at, **form.given())
        messages.success(request, "Votre réponse est enregistrée ; elle vaut aussi pour les séances à venir.")
        return redirect("committee_item", committee_id=committee_id, session_number=session_number, item_id=item_id)
    context = {"session": found, "committee": found.committee, "item": one, "form": form, "page": "Trancher un lien possible"}
    return render(request, "committee/item_form.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def place(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Move a matter one place up or down the agenda."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    before = found.items.filter(withdrawn_at__isnull=True, position__lt=one.position).count()
    place = before + 2 if request.POST.get("way") == "down" else before
    operations.place_item(item=one, position=place, by=request.user, at=request.at)
    return back_to(found)


@door(POST=WRITE)
def take_off(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Take a matter off the agenda."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    operations.take_off(item=one, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "Le point est retiré de l’ordre du jour.")
    return back_to(found)


@door(GET=WRITE, POST=WRITE)
def recuse(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Keep a member out of a matter."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    members = queries.holders_of(session=found, on=request.on)
    form = RecuseForm(request.POST or None, members=members)
    if form.is_valid():
        given = form.cleaned_data
        mandate = next(m for m in members if m.pk == given["mandate"])
        try:
            operations.recuse(
                item=one, mandate=mandate, reach=Reach(given["reach"]), because=given["because"], by=request.user, at=request.at
            )
        except Refusal as refusal:
            form.add_error("mandate", refusal.verdict.sentence)
        else:
            messages.success(request, f"{mandate.person.name} ne prend plus part à ce point.")
            return back_to(found)
    context = {"session": found, "committee": found.committee, "item": one, "form": form, "page": "Récuser une personne"}
    return render(request, "committee/item_form.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def lift(request: Request, committee_id: int, session_number: int, item_id: int, recusal_id: int) -> HttpResponse:
    """Lift a recusal before the matter opens: a link declared by mistake, say."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    recusal = get_object_or_404(Recusal.objects.select_related("item", "mandate__person"), item=one, pk=recusal_id)
    operations.lift(recusal=recusal, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, f"La récusation de {recusal.mandate.person.name} est levée ; elle reste au dossier.")
    return redirect("committee_item", committee_id=committee_id, session_number=session_number, item_id=item_id)


@door(GET=READ)
def file(request: Request, committee_id: int, session_number: int, item_id: int, file_id: int) -> FileResponse:
    """A file of the frozen file, as it was frozen: the version whose SHA-256 it holds, whatever became of the document."""
    found = committee_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    require(_opens(request, one, mandate_in(request, found)))
    for dossier in Dossier.objects.filter(item=one):
        for kept in dossier.content.get("files", ()):
            if kept.get("id") == file_id:
                readable = Version.objects.filter(document__audience__in=audiences_of(queries.COMMITTEE))
                return attachment(get_object_or_404(readable, pk=file_id, sha256=kept["sha256"]))
    raise Http404
