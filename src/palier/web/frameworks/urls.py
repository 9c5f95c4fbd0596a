"""Addresses of the frameworks pages."""

from django.urls import path

from palier.web.frameworks import assessments, evidence, grids, rating

_FILE = "organismes/<int:landlord_id>/evaluations/"
_ONE = f"{_FILE}<int:assessment_id>/"
_CRITERION = f"{_ONE}criteres/<slug:criterion>/"
urlpatterns = [
    path("grilles/", grids.frameworks, name="frameworks"),
    path("grilles/importer/", grids.publish, name="framework_import"),
    path("grilles/<slug:code>/<int:number>/", grids.version, name="framework_version"),
    path("grilles/<slug:code>/<int:number>/fichier/", grids.source, name="framework_source"),
    path("grilles/<slug:code>/<int:old>/<int:new>/", grids.changes, name="framework_changes"),
    path(_FILE, assessments.assessments, name="assessments"),
    path(_ONE, assessments.assessment, name="assessment"),
    path(f"{_ONE}terminer/", assessments.finish, name="assessment_finish"),
    path(f"{_ONE}rouvrir/", assessments.reopen, name="assessment_reopen"),
    path(f"{_ONE}confier/", assessments.entrust, name="assessment_entrust"),
    path(f"{_ONE}reprendre/", assessments.carry_over, name="assessment_carry_over"),
    path(f"{_ONE}imprimer/", assessments.printable, name="assessment_print"),
    path(f"{_ONE}exporter/<slug:form>/", assessments.export, name="assessment_export"),
    path(f"{_ONE}themes/<slug:theme>/", rating.theme, name="assessment_theme"),
    path(_CRITERION, rating.criterion, name="assessment_criterion"),
    path(f"{_CRITERION}textes/", rating.texts, name="assessment_texts"),
    path(f"{_CRITERION}preuves/", evidence.evidence, name="assessment_evidence"),
    path(f"{_CRITERION}preuves/<int:document_id>/retirer/", evidence.detach, name="assessment_detach"),
]
