"""Forms of the directory's pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.validators import MinValueValidator

from palier.directory.models import Group, Landlord, Organisation
from palier.directory.queries import associations_known_to, organisation_called, organisations
from palier.directory.rules import Kind, LandlordType, Role, siren
from palier.web.ui.forms import DayInput


class InviteForm(forms.Form):
    """Somebody to invite, and the role proposed."""

    name = forms.CharField(label="Nom affiché", max_length=120, help_text="Celui que les autres liront.")
    email = forms.EmailField(label="Adresse électronique")
    role = forms.ChoiceField(label="Rôle")

    def __init__(self, *args: object, roles: Iterable[Role], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        order = list(Role)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, role.label) for role in sorted(roles, key=order.index)
        ]
        if len(self.fields["role"].choices) == 1:  # type: ignore[attr-defined]
            self.fields["role"].initial = self.fields["role"].choices[0][0]  # type: ignore[attr-defined]
            self.fields["role"].widget = forms.HiddenInput()


class LastDayForm(forms.Form):
    """The day after which a role is over."""

    last_day = forms.DateField(
        label="Dernier jour",
        required=False,
        help_text="Le rôle tient encore ce jour-là. Laissez vide pour un rôle sans terme.",
        widget=DayInput(),
    )

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["last_day"].validators.append(
            MinValueValidator(today, "Ce jour est passé : choisissez aujourd’hui ou un jour à venir.")
        )


class SirenForm(forms.Form):
    """A form with a SIREN, checked by the rule."""

    siren_number = forms.CharField(
        label="Numéro SIREN",
        max_length=20,
        required=False,
        help_text="9 chiffres, ceux du répertoire Sirene ; les espaces ne comptent pas. Laissez vide si vous ne l’avez pas.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_siren_number(self) -> str:
        """Nine digits with the right key, or nothing."""
        number = str(self.cleaned_data["siren_number"])
        if number.strip() and not (verdict := siren(number)):
            raise forms.ValidationError(verdict.sentence)
        return number


class OrganisationForm(SirenForm):
    """An organisation that is not a landlord."""

    name = forms.CharField(label="Nom", max_length=160)
    field_order = ("kind", "name", "siren_number")


class NewOrganisationForm(OrganisationForm):
    """The same, with its kind."""

    kind = forms.ChoiceField(label="Nature", choices=[(k.value, k.label) for k in Kind if k is not Kind.LANDLORD])


class LandlordForm(SirenForm):
    """A landlord's sheet."""

    name = forms.CharField(label="Nom", max_length=160)
    landlord_type = forms.ChoiceField(label="Famille", choices=[(t.value, t.label) for t in LandlordType])
    federation = forms.ModelChoiceField(Organisation.objects.none(), label="Fédération", required=False)
    regional_association = forms.ModelChoiceField(Organisation.objects.none(), label="Association régionale", required=False)
    declared_dwellings = forms.IntegerField(
        label="Logements déclarés", min_value=0, max_value=2_000_000, help_text="Le patrimoine importé donne le nombre exact."
    )
    field_order = ("name", "siren_number", "landlord_type", "federation", "regional_association", "declared_dwellings")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, kind in (("federation", Kind.FEDERATION), ("regional_association", Kind.REGIONAL_ASSOCIATION)):
            self.fields[name].queryset = organisations(kind=kind)  # type: ignore[attr-defined]

    @staticmethod
    def values_of(landlord: Landlord) -> dict[str, object]:
        """The sheet as the form shows it."""
        return {
            "name": landlord.name,
            "siren_number": landlord.siren,
            "landlord_type": landlord.landlord_type,
            "federation": landlord.federation_id,
            "regional_association": landlord.regional_association_id,
            "declared_dwellings": landlord.declared_dwellings,
        }


class SheetForm(LandlordForm):
    """The sheet as it stood when the page was read: a later change by somebody else is not lost."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class OrganisationSheetForm(OrganisationForm):
    """The same for the other organisations."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class FindForm(forms.Form):
    """What one looks for among organisations."""

    text = forms.CharField(label="Nom ou SIREN", required=False, max_length=100)
    kind = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *((k.value, k.label) for k in Kind)])
    group = forms.ModelChoiceField(
        Group.objects.order_by("plain_name", "pk"), label="Groupe", required=False, empty_label="Tous"
    )


class BoardForm(forms.Form):
    """A mandate on a board."""

    role = forms.CharField(label="Fonction", max_length=80, help_text="Par exemple : administratrice, présidence du conseil.")
    starts_on = forms.DateField(label="Depuis le", widget=DayInput())
    ends_on = forms.DateField(
        label="Jusqu’au", required=False, widget=DayInput(), help_text="Laissez vide pour un mandat en cours."
    )


class OthersBoardForm(BoardForm):
    """Somebody's mandate on the board of the organisation."""

    name = forms.CharField(label="Nom affiché", max_length=120, help_text="Celui que les autres liront.")
    email = forms.EmailField(
        label="Adresse électronique", help_text="La personne en est avertie. Aucun accès ne s’ouvre pour elle."
    )
    field_order = ("name", "email", "role", "starts_on", "ends_on")


class OwnBoardForm(BoardForm):
    """One's own mandate on the board of an organisation that Palier knows."""

    organisation = forms.CharField(
        label="Organisme", max_length=160, help_text="Son nom exact, ou son SIREN.", widget=forms.TextInput()
    )
    field_order = ("organisation", "role", "starts_on", "ends_on")

    def clean_organisation(self) -> Organisation:
        """The organisation of this name or SIREN."""
        found = organisation_called(text=self.cleaned_data["organisation"])
        if found is None:
            raise forms.ValidationError("Palier ne connaît pas d’organisme sous ce nom ou ce SIREN : vérifiez-le.")
        return found


class GroupForm(forms.Form):
    """A group of landlords."""

    name = forms.CharField(label="Nom du groupe", max_length=160)


class GroupMemberForm(forms.Form):
    """A landlord that belongs to a group."""

    landlord = forms.ModelChoiceField(
        Landlord.objects.filter(closed_on__isnull=True).order_by("plain_name", "pk"),
        label="Organisme",
        empty_label="Choisir un organisme",
    )
    starts_on = forms.DateField(label="Depuis le", widget=DayInput())


class AssociationForm(forms.Form):
    """A tenants' association present in the stock: one that Palier knows, or the name of another."""

    known = forms.ModelChoiceField(Organisation.objects.none(), label="Association connue de Palier", required=False)
    name = forms.CharField(label="Ou le nom d’une autre", max_length=160, required=False)

    def __init__(self, *args: object, landlord: Landlord, present: Iterable[Organisation], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        others = associations_known_to(landlord=landlord.pk).exclude(pk__in=[o.pk for o in present])
        self.fields["known"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> None:
        """One of the two."""
        if bool(self.cleaned_data.get("known")) == bool(self.cleaned_data.get("name")):
            raise forms.ValidationError("Choisissez une association connue, ou écrivez le nom d’une autre.")
