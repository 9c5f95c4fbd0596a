"""Publishing versions of questionnaires."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from importlib import resources

from django.db import transaction
from django.db.models import Max

from palier.directory.models import Organisation, Person
from palier.frameworks.rules.written import as_verdict
from palier.ledger.operations import record
from palier.ledger.rules import Audience, canonical
from palier.questionnaires.models import Questionnaire, QuestionnaireVersion
from palier.questionnaires.rules.form import Audience as Asked
from palier.questionnaires.rules.reading import Bank, read, read_bank
from palier.verdict import Refusal, no, require

_FOLDER = resources.files("palier.questionnaires")


@cache
def bank() -> Bank:
    """The questions that compare across waves, as they come with Palier.

    Raises:
        ValueError: when the file that comes with Palier is not well written.
    """
    found, problems = read_bank(_FOLDER.joinpath("bank.yaml").read_text(encoding="utf-8"))
    if problems:
        raise ValueError(problems)
    return found


@transaction.atomic
def import_version(*, text: str, owner: Organisation | None, by: Person | None, at: datetime) -> QuestionnaireVersion:
    """Publish a questionnaire written in YAML as the next version of its code. The same twice gives the version already there.

    Raises:
        Refusal: with one reason for each line that cannot be read, or when the code is that of another audience.
    """
    body, problems = read(text, bank())
    require(as_verdict(problems, "questionnaires.unreadable"))
    Questionnaire.objects.get_or_create(code=body["code"], owner=owner, defaults={"audience": body["audience"]})
    questionnaire = Questionnaire.objects.select_for_update().get(code=body["code"], owner=owner)
    if questionnaire.audience != body["audience"]:
        asked = Asked(questionnaire.audience).label
        sentence = f"Le questionnaire « {questionnaire.code} » est destiné {asked} : donnez un autre code à celui-ci."
        raise Refusal(no("questionnaires.other_audience", sentence))
    sha256 = hashlib.sha256(canonical(body)).hexdigest()
    if known := QuestionnaireVersion.objects.filter(questionnaire=questionnaire, sha256=sha256).first():
        return known
    last = questionnaire.versions.aggregate(last=Max("number"))["last"] or 0
    version = QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=last + 1,
        title=body["title"],
        source=text,
        body=body,
        sha256=sha256,
        published_at=at,
        published_by=by,
    )
    record(
        act="questionnaires.version_published",
        by=by.pk if by else None,
        at=at,
        on=("questionnaires.questionnaire", questionnaire.pk),
        landlord=None,
        summary=f"a publié la version {version.number} du questionnaire « {version.title} ».",
        facts={"code": questionnaire.code, "owner": owner.pk if owner else 0, "number": version.number, "sha256": sha256},
        audience=Audience.SCHEME,
    )
    return version


def load_shipped(*, at: datetime) -> list[QuestionnaireVersion]:
    """Publish the questionnaires that come with Palier, those already there excepted."""
    files = sorted(_FOLDER.joinpath("shipped").iterdir(), key=lambda file: file.name)
    texts = [file.read_text(encoding="utf-8") for file in files if file.name.endswith(".yaml")]
    return [import_version(text=text, owner=None, by=None, at=at) for text in texts]
