"""What one may ask of answers. Whoever opens a draft has its link."""

from __future__ import annotations

from palier.answers.models import Draft, Slip
from palier.answers.sealing import draft_row, open_draft, open_slip, slip_row
from palier.questionnaires.queries import built
from palier.questionnaires.rules.form import Questionnaire, Value
from palier.surveys.models import Wave


def form_of(wave: Wave) -> Questionnaire:
    """What a wave asks."""
    return built(wave.questionnaire_id)


def draft(*, token: str) -> dict[str, Value]:
    """The answer in progress of a link, empty when there is none."""
    found = Draft.objects.filter(row=draft_row(token)).values_list("sealed", flat=True).first()
    return open_draft(token, bytes(found)) if found else {}


def given(*, token: str) -> dict[str, Value] | None:
    """The answer that a link gave, while it is in the urn; None once it is among the others."""
    found = Slip.objects.filter(row=slip_row(token)).values_list("wave", "sealed").first()
    if found is None:
        return None
    said: dict[str, Value] = open_slip(bytes(found[1]), wave=found[0])["said"]
    return said
