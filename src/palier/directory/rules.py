"""Organisations, roles and rights: who may do what on what.

The table of rights is the matrix of the scheme's governance, kept as a table so that someone of the field can read it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import date
from enum import StrEnum

from palier.ledger.rules import Audience
from palier.verdict import YES, Verdict, no


class Kind(StrEnum):
    """What an organisation is."""

    LANDLORD = "landlord"
    AUDIT_FIRM = "audit_firm"
    TENANTS_ASSOCIATION = "tenants_association"
    LABEL_OWNER = "label_owner"
    FEDERATION = "federation"
    REGIONAL_ASSOCIATION = "regional_association"
    MINISTRY = "ministry"
    PUBLIC_FUND = "public_fund"
    OTHER_BODY = "other_body"

    @property
    def label(self) -> str:
        """In French."""
        return _KINDS[self]


_KINDS = {
    Kind.LANDLORD: "Organisme Hlm",
    Kind.AUDIT_FIRM: "Cabinet d’audit",
    Kind.TENANTS_ASSOCIATION: "Association de locataires",
    Kind.LABEL_OWNER: "Propriétaire du label",
    Kind.FEDERATION: "Fédération d’organismes",
    Kind.REGIONAL_ASSOCIATION: "Association régionale",
    Kind.MINISTRY: "Ministère",
    Kind.PUBLIC_FUND: "Caisse des dépôts",
    Kind.OTHER_BODY: "Autre organisme du comité",
}


class LandlordType(StrEnum):
    """The legal family of a landlord."""

    OPH = "oph"
    ESH = "esh"
    COOP = "coop"
    SEM = "sem"

    @property
    def label(self) -> str:
        """As people say it."""
        return {"oph": "OPH", "esh": "ESH", "coop": "Coop Hlm", "sem": "SEM"}[self.value]


class Role(StrEnum):
    """What a person is for an organisation."""

    QUALITY_LEAD = "quality_lead"
    CONTRIBUTOR = "contributor"
    DIRECTOR = "director"
    TENANT_REPRESENTATIVE = "tenant_representative"
    AUDITOR = "auditor"
    REFERENT = "referent"
    COMMITTEE_MEMBER = "committee_member"
    COMMITTEE_CHAIR = "committee_chair"
    COMMUNICATION = "communication"
    RELAY = "relay"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """In French, neutral where the language allows."""
        return _ROLES[self]


_ROLES = {
    Role.QUALITY_LEAD: "responsable qualité",
    Role.CONTRIBUTOR: "équipe de l’organisme",
    Role.DIRECTOR: "direction générale",
    Role.TENANT_REPRESENTATIVE: "représentation des locataires",
    Role.AUDITOR: "auditeur ou auditrice",
    Role.REFERENT: "référent ou référente du label",
    Role.COMMITTEE_MEMBER: "membre du comité",
    Role.COMMITTEE_CHAIR: "présidence du comité",
    Role.COMMUNICATION: "communication du label",
    Role.RELAY: "fédération ou association régionale",
    Role.ADMINISTRATOR: "administration de Palier",
}

COMMITTEE_ROLES = frozenset({Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR})
ROLES_OF_KIND: dict[Kind, frozenset[Role]] = {
    Kind.LANDLORD: frozenset({Role.QUALITY_LEAD, Role.CONTRIBUTOR, Role.DIRECTOR}),
    Kind.AUDIT_FIRM: frozenset({Role.AUDITOR}),
    Kind.TENANTS_ASSOCIATION: frozenset({Role.TENANT_REPRESENTATIVE}) | COMMITTEE_ROLES,
    Kind.LABEL_OWNER: frozenset({Role.REFERENT, Role.COMMUNICATION, Role.ADMINISTRATOR}) | COMMITTEE_ROLES,
    Kind.FEDERATION: frozenset({Role.RELAY}) | COMMITTEE_ROLES,
    Kind.REGIONAL_ASSOCIATION: frozenset({Role.RELAY}) | COMMITTEE_ROLES,
    Kind.MINISTRY: COMMITTEE_ROLES,
    Kind.PUBLIC_FUND: COMMITTEE_ROLES,
    Kind.OTHER_BODY: COMMITTEE_ROLES,
}
LANDLORD_ROLES = ROLES_OF_KIND[Kind.LANDLORD]
# These see every landlord: they run the scheme.
SCHEME_ROLES = frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.COMMUNICATION})
# These see the landlords that a dated relation opens to their organisation.
RELATED_ROLES = frozenset({Role.TENANT_REPRESENTATIVE, Role.AUDITOR}) | COMMITTEE_ROLES
# These must hold a second factor.
SECOND_FACTOR_ROLES = frozenset({Role.REFERENT, Role.ADMINISTRATOR, Role.AUDITOR, Role.DIRECTOR}) | COMMITTEE_ROLES
# These judge, or see to who judges: they say themselves on which boards they sit.
BOARDS_OF_ONESELF = frozenset({Role.AUDITOR}) | SCHEME_ROLES | COMMITTEE_ROLES
# These may come in with the light link of an e-mail alone.
LIGHT_ROLES = frozenset({Role.TENANT_REPRESENTATIVE})


class Thing(StrEnum):
    """What rights bear on: the rows of the matrix, then what the product adds to it."""

    LANDLORD_SHEET = "landlord_sheet"
    SITE_RATING = "site_rating"
    SITE_SCORE = "site_score"
    ALL_SITES = "all_sites"
    AUDIT_PLAN = "audit_plan"
    FINDINGS = "findings"
    ACTION_PLAN = "action_plan"
    EVIDENCE = "evidence"
    TENANTS_STEP = "tenants_step"
    INSTRUCTION_NOTE = "instruction_note"
    BALLOT = "ballot"
    DECISION_NOTICE = "decision_notice"
    COMMITTEE = "committee"
    AUDITOR_APPROVAL = "auditor_approval"
    RULE_SET = "rule_set"
    MARK_KIT = "mark_kit"
    JOURNEY = "journey"
    STOCK = "stock"
    SOURCES = "sources"
    INCIDENTS = "incidents"
    VISITS = "visits"
    CHARTER = "charter"
    MEMBERS = "members"
    HISTORY = "history"
    BOARD = "board"
    DIRECTORY = "directory"
    INSTALLATION = "installation"
    COMPARISON = "comparison"
    COMPARED_FIGURES = "compared_figures"
    HOUSEHOLDS = "households"
    CALLS = "calls"
    CALL_BACKS = "call_backs"
    SURVEYS = "surveys"
    QUESTIONNAIRES = "questionnaires"
    STUDIES = "studies"
    STUDY_ANSWERS = "study_answers"

    @property
    def label(self) -> str:
        """In French, after « Vous ne pouvez pas … »."""
        return _THINGS[self]


_THINGS = {
    Thing.LANDLORD_SHEET: "la fiche de l’organisme",
    Thing.SITE_RATING: "la cotation des sites",
    Thing.SITE_SCORE: "ce que disent les sources des sites",
    Thing.ALL_SITES: "les sites de tous les organismes",
    Thing.AUDIT_PLAN: "le plan d’audit",
    Thing.FINDINGS: "les constats",
    Thing.ACTION_PLAN: "le plan d’actions",
    Thing.EVIDENCE: "les preuves",
    Thing.TENANTS_STEP: "l’association des locataires",
    Thing.INSTRUCTION_NOTE: "la note d’instruction",
    Thing.BALLOT: "le vote du comité",
    Thing.DECISION_NOTICE: "la notification de décision",
    Thing.COMMITTEE: "la composition du comité et ses règles",
    Thing.AUDITOR_APPROVAL: "l’agrément des auditeurs",
    Thing.RULE_SET: "les règles et les grilles du label",
    Thing.MARK_KIT: "le kit de la marque",
    Thing.JOURNEY: "le parcours",
    Thing.STOCK: "le patrimoine",
    Thing.SOURCES: "les chiffres des résidences",
    Thing.INCIDENTS: "les incidents",
    Thing.VISITS: "les visites sur place",
    Thing.CHARTER: "la charte",
    Thing.MEMBERS: "les personnes de l’organisme",
    Thing.HISTORY: "le journal",
    Thing.BOARD: "le tableau des parcours",
    Thing.DIRECTORY: "l’annuaire des organismes et des personnes",
    Thing.INSTALLATION: "l’installation",
    Thing.COMPARISON: "la comparaison entre organismes",
    Thing.COMPARED_FIGURES: "ce que l’organisme compare",
    Thing.HOUSEHOLDS: "les locataires et leurs coordonnées",
    Thing.CALLS: "les appels aux locataires",
    Thing.CALL_BACKS: "les rappels de locataires",
    Thing.SURVEYS: "les enquêtes",
    Thing.QUESTIONNAIRES: "les questionnaires",
    Thing.STUDIES: "les études d’une association régionale",
    Thing.STUDY_ANSWERS: "la réponse de l’organisme à une étude régionale",
}


class Right(StrEnum):
    """What one may do.

    ``WRITE_OWN`` is limited to what is entrusted to the person; ``SPEAK`` adds one's own word (a remark, an opinion, a
    verdict) without touching anybody else's.
    """

    READ = "read"
    SPEAK = "speak"
    WRITE_OWN = "write_own"
    WRITE = "write"
    VALIDATE = "validate"


_LETTERS = {"r": Right.READ, "s": Right.SPEAK, "o": Right.WRITE_OWN, "w": Right.WRITE, "v": Right.VALIDATE}
_COLUMNS = (
    Role.QUALITY_LEAD,
    Role.CONTRIBUTOR,
    Role.DIRECTOR,
    Role.TENANT_REPRESENTATIVE,
    Role.AUDITOR,
    Role.REFERENT,
    Role.COMMITTEE_MEMBER,
    Role.COMMITTEE_CHAIR,
    Role.COMMUNICATION,
    Role.RELAY,
    Role.ADMINISTRATOR,
)
# r read · s speak · o write one's own · w write · v validate · - nothing
_MATRIX = {
    #                        lead  team  director tenant auditor référent member chair comms relay admin
    Thing.LANDLORD_SHEET: "  rw    r     rv       r      r       rw       r      r     r     r     rw",
    Thing.SITE_RATING: "     rw    ro    rv       rs     r       r        r      r     -     r     r",
    Thing.SITE_SCORE: "      rw    r     rw       -      r       r        -      -     -     -     r",
    Thing.ALL_SITES: "       -     -     -        -      -       r        -      -     -     r     r",
    Thing.AUDIT_PLAN: "      r     -     rv       r      rw      r        -      -     -     -     r",
    Thing.FINDINGS: "        rs    -     rsv      r      rw      r        r      r     -     -     r",
    Thing.ACTION_PLAN: "     rw    ro    rv       rs     rs      r        r      r     -     -     r",
    Thing.EVIDENCE: "        rw    rw    r        -      r       r        r      r     -     -     r",
    Thing.TENANTS_STEP: "    rw    -     r        rs     r       r        r      r     -     -     r",
    Thing.INSTRUCTION_NOTE: "-     -     -        -      -       rw       r      r     -     -     r",
    Thing.BALLOT: "          -     -     -        -      -       rwv      rs     rsv   -     -     r",
    Thing.DECISION_NOTICE: " r     r     r        r      r       rw       r      rv    r     r     r",
    Thing.COMMITTEE: "       r     -     r        r      r       rw       r      r     r     r     rw",
    Thing.AUDITOR_APPROVAL: "r     -     r        -      rs      rw       rv     rv    -     -     rw",
    Thing.RULE_SET: "        r     r     r        r      r       rw       r      rv    -     -     rw",
    Thing.MARK_KIT: "        ro    -     ro       -      -       rw       -      -     rw    -     rw",
    Thing.JOURNEY: "         rw    r     rv       r      rs      rw       r      r     r     r     r",
    Thing.STOCK: "           rw    ro    r        r      r       r        r      r     -     r     r",
    Thing.SOURCES: "         rw    rw    r        -      r       r        -      -     -     -     r",
    Thing.INCIDENTS: "       rw    ro    r        -      -       -        -      -     -     -     -",
    Thing.VISITS: "          rw    ro    r        s      r       r        -      -     -     -     r",
    Thing.CHARTER: "         rw    rw    rv       r      r       r        -      -     -     -     r",
    Thing.MEMBERS: "         rw    r     rw       -      -       rw       -      -     -     -     rw",
    Thing.HISTORY: "         r     r     r        r      r       r        r      r     -     -     r",
    Thing.BOARD: "           -     -     -        -      -       rw       r      r     -     r     r",
    Thing.DIRECTORY: "       -     -     -        -      -       rw       -      -     r     -     rw",
    Thing.INSTALLATION: "    -     -     -        -      -       r        -      -     -     -     rw",
    Thing.COMPARISON: "      r     -     r        -      -       r        -      -     -     r     r",
    Thing.COMPARED_FIGURES: "rw    -     rw       -      -       -        -      -     -     -     -",
    Thing.HOUSEHOLDS: "      rw    -     r        -      -       -        -      -     -     -     -",
    Thing.CALLS: "           rw    ro    r        -      -       -        -      -     -     -     -",
    Thing.CALL_BACKS: "      rw    ro    ro       -      -       -        -      -     -     -     -",
    Thing.SURVEYS: "         rw    ro    rw       -      r       r        -      -     -     -     r",
    Thing.QUESTIONNAIRES: "  ro    r     r        r      r       rw       -      -     -     ro    rw",
    Thing.STUDIES: "         -     -     -        -      -       -        -      -     -     rw    -",
    Thing.STUDY_ANSWERS: "   rw    r     rwv      -      -       -        -      -     -     -     -",
}
MATRIX: dict[tuple[Thing, Role], frozenset[Right]] = {
    (thing, role): frozenset(_LETTERS[letter] for letter in cell if letter != "-")
    for thing, row in _MATRIX.items()
    for role, cell in zip(_COLUMNS, row.split(), strict=True)
}


# What an installation that serves a single landlord does without: it compares no journeys and no landlords, composes no
# committee, and the mark is kept elsewhere.
SCHEME_THINGS = frozenset(
    {
        Thing.BOARD,
        Thing.ALL_SITES,
        Thing.COMMITTEE,
        Thing.BALLOT,
        Thing.MARK_KIT,
        Thing.COMPARISON,
        Thing.COMPARED_FIGURES,
        Thing.STUDIES,
        Thing.STUDY_ANSWERS,
    }
)

_TEAM = frozenset({Role.REFERENT, Role.ADMINISTRATOR})
_READERS = {
    Audience.FILE: frozenset(Role),
    Audience.LANDLORD: LANDLORD_ROLES | _TEAM,
    Audience.AUDIT: frozenset({Role.AUDITOR}) | _TEAM,
    Audience.SCHEME: _TEAM,
}


def audiences(roles: frozenset[Role]) -> frozenset[Audience]:
    """Which lines of a landlord's ledger these roles may read, among those who may open the file."""
    return frozenset(audience for audience, readers in _READERS.items() if roles & readers)


