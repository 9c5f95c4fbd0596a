"""What one fills in to prepare a session, to answer its convocation and to declare."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from django import forms
from django.http import QueryDict

from palier.calendar import PARIS
from palier.committee.models import Mandate, Session
from palier.committee.rules.agenda import Coming
from palier.committee.rules.conflicts import Clue, Interest
from palier.committee.rules.seats import Recusal as Reach
from palier.web.ui.forms import DayInput, HourInput, offer


class AgainForm(forms.Form):
    """When a session is held."""

    day = forms.DateField(label="Jour", widget=DayInput())
    starts = forms.TimeField(label="De", widget=HourInput(), initial="14:00")
    ends = forms.TimeField(label="À", widget=HourInput(), initial="17:00")

    def given(self) -> dict[str, Any]:
        """Its instants, from the clocks of Paris."""
        day = self.cleaned_data["day"]
        return {
            "starts_at": datetime.combine(day, self.cleaned_data["starts"], tzinfo=PARIS),
            "ends_at": datetime.combine(self.cleaned_data.get("last_day") or day, self.cleaned_data["ends"], tzinfo=PARIS),
        }


class MoveForm(AgainForm):
    """When a session that nobody knows of yet is held instead; a written consultation also says its last day."""

    last_day = forms.DateField(label="Dernier jour", widget=DayInput())
    field_order = ("day", "starts", "last_day", "ends")

    def __init__(self, data: QueryDict | None, *, session: Session) -> None:
        starts, ends = session.starts_at.astimezone(PARIS), session.ends_at.astimezone(PARIS)
        stands = {"day": starts.date(), "starts": starts.time(), "last_day": ends.date(), "ends": ends.time()}
        super().__init__(data, initial=stands)
        if not session.written:
            del self.fields["last_day"]


class SessionForm(AgainForm):
    """A session to prepare."""

    written = forms.ChoiceField(
        label="Forme",
        choices=[("no", "Une séance, sur place ou à distance"), ("yes", "Une consultation écrite, jusqu’à son terme")],
        widget=forms.RadioSelect,
        initial="no",
    )
    last_day = forms.DateField(
        label="Dernier jour",
        required=False,
        widget=DayInput(),
        help_text="Pour une consultation écrite qui dure plusieurs jours.",
    )
    place = forms.CharField(label="Lieu", required=False, max_length=200)
    remote_link = forms.URLField(label="Lien de visioconférence", required=False, assume_scheme="https")
    field_order = ("written", "day", "starts", "last_day", "ends", "place", "remote_link")

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        said = self.cleaned_data
        return super().given() | {
            "written": said["written"] == "yes",
            "place": said["place"],
            "remote_link": said["remote_link"],
        }


class ReplyForm(forms.Form):
    """Whether one comes."""

    coming = forms.ChoiceField(
        label="Votre réponse",
        choices=[
            (Coming.PRESENT.value, "Je viens"),
            (Coming.REMOTE.value, "Je viens à distance"),
            (Coming.ABSENT.value, "Je ne viens pas"),
        ],
        widget=forms.RadioSelect,
    )


class DeclareForm(forms.Form):
    """What one declares on a matter."""

    interest = forms.ChoiceField(
        label="Votre lien avec ce dossier",
        choices=[(i.value, i.label) for i in Interest],
        widget=forms.RadioSelect,
        help_text="« Je ne sais pas » retient le point : il ne s’ouvre qu’une fois la question tranchée, par une nouvelle déclaration de vous ou par une récusation.",
    )
    text = forms.CharField(
        label="Lequel",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Emploi, mandat, audit, famille… Un lien déclaré vous récuse : la suppléance peut siéger.",
    )


def in_seats(members: Collection[Mandate]) -> list[tuple[int, str]]:
    """Members to choose among, each with their seat."""
    return [(m.pk, f"{m.person.name}, siège {m.seat.number}") for m in members]


class RecuseForm(forms.Form):
    """Who takes no part in a matter."""

    mandate = forms.TypedChoiceField(label="Personne", coerce=int)
    reach = forms.ChoiceField(label="Portée", choices=[(r.value, r.label) for r in Reach], widget=forms.RadioSelect)
    because = forms.CharField(
        label="Motif", widget=forms.Textarea(attrs={"rows": 2}), help_text="Il figurera au procès-verbal."
    )

    def __init__(self, *args: Any, members: Collection[Mandate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "mandate", in_seats(members))


class ReviewForm(forms.Form):
    """What is made of a likely conflict."""

    clue = forms.ChoiceField(label="Lien possible")
    confirmed = forms.ChoiceField(
        label="Votre réponse",
        choices=[("yes", "Confirmer : la personne est récusée"), ("no", "Écarter : la personne peut siéger")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Pourquoi", widget=forms.Textarea(attrs={"rows": 2}), help_text="La réponse vaut aussi pour les séances à venir."
    )

    def __init__(self, *args: Any, clues: Collection[Clue], members: Collection[Mandate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {m.person_id: m.person.name for m in members}
        self._clues = {f"{clue.person} {clue.ground} {clue.detail}": clue for clue in clues if clue.confirmed is not False}
        offer(
            self,
            "clue",
            [
                (key, f"{names[clue.person]} {clue.ground.label}" + (f" ({clue.detail})" if clue.detail else ""))
                for key, clue in self._clues.items()
            ],
        )

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        said = self.cleaned_data
        return {"clue": self._clues[said["clue"]], "confirmed": said["confirmed"] == "yes", "reason": said["reason"]}


class BecauseForm(forms.Form):
    """A reason."""

    because = forms.CharField(label="Pourquoi", widget=forms.Textarea(attrs={"rows": 2}))


class VoidingForm(BecauseForm):
    """Why a poll is to be void, or not; ``read`` is the request that the page showed."""

    read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_read(self) -> int:
        """Its id; 0 when the page showed none."""
        return self.cleaned_data["read"] or 0

    def stand_on(self, read: int) -> None:
        """Carry the request that the page shows."""
        self.initial["read"] = read
        if self.is_bound:
            self.data = given = cast(QueryDict, self.data).copy()
            given["read"] = str(read)
