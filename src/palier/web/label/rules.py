"""The scheme's rules: versions, what changes from one to the next, drafting and publishing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import queries as committee
from palier.consultation.rules import Duty
from palier.directory.rules import Right, Thing
from palier.documents.rules import KINDS
from palier.label import operations
from palier.label import queries as label
from palier.label.models import RuleSetVersion
from palier.label.rules.rulesets import NUMBER_WORDS, Difference, RuleSet, differences, parse
from palier.label.rules.stages import LIVE, Stage
from palier.label.rules.steps import GUARD_WORDS, SWITCHABLE, Guard
from palier.minutes import queries as minutes
from palier.verdict import YES, Conflict, Refusal, Verdict, require
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.ui.forms import SAME, DayInput, DraftForm


class NumbersField(forms.CharField):
    """Whole numbers, separated by commas; anything else is an error that names it."""

    def clean(self, value: Any) -> list[int]:
        """The numbers, in the order written."""
        parts = re.split(r"[\s,;+]+", super().clean(value))
        if wrong := [part for part in parts if part and not re.fullmatch(r"[0-9]{1,4}", part)]:
            raise forms.ValidationError(
                f"« {wrong[0]} » n’est pas un nombre entier : écrivez des nombres séparés par des virgules, par exemple 30, 7."
            )
        return [int(part) for part in parts if part]


class RuleSetForm(DraftForm):
    """A version of the rules: durations, windows, what is due to tenants' representatives, pieces, guards."""

    title = forms.CharField(label="Titre", max_length=160)
    effective_from = forms.DateField(label="En vigueur à partir du", widget=DayInput())
    grants = NumbersField(
        label="Durées du label, en mois",
        help_text="« 36 » pour une seule durée, « 18, 18 » si le label se confirme à mi-chemin.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in NUMBER_WORDS.items():
            self.fields[name] = forms.IntegerField(label=words, min_value=0, max_value=2000)
        self.fields["guards_off"] = forms.MultipleChoiceField(
            label="Conditions levées",
            required=False,
            choices=[(g.value, GUARD_WORDS[g]) for g in Guard if g in SWITCHABLE],
            widget=forms.CheckboxSelectMultiple,
            help_text="Une condition cochée n’est plus exigée. La porte des représentants et les décisions du comité ne se lèvent pas.",
        )
        for stage in (stage for stage in Stage if stage in LIVE):
            self.fields[f"{stage}__days"] = forms.IntegerField(label="Jours", min_value=0, max_value=2000)
            self.fields[f"{stage}__duty"] = forms.ChoiceField(
                label="Dû aux représentants", choices=[(d.value, d.label) for d in Duty]
            )
            self.fields[f"{stage}__pieces"] = forms.MultipleChoiceField(
                label="Pièces",
                required=False,
                choices=[(code, kind.label) for code, kind in KINDS.items()],
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"{stage}__reminders"] = NumbersField(label="Rappels, en jours avant l’échéance", required=False)

    @property
    def general(self) -> list[forms.BoundField]:
        """The fields that are not of a stage."""
        return [self[name] for name in ("title", "effective_from", "grants", *NUMBER_WORDS, "guards_off")]

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The fields of each stage, and whether one of them is wrong."""
        found = []
        for stage in (stage for stage in Stage if stage in LIVE):
            fields = [self[f"{stage}__{part}"] for part in ("days", "duty", "reminders", "pieces")]
            found.append({"stage": stage, "fields": fields, "wrong": any(field.errors for field in fields)})
        return found

    def data_for(self, code: str) -> dict[str, Any]:
        """The rule set's plain data."""
        given = self.cleaned_data
        return {
            "code": code,
            "title": given["title"],
            "grants": given["grants"],
            **{name: given[name] for name in NUMBER_WORDS},
            "guards_off": given["guards_off"],
            "stages": {
                stage.value: {
                    "days": given[f"{stage}__days"],
                    "duty": given[f"{stage}__duty"],
                    "pieces": given[f"{stage}__pieces"],
                    "reminders": sorted(given[f"{stage}__reminders"], reverse=True),
                }
                for stage in LIVE
            },
        }


def _initial(rules: RuleSet) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "title": rules.title,
        "grants": ", ".join(map(str, rules.grants)),
        "guards_off": sorted(rules.guards_off),
    }
    initial |= {name: getattr(rules, name) for name in NUMBER_WORDS}
    for stage in LIVE:
        rule = rules.at(stage)
        initial |= {
            f"{stage}__days": rule.days,
            f"{stage}__duty": rule.duty,
            f"{stage}__pieces": list(rule.pieces),
            f"{stage}__reminders": ", ".join(map(str, rule.reminders)),
        }
    return initial


@door(GET=(Thing.RULE_SET, Right.READ))
def rule_sets(request: Request) -> HttpResponse:
    """Every version, in force, past and drafted."""
    versions = list(label.rule_sets(roles=request.roles))
    return render(
        request, "label/rule_sets.html", {"versions": versions, "history": entries_of(request, "label.rule_set", None)}
    )