def grantable(roles: frozenset[Role], kind: Kind) -> frozenset[Role]:
    """The roles that somebody with ``roles`` may give, or end, in an organisation of this kind.

    ``roles`` are those held on the landlord's file when the organisation is a landlord, or is present in its stock.
    """
    if Role.ADMINISTRATOR in roles:
        return ROLES_OF_KIND[kind]
    if Role.REFERENT in roles:
        return ROLES_OF_KIND[kind] - {Role.ADMINISTRATOR}
    if kind is Kind.LANDLORD and roles & {Role.QUALITY_LEAD, Role.DIRECTOR}:
        return LANDLORD_ROLES
    if kind is Kind.TENANTS_ASSOCIATION and Role.QUALITY_LEAD in roles:
        return frozenset({Role.TENANT_REPRESENTATIVE})
    return frozenset()


def may_grant(roles: frozenset[Role], role: Role, kind: Kind) -> Verdict:
    """Whether somebody with ``roles`` may give or end ``role`` in an organisation of this kind."""
    if role not in ROLES_OF_KIND[kind]:
        return no("directory.role_of_kind", f"« {role.label} » n’est pas un rôle possible dans « {kind.label} ».")
    if role not in grantable(roles, kind):
        return no("directory.not_yours_to_give", f"Donner ou retirer le rôle « {role.label} » ne vous revient pas.")
    return YES


