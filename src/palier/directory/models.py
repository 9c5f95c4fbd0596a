"""What the directory keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from palier.directory.rules import Kind, LandlordType, Role


def dated(on: date, prefix: str = "") -> Q:
    """The rows in force on a day, both ends included."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (Q(**{f"{prefix}ends_on__isnull": True}) | Q(**{f"{prefix}ends_on__gte": on}))


class Organisation(models.Model):
    """A body that people belong to. ``plain_name`` is the name as searched and sorted; ``revision`` counts its changes.

    ``of_landlord`` is the landlord that entered it for itself (a residents' association): no other landlord knows of it.
    """

    kind = models.CharField(max_length=24, choices=[(k.value, k.label) for k in Kind])
    name = models.CharField("nom", max_length=160)
    plain_name = models.CharField(max_length=200, db_index=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    created_at = models.DateTimeField()
    closed_on = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    of_landlord = models.ForeignKey("Landlord", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["siren"], condition=~Q(siren=""), name="siren_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Landlord(Organisation):
    """A social landlord: its family, the federation and the regional association it belongs to, its size as declared."""

    landlord_type = models.CharField("famille", max_length=4, choices=[(t.value, t.label) for t in LandlordType])
    federation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fédération"
    )
    regional_association = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="association régionale"
    )
    declared_dwellings = models.PositiveIntegerField("logements", default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    class Meta:
        constraints = [
            models.CheckConstraint(name="landlord_not_merged_into_itself", condition=~Q(merged_into=F("organisation_ptr"))),
        ]


class PersonManager(BaseUserManager["Person"]):
    """Creates people; sign-in asks for ``get_by_natural_key``."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person with this e-mail address, whatever its case."""
        return self.get(email=(username or "").casefold())


class Person(AbstractBaseUser):
    """Somebody who signs in, or who answers through a light link. ``name`` is as shown to others."""

    email = models.EmailField("adresse électronique", unique=True)
    name = models.CharField("nom affiché", max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        constraints = [models.CheckConstraint(name="email_lower_case", condition=Q(email=Lower("email")))]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person is for an organisation, from a day to a day. Sessions end with it.

    A role ended on the day it was given ends the day before it began: it was never in force. The database refuses two
    that overlap (exclusion constraint of migration 0002).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField("rôle", max_length=24, choices=[(r.value, r.label) for r in Role])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1)),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="membership_of_organisation")]


class Relation(models.Model):
    """Opens a landlord's file to the people who hold a role in another organisation, from a day to a day.

    An audit mission, a tenants' association present in the stock, a file sent to the committee: the room that knows
    the fact opens and closes the relation. The database refuses two of the same source that overlap (migration 0002).
    """

    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="relations")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="relations")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="opened_to")
    role = models.CharField(max_length=24, choices=[(r.value, r.label) for r in Role])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(name="relation_dates", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))),
        ]
        indexes = [models.Index(fields=["landlord", "role"], name="relation_of_landlord")]


class Exclusion(models.Model):
    """Closes a landlord's file to a person, whatever else they are, but for what they are in that landlord's own house.

    A member of a committee who is recused from a matter: the room that knows the fact closes and opens again.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="exclusions")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="closed_to")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "landlord"], condition=Q(ended_at__isnull=True), name="exclusion_once"),
            models.CheckConstraint(name="exclusion_dates", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at"))),
        ]


class BoardMandate(models.Model):
    """A person's seat on the board of an organisation, in the words of who declares it. Ended, never erased (trigger).

    It gives no role here: it says who may not judge what. Two of one person on one board never overlap (exclusion
    constraint of migration 0005).
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="board_mandates")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="board_mandates")
    role = models.CharField("fonction", max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    declared_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="board_mandate_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1)),
            ),
            models.CheckConstraint(name="board_mandate_role", condition=~Q(role="")),
        ]

    def holds_after(self, on: date) -> bool:
        """Whether it is in force on a day, or will be: it may still be ended."""
        return self.ends_on is None or self.ends_on >= on


class Group(models.Model):
    """Landlords that one parent holds together, under the name they use: a group of ESH, say."""

    name = models.CharField("nom", max_length=160, unique=True)
    plain_name = models.CharField(max_length=200, db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A landlord in a group, from a day to a day; in one group at a time (exclusion constraint). Ended, never erased (trigger)."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="members")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="groups")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="group_member_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1)),
            ),
        ]


class Invitation(models.Model):
    """An invitation by e-mail to hold a role in an organisation. Only the fingerprint of its token is kept."""

    email = models.EmailField()
    name = models.CharField(max_length=120)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=24, choices=[(r.value, r.label) for r in Role])
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_one_end", condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["email", "organisation", "role"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
            ),
        ]


class AddressChange(models.Model):
    """Another e-mail address for a person, theirs once they open the link sent to it. Only its token's fingerprint is kept."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="address_changes")
    email = models.EmailField()
    token_digest = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="address_one_end", condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True)),
            models.CheckConstraint(name="address_lower_case", condition=Q(email=Lower("email"))),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="address_open_once",
            ),
        ]


class AccessLink(models.Model):
    """A light access by a link in an e-mail, for tenants' representatives: no password, one person, a limited time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="access_links")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A key for programs, which act as the person who made it, within its scopes."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="api_tokens")
    name = models.CharField("nom", max_length=80)
    token_digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
