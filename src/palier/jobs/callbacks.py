"""The letter that asks a tenant who was called back whether it is settled."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone

from palier.cases import operations as cases
from palier.cases.models import Case
from palier.jobs.letters import connected


def letter(case: Case, token: str) -> EmailMultiAlternatives:
    """A short letter: what it is about, one link, nothing of what the tenant said."""
    link = f"{settings.ORIGIN}{reverse('case_settled', kwargs={'token': token})}"
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return EmailMultiAlternatives(
        subject=f"{case.landlord.name} : est-ce réglé ?",
        body=(
            f"Bonjour,\n\nVous aviez demandé à être rappelé au sujet de {case.residence.name}. L’équipe indique que votre demande "
            f"est traitée.\n\nDites-nous si c’est réglé, en un clic puis une confirmation :\n{link}\n\n"
            "Ce lien est personnel. Si vous ne répondez pas, votre demande est comptée à part.\n\n"
            f"{case.landlord.name}\n"
        ),
        to=[case.email],
        # The same letter sent twice (a worker was killed) carries the same number: mail programs show it once.
        headers={"Message-ID": f"<case-{case.pk}-{case.round}@{host}>"},
    )


def ask_tenants() -> int:
    """Ask the tenants whose demand was dealt with; how many letters left."""
    with connected() as hand:
        return cases.send_links(at=timezone.now(), send=lambda case, token: hand(letter(case, token)))
