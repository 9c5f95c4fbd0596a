"""Publishing versions of grids."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from importlib import resources

from django.db import transaction
from django.db.models import Max

from palier.calendar import in_words
from palier.directory.models import Person
from palier.frameworks.models import Framework, FrameworkVersion
from palier.frameworks.rules.purposes import same_use
from palier.frameworks.rules.reading import read
from palier.frameworks.rules.written import as_verdict
from palier.ledger.operations import record
from palier.ledger.rules import Audience, canonical
from palier.verdict import require

# The shipped grids hold from before the first journey that an installation may know of.
SHIPPED_FROM = date(2016, 1, 1)


@transaction.atomic
def import_version(*, text: str, by: Person | None, at: datetime, effective_from: date) -> FrameworkVersion:
    """Publish a grid written in YAML as the next version of its code. The same grid twice gives the version already there.

    Raises:
        Refusal: with one reason for each line that cannot be read, or when the code is that of a grid for another use.
    """
    body, problems = read(text)
    require(as_verdict(problems, "frameworks.unreadable"))
    Framework.objects.get_or_create(code=body["code"], defaults={"purpose": body["purpose"]})
    framework = Framework.objects.select_for_update().get(code=body["code"])
    require(same_use(framework.code, was=framework.purpose, now=body["purpose"]))
    sha256 = hashlib.sha256(canonical(body)).hexdigest()
    if known := FrameworkVersion.objects.filter(framework=framework, sha256=sha256).first():
        return known
    last = FrameworkVersion.objects.filter(framework=framework).aggregate(last=Max("number"))["last"] or 0
    version = FrameworkVersion.objects.create(
        framework=framework,
        number=last + 1,
        title=body["title"],
        source=text,
        body=body,
        sha256=sha256,
        published_at=at,
        published_by=by,
        effective_from=effective_from,
    )
    record(
        act="frameworks.version_published",
        by=by.pk if by else None,
        at=at,
        on=("frameworks.framework", framework.pk),
        landlord=None,
        summary=f"a publié la version {version.number} de la grille « {version.title} », en vigueur dès le {in_words(effective_from)}.",
        facts={"code": framework.code, "number": version.number, "sha256": sha256, "from": effective_from.isoformat()},
        audience=Audience.SCHEME,
    )
    return version


def load_shipped(*, at: datetime) -> list[FrameworkVersion]:
    """Publish the grids that come with Palier, those already there excepted. The label's owner then changes them at will."""
    folder = resources.files("palier.frameworks").joinpath("grids")
    texts = [
        file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda f: f.name)
        if file.name.endswith(".yaml")
    ]
    return [import_version(text=text, by=None, at=at, effective_from=SHIPPED_FROM) for text in texts]
