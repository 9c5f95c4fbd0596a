"""``palier administrator``: the first person of an installation, and its landlord where it serves one alone."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from palier.directory.models import Landlord
from palier.directory.operations import add_landlord, add_member, add_organisation, choose_password, enter_person
from palier.directory.queries import organisations
from palier.directory.rules import Kind, LandlordType, Role
from palier.verdict import Refusal


class Command(BaseCommand):
    """Everybody else comes by invitation, from the pages."""

    help = "Donne à une personne le rôle d’administration de Palier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, for which bodies."""
        parser.add_argument("email", help="son adresse électronique, avec laquelle elle se connecte")
        parser.add_argument("name", help="son nom affiché")
        parser.add_argument("--owner", default="Équipe du label", help="nom du propriétaire du label, la première fois")
        parser.add_argument("--landlord", default="", help="nom de l’organisme, pour une installation qui n’en sert qu’un")
        parser.add_argument("--siren", default="", help="SIREN de cet organisme")
        parser.add_argument("--family", default="oph", choices=[t.value for t in LandlordType], help="famille de cet organisme")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        """Ask for a password, then write everything at once."""
        try:
            with transaction.atomic():
                self._enter(email, name, _password(), options)
        except (Refusal, ValidationError) as refused:
            said = refused.verdict.sentence if isinstance(refused, Refusal) else " ".join(refused.messages)
            raise CommandError(said) from refused
        self.stdout.write(f"{name} administre Palier : {settings.ORIGIN}/compte/connexion/")

    def _enter(self, email: str, name: str, password: str, options: dict[str, Any]) -> None:
        at = timezone.now()
        owner = organisations(kind=Kind.LABEL_OWNER).first() or add_organisation(
            kind=Kind.LABEL_OWNER, name=options["owner"], by=None, at=at
        )
        person = enter_person(email=email, name=name, at=at)
        validate_password(password, person)
        choose_password(person=person, password=password, at=at)
        EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
        add_member(person=person, organisation=owner, role=Role.ADMINISTRATOR, by=None, at=at)
        landlords = set(Landlord.objects.values_list("name", flat=True))
        if settings.SINGLE_LANDLORD:
            _require_one_landlord(landlords, options["landlord"])
        if options["landlord"] and options["landlord"] not in landlords:
            family = LandlordType(options["family"])
            add_landlord(name=options["landlord"], siren_number=options["siren"], landlord_type=family, by=None, at=at)


def _require_one_landlord(present: set[str], asked: str) -> None:
    if not present and not asked:
        raise CommandError(
            "Cette installation sert un seul organisme : donnez son nom avec --landlord, son SIREN avec --siren."
        )
    if present and asked and asked not in present:
        raise CommandError(f"Cette installation sert déjà un organisme, et un seul : {min(present)}.")


def _password() -> str:
    """Asked twice on a terminal; otherwise the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass("Mot de passe : "), getpass("Encore une fois : ")
    if first != second:
        raise CommandError("Les deux mots de passe diffèrent.")
    return first
