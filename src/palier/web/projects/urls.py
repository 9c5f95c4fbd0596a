"""Addresses of the pages of local projects."""

from django.urls import path

from palier.web.projects import acts, diagnosis, help, linked, partners, views  # noqa: A004 - the room's own word

_ALL = "organismes/<int:landlord_id>/projets/"
_ONE = f"{_ALL}<int:project_id>/"
_HELP = f"{_ONE}appui/<int:help_id>/"

urlpatterns = [
    path(_ALL, views.projects, name="projects"),
    path(f"{_ALL}export/<str:form>/", views.export, name="projects_export"),
    path(f"{_ALL}ouvrir/", acts.open_project, name="project_open"),
    path(_ONE, views.project, name="project"),
    path(f"{_ONE}imprimer/", views.whole, name="project_whole"),
    path(f"{_ONE}definir/", acts.change, name="project_change"),
    path(f"{_ONE}passer/", acts.pass_stage, name="project_pass"),
    path(f"{_ONE}revenir/", acts.step_back, name="project_step_back"),
    path(f"{_ONE}arreter/", acts.abandon, name="project_abandon"),
    path(f"{_ONE}evaluer/", acts.evaluate, name="project_evaluate"),
    path(f"{_ONE}habitants/", acts.involve, name="project_involve"),
    path(f"{_ONE}habitants/<int:involvement_id>/retirer/", acts.withdraw_involvement, name="project_involvement_withdraw"),
    path(f"{_ONE}associer/", acts.associate, name="project_associate"),
    path(f"{_ONE}diagnostic/", diagnosis.diagnosis, name="project_diagnosis"),
    path(f"{_ONE}diagnostic/grille/", diagnosis.start, name="project_grid"),
    path(f"{_ONE}diagnostic/constats/ajouter/", diagnosis.add_finding, name="project_finding_add"),
    path(f"{_ONE}diagnostic/constats/<int:finding_id>/retirer/", diagnosis.withdraw_finding, name="project_finding_withdraw"),
    path(f"{_ONE}diagnostic/constats/<int:finding_id>/reprendre/", diagnosis.restore_finding, name="project_finding_restore"),
    path(f"{_ONE}actions/ajouter/", linked.add, name="project_action_add"),
    path(f"{_ONE}actions/relier/", linked.link, name="project_action_link"),
    path(f"{_ONE}actions/<int:link_id>/partager/", linked.assign, name="project_action_assign"),
    path(f"{_ONE}actions/<int:link_id>/detacher/", linked.unlink, name="project_action_unlink"),
    path(f"{_ONE}partenaires/inviter/", partners.invite, name="project_partner_invite"),
    path(f"{_ONE}partenaires/<int:partner_id>/renvoyer/", partners.renew, name="project_partner_renew"),
    path(f"{_ONE}partenaires/<int:partner_id>/fermer/", partners.revoke, name="project_partner_revoke"),
    path(f"{_ONE}partenaires/paroles/<int:word_id>/reprendre/", partners.take_over, name="project_word_take_over"),
    path("projet-partage/<str:token>/", partners.shared, name="project_shared"),
    path("projet-partage/<str:token>/actions/<int:link_id>/", partners.report, name="project_shared_report"),
    path(f"{_ONE}appui/demander/", help.ask, name="project_help_ask"),
    path(_HELP, help.request_page, name="project_help"),
    path(f"{_HELP}prendre-en-charge/", help.acknowledge, name="project_help_acknowledge"),
    path(f"{_HELP}repondre/", help.respond, name="project_help_answer"),
    path(f"{_HELP}clore/", help.close, name="project_help_close"),
]
