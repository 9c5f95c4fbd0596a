"""What every page's layout needs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from palier.directory.rules import Role
from palier.ledger import queries as ledger
from palier.ledger.models import Checkpoint
from palier.web.navigation import entries


@dataclass(slots=True)
class Foot:
    """The ledger's checkpoint written at the foot of pages: asked for every five minutes, not on every page."""

    checkpoint: Checkpoint | None = None
    until: float = 0

    def read(self) -> Checkpoint | None:
        """The last checkpoint, at most five minutes old."""
        if time.monotonic() >= self.until:
            self.checkpoint, self.until = ledger.last_checkpoint(), time.monotonic() + 300
        return self.checkpoint


foot = Foot()


def page(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner, main navigation, what the person is, and the checkpoint at the foot of full pages."""
    held = getattr(request, "held", None) or []
    roles = dict.fromkeys(Role(membership.role).label for membership in held)
    return {
        "demo": settings.DEMO,
        "navigation": entries(request),
        "me": ", ".join(roles),
        "checkpoint": SimpleLazyObject(foot.read),
    }
