"""Addresses of the label's pages: the review of a file, the scheme's rules."""

from django.urls import path

from palier.web.label import review, rules

urlpatterns = [
    path("organismes/<int:landlord_id>/instruction/", review.file_review, name="file_review"),
    path("organismes/<int:landlord_id>/instruction/note/", review.note, name="instruction_note"),
    path("organismes/<int:landlord_id>/instruction/pieces/<int:piece_id>/", review.check, name="piece_check"),
    path("organismes/<int:landlord_id>/instruction/corrections/", review.ask, name="correction_ask"),
    path("organismes/<int:landlord_id>/instruction/corrections/<int:correction_id>/", review.answer, name="correction_answer"),
    path(
        "organismes/<int:landlord_id>/instruction/corrections/<int:correction_id>/retirer/",
        review.withdraw,
        name="correction_withdraw",
    ),
    path("regles/", rules.rule_sets, name="rule_sets"),
    path("regles/<int:version_id>/", rules.rule_set, name="rule_set"),
    path("regles/<int:version_id>/suivante/", rules.draft_next, name="rule_set_next"),
    path("regles/<int:version_id>/modifier/", rules.change, name="rule_set_change"),
    path("regles/<int:version_id>/publier/", rules.publish, name="rule_set_publish"),
    path("regles/<int:version_id>/abandonner/", rules.drop, name="rule_set_drop"),
]