class Scope(StrEnum):
    """What a key for programs may do, never more than its person."""

    READ = "read"
    IMPORTS = "imports"
    EVIDENCE = "evidence"
    ANSWERS = "answers"
    FIGURES = "figures"
    EVENTS = "events"

    @property
    def label(self) -> str:
        """In French, for the page of keys."""
        return {
            "read": "Lire",
            "imports": "Importer le patrimoine",
            "evidence": "Déposer des preuves",
            "answers": "Répondre aux évaluations",
            "figures": "Verser des chiffres et des incidents",
            "events": "Transmettre des événements aux enquêtes à chaud",
        }[self.value]


# The rights that a scope opens, besides reading. What stands in no row is out of reach of programs.
_WRITES = {
    Scope.IMPORTS: frozenset({(Thing.STOCK, Right.WRITE)}),
    Scope.EVIDENCE: frozenset({(Thing.EVIDENCE, Right.WRITE)}),
    Scope.FIGURES: frozenset({(Thing.SOURCES, Right.WRITE), (Thing.INCIDENTS, Right.WRITE_OWN)}),
    Scope.EVENTS: frozenset({(Thing.SURVEYS, Right.WRITE)}),
    Scope.ANSWERS: frozenset((thing, Right.WRITE_OWN) for thing in (Thing.FINDINGS, Thing.SITE_RATING, Thing.CHARTER)),
}


