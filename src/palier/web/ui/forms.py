"""How Django's forms are drawn: our templates, French words, no style of their own."""

from django.forms.renderers import TemplatesSetting


class PalierRenderer(TemplatesSetting):
    """Forms and fields through ``ui/fields/``; widgets through the project's templates."""

    form_template_name = "ui/fields/form.html"
    formset_template_name = "ui/fields/formset.html"
    field_template_name = "ui/fields/field.html"
