import django.db.models.deletion
from django.db import migrations, models

ITEM = """
DROP TRIGGER committee_item_asks_the_same ON committee_item;
CREATE TRIGGER committee_item_asks_the_same BEFORE UPDATE ON committee_item
    FOR EACH ROW WHEN (
        (NEW.session_id, NEW.matter, NEW.title, NEW.presentation, NEW.journey_id, NEW.firm_id, NEW.candidate_id, NEW.rule_set_id,
         NEW.grid, NEW.proposal{new})
        IS DISTINCT FROM
        (OLD.session_id, OLD.matter, OLD.title, OLD.presentation, OLD.journey_id, OLD.firm_id, OLD.candidate_id, OLD.rule_set_id,
         OLD.grid, OLD.proposal{old})
    ) EXECUTE FUNCTION committee_refuses();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0008_what_a_review_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="minutes_of",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="committee.session"
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="matter",
            field=models.CharField(
                choices=[
                    ("admissibility", "Admissibilité d’un organisme"),
                    ("award", "Attribution du label"),
                    ("confirmation", "Confirmation du label"),
                    ("renewal", "Renouvellement du label"),
                    ("withdrawal", "Suspension ou retrait du label"),
                    ("accreditation", "Agrément pour l’audit"),
                    ("evolution", "Évolution des règles ou d’une grille"),
                    ("minutes", "Approbation d’un procès-verbal"),
                    ("other", "Autre sujet"),
                ],
                max_length=20,
                verbose_name="sujet",
            ),
        ),
        migrations.AlterField(
            model_name="poll",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("admissible", "Admissible"),
                    ("admissible_with_reservations", "Admissible avec réserves"),
                    ("plan_deferred", "Ajourné, complément demandé"),
                    ("not_admissible", "Non admissible"),
                    ("renewed", "Label renouvelé"),
                    ("label_awarded", "Label attribué"),
                    ("award_deferred", "Attribution ajournée"),
                    ("award_refused", "Attribution refusée"),
                    ("confirmed", "Label confirmé"),
                    ("confirmed_with_reservations", "Label confirmé avec réserves"),
                    ("confirmation_deferred", "Confirmation ajournée"),
                    ("not_confirmed", "Non confirmé, procédure de retrait"),
                    ("suspended", "Label suspendu"),
                    ("suspension_lifted", "Suspension levée"),
                    ("withdrawn", "Label retiré"),
                    ("maintained", "Label maintenu"),
                    ("accredited", "Agrément accordé"),
                    ("accreditation_renewed", "Agrément renouvelé"),
                    ("accreditation_refused", "Agrément refusé"),
                    ("accreditation_suspended", "Agrément suspendu"),
                    ("accreditation_restored", "Suspension de l’agrément levée"),
                    ("accreditation_withdrawn", "Agrément retiré"),
                    ("evolution_adopted", "Évolution adoptée"),
                    ("evolution_rejected", "Évolution écartée"),
                    ("minutes_approved", "Procès-verbal approuvé"),
                    ("minutes_rejected", "Procès-verbal non approuvé"),
                ],
                max_length=32,
            ),
        ),
        migrations.RunSQL(ITEM.format(new=", NEW.minutes_of_id", old=", OLD.minutes_of_id"), ITEM.format(new="", old="")),
    ]