@door(GET=(Thing.RULE_SET, Right.READ))
def rule_set(request: Request, version_id: int) -> HttpResponse:
    """One version: what it says, and what changes from the one before."""
    version = get_object_or_404(label.rule_sets(roles=request.roles), pk=version_id)
    rules = label.rules_of(version)
    before = RuleSetVersion.objects.filter(code=version.code, number__lt=version.number).order_by("-number").first()
    matter = None if version.published_at else committee.awaiting(rule_set=version.pk)
    in_time = YES if version.published_at else operations.may_take_effect(draft=version, on=request.on)
    context = {
        "version": version,
        "rules": rules,
        "numbers": [(words, getattr(rules, name)) for name, words in NUMBER_WORDS.items()],
        "stages": [
            {"stage": stage, "rule": rules.at(stage), "pieces": [KINDS[kind].label for kind in rules.at(stage).pieces]}
            for stage in Stage
            if stage in LIVE
        ],
        "off": [GUARD_WORDS[guard] for guard in sorted(rules.guards_off)],
        "before": before,
        "differences": differences(label.rules_of(before), rules) if before else [],
        "journeys": version.journeys.filter(closed_at__isnull=True).count(),
        "may_write": bool(request.may(Right.WRITE, Thing.RULE_SET)),
        "matter": matter,
        "publishable": Verdict(committee.may_publish(waiting=matter).reasons + in_time.reasons),
        "in_time": in_time,
        "adopted": minutes.evolutions().filter(rule_set=version).first(),
        "history": entries_of(request, "label.rule_set", version.pk),
    }
    return render(request, "label/rule_set.html", context)


@door(GET=(Thing.RULE_SET, Right.WRITE), POST=(Thing.RULE_SET, Right.WRITE))
def draft_next(request: Request, version_id: int) -> HttpResponse:
    """Draft the version that follows one; a draft already under way is taken up instead of making a second."""
    version = get_object_or_404(RuleSetVersion, pk=version_id)
    draft = RuleSetVersion.objects.filter(code=version.code, published_at__isnull=True).first()
    if draft is not None and request.method == "GET":
        messages.info(request, f"Un brouillon de la version {draft.number} existe déjà : poursuivez-le.")
        return redirect("rule_set_change", version_id=draft.pk)
    initial = _initial(label.rules_of(version)) | {"effective_from": request.on + timedelta(days=30)}
    return _draft(request, RuleSetForm(request.POST or None, initial=initial), version, draft)


@door(GET=(Thing.RULE_SET, Right.WRITE), POST=(Thing.RULE_SET, Right.WRITE))
def change(request: Request, version_id: int) -> HttpResponse:
    """Change a draft."""
    version = get_object_or_404(RuleSetVersion, pk=version_id)
    kept = {"effective_from": version.effective_from, "over": version.drafted_at.isoformat()}
    return _draft(
        request, RuleSetForm(request.POST or None, initial=_initial(label.rules_of(version)) | kept), version, version
    )


def _draft(request: Request, form: RuleSetForm, version: RuleSetVersion, draft: RuleSetVersion | None) -> HttpResponse:
    """The page that writes a draft; after somebody else has written it meanwhile, with what differs."""
    context: dict[str, Any] = {"form": form, "version": version, "new": draft is None}
    if form.is_valid() and (data := _sound(form, version.code)):
        day = form.cleaned_data["effective_from"]
        given: dict[str, Any] = {"data": data, "effective_from": day, "by": request.user, "at": request.at}
        try:
            if draft is None:
                draft = operations.draft_rule_set(**given)
            else:
                draft = operations.change_draft(draft=draft, over=form.cleaned_data["over"], **given)
        except Conflict as conflict:
            theirs = cast(RuleSetVersion, conflict.theirs)
            form.stand_on(theirs.drafted_at)
            context |= {"theirs": theirs, "sentence": conflict.verdict.sentence}
            found = differences(label.rules_of(theirs), parse(data))
            if day != theirs.effective_from:
                found.append(Difference("En vigueur à partir du", f"{theirs.effective_from:%d/%m/%Y}", f"{day:%d/%m/%Y}"))
            context["mine"] = "\n".join(f"{one.where} : {one.after}" for one in found) or SAME
            context["kept"] = "\n".join(f"{one.where} : {one.before}" for one in found) or SAME
        else:
            messages.success(request, "Le brouillon est enregistré : relisez ce qui change avant de publier.")
            return redirect("rule_set", version_id=draft.pk)
    status = 409 if "theirs" in context else 422 if form.errors else 200
    return render(request, "label/rule_set_form.html", context, status=status)


def _sound(form: RuleSetForm, code: str) -> dict[str, Any] | None:
    """The form's data once they make a rule set; the problems are said on the form."""
    data = form.data_for(code)
    try:
        parse(data)
    except Refusal as refusal:
        for reason in refusal.verdict.reasons:
            form.add_error(None, reason.sentence)
        return None
    return data


@door(POST=(Thing.RULE_SET, Right.WRITE))
def publish(request: Request, version_id: int) -> HttpResponse:
    """Put a draft in force from its day."""
    version = get_object_or_404(RuleSetVersion, pk=version_id)
    require(committee.may_publish(waiting=committee.awaiting(rule_set=version.pk)))
    operations.publish_rule_set(draft=version, by=request.user, at=request.at)
    messages.success(request, f"La version {version.number} est publiée. Les parcours ouverts gardent la leur.")
    return redirect("rule_set", version_id=version.pk)


@door(POST=(Thing.RULE_SET, Right.WRITE))
def drop(request: Request, version_id: int) -> HttpResponse:
    """Drop a draft."""
    version = get_object_or_404(RuleSetVersion, pk=version_id)
    operations.drop_draft(draft=version, by=request.user, at=request.at)
    messages.success(
        request, f"Le brouillon de la version {version.number} est abandonné. Les règles en vigueur n’ont pas changé."
    )
    return redirect("rule_sets")
