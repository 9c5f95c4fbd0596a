"""The main navigation: what each role goes to first."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from palier.directory.models import Membership
from palier.directory.queries import only_landlord
from palier.directory.rules import LANDLORD_ROLES, MATRIX, SCHEME_ROLES, Right, Role, Thing


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the main navigation."""

    label: str
    url: str
    current: bool


# Pages of a landlord's own file: words, page, and what one must be able to read there.
_OWN = (
    ("Notre parcours", "journey", Thing.JOURNEY),
    ("Patrimoine", "stock", Thing.STOCK),
    ("Visites", "visits", Thing.VISITS),
    ("Sites", "sites", Thing.SITE_RATING),
    ("Enquêtes", "surveys", Thing.SURVEYS),
    ("Évaluations", "assessments", Thing.CHARTER),
    ("Plan d’actions", "plan", Thing.ACTION_PLAN),
    ("Concertation", "consultation", Thing.TENANTS_STEP),
    ("Documents", "documents", Thing.EVIDENCE),
    ("Label", "mark", Thing.MARK_KIT),
)
# Pages of no landlord: words, page, who goes there.
_COMMON = (
    ("Parcours", "board", frozenset(role for role in Role if Right.READ in MATRIX[Thing.BOARD, role])),
    ("Sites", "all_sites", frozenset(role for role in Role if Right.READ in MATRIX[Thing.ALL_SITES, role])),
    ("Comparaison", "comparison", frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.RELAY})),
    ("Études", "studies", frozenset({Role.RELAY})),
    ("Missions", "my_missions", frozenset({Role.AUDITOR})),
    ("Vos avis", "voices", frozenset({Role.TENANT_REPRESENTATIVE})),
    ("Visites partagées", "shared_visits", frozenset({Role.TENANT_REPRESENTATIVE})),
    ("Organismes", "organisations", frozenset(role for role in Role if Right.READ in MATRIX[Thing.DIRECTORY, role])),
    ("Auditeurs", "auditors", frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR})),
    (
        "Comité",
        "committees",
        frozenset(
            {Role.REFERENT, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR, Role.RELAY, Role.COMMUNICATION}
        ),
    ),
    ("Registre et marque", "mark_scheme", frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.COMMUNICATION})),
    ("Questionnaires", "questionnaires", frozenset({Role.RELAY})),
    ("Règles du label", "rule_sets", frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.COMMITTEE_CHAIR})),
)

# Not there when the installation serves a single landlord.
_SCHEME = frozenset({"board", "all_sites", "comparison", "studies", "committees", "mark_scheme"})
# What a visitor comes for.
_VISITOR = (("Registre", "register"), ("Vérifier un certificat", "verify"))


def entries(request: HttpRequest) -> list[Entry]:
    """The links of this person, the current one marked by the longest address that begins the page's own."""
    links = _links(getattr(request, "held", None) or [])
    if not request.user.is_authenticated and not settings.SINGLE_LANDLORD:
        links = [(label, reverse(page)) for label, page in _VISITOR]
    here = max((url for _, url in links if request.path.startswith(url)), key=len, default="")
    return [Entry(label, url, url == here) for label, url in links]


def first_page(held: list[Membership]) -> str | None:
    """Where somebody lands after signing in; None for somebody who is nothing anywhere."""
    return next((url for _, url in _links(held)), None)


def _links(held: list[Membership]) -> list[tuple[str, str]]:
    roles = frozenset(Role(membership.role) for membership in held)
    links = []
    landlord, mine = _own_file(held)
    for label, page, thing in _OWN if landlord else ():
        if any(Right.READ in MATRIX[thing, role] for role in mine):
            links.append((label, reverse(page, kwargs={"landlord_id": landlord})))
    links += [
        (label, reverse(page))
        for label, page, whose in _COMMON
        if roles & whose and not (settings.SINGLE_LANDLORD and page in _SCHEME)
    ]
    return links


def _own_file(held: list[Membership]) -> tuple[int | None, frozenset[Role]]:
    """The file that somebody works in first, and what they are there; for the team of a single landlord, its file."""
    if own := next((m.organisation_id for m in held if m.role in LANDLORD_ROLES), None):
        return own, frozenset(Role(m.role) for m in held if m.organisation_id == own)
    team = SCHEME_ROLES & {m.role for m in held}
    return (only_landlord() if team and settings.SINGLE_LANDLORD else None), frozenset(Role(role) for role in team)
