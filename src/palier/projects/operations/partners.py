"""Partners of a project: let them in by a link, let them speak, close their access."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from palier.calendar import add_months, in_words, paris_day
from palier.directory.models import Person
from palier.directory.operations import enter_person
from palier.directory.queries import people_of
from palier.directory.rules import Role, digest_of
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.plans.operations import report_progress
from palier.plans.rules.terms import Status
from palier.projects.models import Partner, PartnerWord, Project, ProjectAction
from palier.projects.operations.writing import lock, remember
from palier.projects.rules.project import LINK_MONTHS
from palier.projects.rules.terms import Body
from palier.verdict import Refusal, no

# Who works on the project hears what partners say; the lines about people stay with the landlord and the label's team.
_TEAM = Audience.LANDLORD


@transaction.atomic
def invite_partner(
    *, project: Project, body: Body, name: str, contact: str, email: str, brings: str = "", by: Person, at: datetime
) -> tuple[Partner, str]:
    """Let somebody of another body see the shared part of a project, by a link sent to them; its token is returned once.

    Raises:
        Refusal: when the project is closed, the body or the contact is not named, or that person has an access already.
    """
    project = lock(project)
    if not name.strip() or not contact.strip() or not email.strip():
        raise Refusal(no("projects.partner_unnamed", "Dites la structure, le nom et l’adresse du contact."))
    person = enter_person(email=email, name=contact, at=at)
    token = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            partner = Partner.objects.create(
                project=project, body=body, name=name.strip(), brings=brings.strip(), person=person,
                token_digest=digest_of(token), invited_at=at, invited_by=by, expires_on=add_months(paris_day(at), LINK_MONTHS),
            )  # fmt: skip
    except IntegrityError as twice:
        raise Refusal(no("projects.partner_twice", f"{person.name} a déjà accès à ce projet.")) from twice
    _send(partner, project, token, at)
    summary = f"a ouvert le projet « {project.title} » à {partner.name} ({body.label.lower()})."
    remember(project, "partner_invited", summary, by=by, at=at, audience=_TEAM, partner=partner.pk, body=body.value)
    return partner, token


def _send(partner: Partner, project: Project, token: str, at: datetime) -> None:
    post(
        event="projects.partner_link",
        to=[partner.person_id],
        at=at,
        subject=f"{project.landlord.name} vous ouvre un projet local"[:200],
        body=f"{project.landlord.name} partage avec vous le projet « {project.title} ».\n\n"
        "Ce lien ouvre la page du projet sans mot de passe. Il est personnel : ne le transmettez pas.\n"
        f"Il vaut jusqu’au {in_words(partner.expires_on)}.",
        landlord=project.landlord_id,
        link=f"/projet-partage/{token}/",
        undo_key=f"partner:{partner.pk}",
        delay=timedelta(0),
    )


@transaction.atomic
def renew_link(*, partner: Partner, by: Person, at: datetime) -> str:
    """Send a partner a new link; the former one is void. The new token is returned once.

    Raises:
        Refusal: when the project is closed, or the access was revoked.
    """
    project = lock(partner.project)
    if partner.revoked_at:
        raise Refusal(no("projects.partner_revoked", f"L’accès de {partner.name} est fermé : invitez à nouveau."))
    token = secrets.token_urlsafe(24)
    partner.token_digest, partner.expires_on = digest_of(token), add_months(paris_day(at), LINK_MONTHS)
    partner.save(update_fields=["token_digest", "expires_on"])
    cancel(undo_key=f"partner:{partner.pk}", at=at)
    _send(partner, project, token, at)
    summary = f"a envoyé un nouveau lien à {partner.name} (projet « {project.title} »)."
    remember(project, "partner_link_renewed", summary, by=by, at=at, audience=_TEAM, partner=partner.pk)
    return token


@transaction.atomic
def revoke_partner(*, partner: Partner, by: Person, at: datetime) -> None:
    """Close a partner's access at once; what it said stays.

    Raises:
        Refusal: when it is closed already.
    """
    changed = Partner.objects.filter(pk=partner.pk, revoked_at__isnull=True).update(revoked_at=at)
    if not changed:
        raise Refusal(no("projects.partner_revoked", f"L’accès de {partner.name} est déjà fermé."))
    cancel(undo_key=f"partner:{partner.pk}", at=at)
    project = partner.project
    summary = f"a fermé l’accès de {partner.name} au projet « {project.title} »."
    remember(project, "partner_revoked", summary, by=by, at=at, audience=_TEAM, partner=partner.pk)


@transaction.atomic
def mark_seen(*, partner: Partner, at: datetime) -> None:
    """Trace the day a partner last opened the page."""
    Partner.objects.filter(pk=partner.pk).exclude(last_seen_on=paris_day(at)).update(last_seen_on=paris_day(at))


@transaction.atomic
def speak(
    *, partner: Partner, text: str, at: datetime, link: ProjectAction | None = None, progress: int | None = None
) -> PartnerWord:
    """Keep what a partner says: a remark, or how far an action that it answers for is. The plan does not change.

    Raises:
        Refusal: when the access or the project is closed, nothing is said, or the action is not the partner's own.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("project", "person").get(pk=partner.pk)
    project = lock(partner.project)
    if partner.revoked_at or partner.expires_on < paris_day(at):
        raise Refusal(no("projects.partner_revoked", "Votre accès à ce projet est fermé."))
    if not text.strip() and progress is None:
        raise Refusal(no("projects.nothing_said", "Écrivez votre remarque."))
    if progress is not None and (link is None or link.partner_id != partner.pk):
        raise Refusal(no("projects.not_your_action", "Vous dites l’avancement des actions dont vous répondez."))
    if link is not None and (link.project_id != project.pk or not link.shared):
        raise Refusal(no("projects.not_shared", "Cette action n’est pas partagée avec vous."))
    if progress is not None and not 0 <= progress <= 100:
        raise Refusal(no("projects.progress_range", "L’avancement va de 0 à 100 %."))
    word = PartnerWord.objects.create(partner=partner, link=link, progress=progress, text=text.strip(), at=at)
    about = f"l’action {link.action.code}" if link else f"le projet « {project.title} »"
    how_far = f" : {progress} %" if progress is not None else ""
    summary = f"s’est exprimé pour {partner.name} sur {about}{how_far}."
    remember(project, "partner_spoke", summary, by=partner.person, at=at, partner=partner.pk, text=word.text, progress=progress)
    leads = people_of(landlord=project.landlord_id, roles=frozenset({Role.QUALITY_LEAD}), on=paris_day(at))
    post(
        event="projects.partner_spoke",
        to=list(leads.values_list("pk", flat=True)),
        at=at,
        subject=f"{partner.name} s’exprime sur {project.title}"[:200],
        body=f"{partner.name}, sur {about}{how_far}.\n\n{word.text}".strip(),
        landlord=project.landlord_id,
        link=f"/organismes/{project.landlord_id}/projets/{project.pk}/",
    )
    return word


@transaction.atomic
def take_over(*, word: PartnerWord, by: Person, at: datetime) -> None:
    """Take the progress that a partner reports over into the plan's action.

    Raises:
        Refusal: when the word reports none, was taken over, or the action is dropped.
    """
    word = (
        PartnerWord.objects.select_for_update(of=("self",)).select_related("link__action", "partner__project").get(pk=word.pk)
    )
    if word.link is None or word.progress is None:
        raise Refusal(no("projects.no_progress", "Cette remarque ne dit pas d’avancement."))
    if word.taken_at:
        raise Refusal(no("projects.taken_over", "Cet avancement est déjà repris."))
    action = word.link.action
    if action.status == Status.DROPPED:
        raise Refusal(no("projects.action_dropped", f"L’action {action.code} est abandonnée."))
    status = Status.DONE if word.progress == 100 else Status.UNDER_WAY if word.progress else Status.NOT_STARTED
    report_progress(
        action=action, revision=action.revision, status=status, progress=word.progress, by=by, at=at,
        tenants_informed_on=action.tenants_informed_on, note=f"Selon {word.partner.name} : {word.text}".strip(),
    )  # fmt: skip
    PartnerWord.objects.filter(pk=word.pk).update(taken_at=at, taken_by=by)
