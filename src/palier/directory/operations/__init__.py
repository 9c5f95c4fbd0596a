"""What one may do in the directory, by subject: organisations, members, files opened to others, access."""

from palier.directory.operations.access import (
    accept_invitation,
    ask_access_link,
    choose_password,
    create_api_token,
    grant_access_link,
    invite,
    resend_invitation,
    resolve_api_token,
    revoke_api_token,
    use_access_link,
    withdraw_invitation,
)
from palier.directory.operations.addresses import ask_address, confirm_address
from palier.directory.operations.boards import (
    declare_board,
    end_board,
    enter_board,
    found_group,
    join_group,
    leave_group,
)
from palier.directory.operations.files import add_association, close_file, let_back_in, open_file, remove_association, shut_out
from palier.directory.operations.members import add_member, end_membership, enter_person, limit_membership, rename_person
from palier.directory.operations.organisations import add_landlord, add_organisation, update_landlord, update_organisation

__all__ = [
    "accept_invitation",
    "add_association",
    "add_landlord",
    "add_member",
    "add_organisation",
    "ask_access_link",
    "ask_address",
    "choose_password",
    "close_file",
    "confirm_address",
    "create_api_token",
    "declare_board",
    "end_board",
    "end_membership",
    "enter_board",
    "enter_person",
    "found_group",
    "grant_access_link",
    "invite",
    "join_group",
    "leave_group",
    "let_back_in",
    "limit_membership",
    "open_file",
    "remove_association",
    "rename_person",
    "resend_invitation",
    "resolve_api_token",
    "revoke_api_token",
    "shut_out",
    "update_landlord",
    "update_organisation",
    "use_access_link",
    "withdraw_invitation",
]
