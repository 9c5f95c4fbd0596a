"""What a page of a session is about, as the person who asks may find it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from palier.committee import queries
from palier.committee.models import Item, Session
from palier.directory.rules import Right, Thing
from palier.verdict import Refusal, no
from palier.web.doors import Request


def committee_session(request: Request, committee_id: int, number: int) -> Session:
    """A session that the person may follow; it does not exist for the others."""
    found = queries.sessions(person=request.user, roles=request.roles, on=request.on)
    return get_object_or_404(found, committee=committee_id, number=number)


def run_session(request: Request, committee_id: int, number: int) -> Session:
    """A session that the person may run: as the label's team, or as president of this very committee."""
    found = committee_session(request, committee_id, number)
    if not request.may(Right.WRITE, Thing.BALLOT):
        president = queries.composition(committee=found.committee, on=request.on).president
        if president is None or president.person_id != request.user.pk:
            raise Refusal(no("committee.not_yours_to_run", "Cette séance est conduite par la présidence de son comité."))
    return found


def session_item(request: Request, session: Session, item_id: int) -> Item:
    """A matter that the person may open; it does not exist for who is recused from it."""
    return get_object_or_404(queries.visible_items(session=session, person=request.user), pk=item_id)
