"""Addresses of the register: permanent, since they are printed on certificates and written in badges."""

from django.urls import path

from palier.web.register import data, label, mark, public, verify

_FILE = "organismes/<int:landlord_id>/label/"
urlpatterns = [
    path("registre/", public.register, name="register"),
    path("registre/registre.<str:form>", data.export, name="register_export"),
    path("registre/donnees/", public.about, name="register_about"),
    path("registre/schema.json", data.schema, name="register_schema"),
    path("registre/emetteur.json", data.issuer, name="register_issuer"),
    path("registre/label.json", data.achievement, name="register_achievement"),
    path("registre/etats.jwt", data.states, name="register_states"),
    path("registre/cles/<str:fingerprint>.json", data.key, name="register_key"),
    path("registre/<str:siren>/", public.landlord, name="register_landlord"),
    path("verifier/", verify.ask, name="verify"),
    path("verifier/<str:verification>/", verify.verify, name="verify_code"),
    path("verifier/<str:verification>/certificat.json", data.twin, name="verify_twin"),
    path("verifier/<str:verification>/certificat-atteste.json", data.attested, name="verify_attested"),
    path(_FILE, label.mark, name="mark"),
    path(f"{_FILE}certificats/<int:certificate_id>.pdf", label.certificate_pdf, name="certificate_pdf"),
    path(f"{_FILE}certificats/<int:certificate_id>.jwt", label.certificate_badge, name="certificate_badge"),
    path(f"{_FILE}marque/<int:piece_id>/", label.piece, name="mark_piece"),
    path(f"{_FILE}marque/palier.<str:form>", label.shipped, name="mark_shipped"),
    path(f"{_FILE}usages/declarer/", label.declare, name="mark_declare"),
    path(f"{_FILE}usages/<int:use_id>/retirer/", label.remove, name="mark_remove"),
    path("marque/", mark.scheme, name="mark_scheme"),
    path("marque/<int:piece_id>/retirer/", mark.withdraw, name="mark_withdraw"),
]