def within(scopes: Collection[str], right: Right, thing: Thing | None) -> Verdict:
    """Whether a key with these scopes may use a right on a thing (or, with None, on its person), should the person have it."""
    opening = {scope for scope, rights in _WRITES.items() if (thing, right) in rights}
    if right is Right.READ:
        opening.add(Scope.READ)
    if opening & set(scopes):
        return YES
    asked = " ou ".join(f"« {scope.label} »" for scope in sorted(opening)) or "une page de Palier"
    return no("directory.out_of_scope", f"La portée de cette clé ne le permet pas : il y faut {asked}.")


def may(roles: frozenset[Role], right: Right, thing: Thing) -> Verdict:
    """Whether any of these roles gives a right on a thing. Writing one's own is enough only where it is asked."""
    if any(right in MATRIX[thing, role] for role in roles):
        return YES
    if right is Right.WRITE_OWN and any(Right.WRITE in MATRIX[thing, role] for role in roles):
        return YES
    holders = sorted({role.label for role in Role if right in MATRIX[thing, role]})
    verb = {
        Right.READ: "lire",
        Right.SPEAK: "donner un avis sur",
        Right.WRITE_OWN: "modifier",
        Right.WRITE: "modifier",
        Right.VALIDATE: "approuver",
    }[right]
    whose = ", ".join(holders) or "personne"
    return no("directory.no_right", f"Vous ne pouvez pas {verb} {thing.label}. Cela revient à : {whose}.")


def siren(text: str) -> Verdict:
    """Whether a SIREN is well formed: nine digits whose Luhn sum is a multiple of ten (INSEE)."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not re.fullmatch(r"[0-9]{9}", digits):
        return no("directory.siren_shape", "Un SIREN compte 9 chiffres, par exemple 552 100 554.")
    total = sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(digits)))
    if total % 10:
        return no("directory.siren_sum", "Ce SIREN n’existe pas : sa clé de contrôle est fausse. Vérifiez chaque chiffre.")
    return YES


def plain(text: str) -> str:
    """A text as searched and sorted: no accent, no case, single spaces, apostrophes and hyphens as spaces."""
    decomposed = unicodedata.normalize(
        "NFKD", text.replace("œ", "oe").replace("Œ", "Oe").replace("’", " ").replace("'", " ").replace("-", " ")
    )
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def digest_of(token: str) -> str:
    """The fingerprint under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def covers(starts_on: date, ends_on: date | None, on: date) -> bool:
    """Whether a dated thing holds on a day; both ends included."""
    return starts_on <= on and (ends_on is None or on <= ends_on)
