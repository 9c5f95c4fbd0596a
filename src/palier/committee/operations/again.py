"""The second convocation: what a session left undecided is held again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.committee import queries
from palier.committee.models import Item, Recusal, Session
from palier.committee.operations.sessions import add_item, close_files, convene, prepare, remember, take_off
from palier.committee.rules.agenda import SessionState
from palier.committee.rules.terms import Matter
from palier.directory.models import Person
from palier.verdict import Refusal, no


@transaction.atomic
def convene_again(*, session: Session, starts_at: datetime, ends_at: datetime, by: Person, at: datetime) -> Session:
    """Hold again, on a second convocation, the matters that a session left undecided: same agenda, sent at once.

    Those that missed their quorum have that of a second convocation; the others keep the full one.

    Raises:
        Refusal: before the first session was to be held, when it was cancelled or left nothing, or without the notice of a
            second convocation.
    """
    session = Session.objects.select_for_update(of=("self",), no_key=True).select_related("committee").get(pk=session.pk)
    left = queries.left_undecided(session=session, at=at)
    if session.state not in {SessionState.CONVENED, SessionState.CLOSED} or at < session.starts_at:
        raise Refusal(
            no("committee.too_early_again", "Une seconde convocation suit une séance qui a eu lieu ou n’a pu s’ouvrir.")
        )
    if not left:
        raise Refusal(
            no("committee.nothing_left", "Tous les points de cette séance sont traités : rien à convoquer de nouveau.")
        )
    if Session.objects.filter(first=session).exists():
        raise Refusal(no("committee.again_once", "Cette séance a déjà donné lieu à une seconde convocation."))
    again = prepare(
        committee=session.committee,
        starts_at=starts_at,
        ends_at=ends_at,
        place=session.place,
        remote_link=session.remote_link,
        written=session.written,
        first=session,
        by=by,
        at=at,
    )
    for item, short in left:
        if not item.is_over:
            take_off(item=item, because=f"Reporté à la séance n° {again.number}, sur seconde convocation.", by=by, at=at)
        about = {
            name: getattr(item, name)
            for name in ("journey", "firm", "candidate", "accreditation", "rule_set", "grid", "minutes_of", "proposal")
        }
        if item.minutes_of_id:
            about["text"] = item.dossiers.latest("number").content["text"]
        try:
            kept = add_item(
                session=again,
                matter=Matter(item.matter),
                title=item.title,
                presentation=item.presentation,
                by=by,
                at=at,
                missed=item if short else None,
                **about,
            )
        except Refusal as refusal:
            sentence = (
                f"« {item.title} » : {refusal.verdict.sentence} Retirez d’abord ce point de la séance n° {session.number}."
            )
            raise Refusal(no("committee.not_again", sentence)) from refusal
        _keep_out(item, kept, by, at)
    convene(session=again, by=by, at=at)
    return again


def _keep_out(before: Item, after: Item, by: Person, at: datetime) -> None:
    """Who is recused from a matter stays so when it is held again: nothing of it reaches them meanwhile."""
    for recusal in Recusal.objects.filter(item=before, lifted_at__isnull=True).select_related("mandate__person"):
        Recusal.objects.create(
            item=after, mandate=recusal.mandate, reach=recusal.reach, because=recusal.because, by=recusal.by, at=at
        )
        summary = f"a maintenu la récusation de {recusal.mandate.person.name} sur « {after.title} »."
        remember(after.session, "recused", summary, by=by, at=at, item=after.pk, mandate=recusal.mandate_id)
    close_files(after, by, at)
