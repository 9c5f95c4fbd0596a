"""Addresses of the directory pages."""

from django.conf import settings
from django.urls import URLPattern, path

from palier.web.directory import addresses, boards, invitations, organisations, people, sign_in

urlpatterns: list[URLPattern] = [
    path("acces/", sign_in.ask_link, name="access_link"),
    path("acces/<str:token>/", sign_in.enter_by_link, name="enter_by_link"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("organismes/<int:landlord_id>/fiche/", organisations.sheet, name="landlord_sheet"),
    path("organismes/<int:landlord_id>/personnes/", people.people, name="people"),
    path("organismes/<int:landlord_id>/personnes/inviter/", people.invite, name="people_invite"),
    path("organismes/<int:landlord_id>/personnes/<int:membership_id>/finir/", people.end_role, name="people_end"),
    path("organismes/<int:landlord_id>/personnes/<int:membership_id>/terme/", people.limit_role, name="people_term"),
    path(
        "organismes/<int:landlord_id>/personnes/invitations/<int:invitation_id>/renvoyer/",
        people.resend_invitation,
        name="people_resend",
    ),
    path(
        "organismes/<int:landlord_id>/personnes/invitations/<int:invitation_id>/retirer/",
        people.withdraw_invitation,
        name="people_withdraw",
    ),
    path("organismes/<int:landlord_id>/conseil/ajouter/", boards.add_to_landlord, name="people_board_add"),
    path("organismes/<int:landlord_id>/conseil/<int:board_mandate_id>/finir/", boards.end_at_landlord, name="people_board_end"),
    path("organismes/<int:landlord_id>/associations/", people.associations, name="associations"),
    path(
        "organismes/<int:landlord_id>/associations/<int:association_id>/retirer/",
        people.remove_association,
        name="association_remove",
    ),
    path(
        "organismes/<int:landlord_id>/associations/<int:association_id>/inviter/",
        people.invite_representative,
        name="association_invite",
    ),
    path("personnes/<int:person_id>/adresse/", addresses.of_person, name="person_address"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/ajouter/", organisations.add_organisation, name="organisation_add"),
    path("organisations/ajouter/organisme/", organisations.add_landlord, name="landlord_add"),
    path("organisations/groupes/", boards.groups, name="groups"),
    path("organisations/groupes/<int:group_id>/", boards.group, name="group"),
    path(
        "organisations/groupes/<int:group_id>/organismes/<int:group_member_id>/retirer/",
        boards.leave_group,
        name="group_leave",
    ),
    path("organisations/<int:organisation_id>/conseil/ajouter/", boards.add_to_organisation, name="organisation_board_add"),
    path(
        "organisations/<int:organisation_id>/conseil/<int:board_mandate_id>/finir/",
        boards.end_at_organisation,
        name="organisation_board_end",
    ),
    path("organisations/<int:organisation_id>/", organisations.organisation, name="organisation"),
    path("organisations/<int:organisation_id>/inviter/", organisations.invite, name="organisation_invite"),
    path(
        "organisations/<int:organisation_id>/personnes/<int:membership_id>/finir/",
        organisations.end_role,
        name="organisation_end",
    ),
    path(
        "organisations/<int:organisation_id>/personnes/<int:membership_id>/terme/",
        organisations.limit_role,
        name="organisation_term",
    ),
    path(
        "organisations/<int:organisation_id>/invitations/<int:invitation_id>/renvoyer/",
        organisations.resend_invitation,
        name="organisation_resend",
    ),
    path(
        "organisations/<int:organisation_id>/invitations/<int:invitation_id>/retirer/",
        organisations.withdraw_invitation,
        name="organisation_withdraw",
    ),
]
if settings.DEMO:
    urlpatterns.append(path("demonstration/entrer/", sign_in.demo_enter, name="demo_enter"))
