"""What one may do in the register: issue and seal certificates, follow what befalls them; the mark's uses and kit."""

from palier.register.operations.issuing import catch_up, issue
from palier.register.operations.marks import add_to_kit, confirm_removal, declare_use, withdraw_from_kit
from palier.register.operations.sealing import seal_due

__all__ = [
    "add_to_kit",
    "catch_up",
    "confirm_removal",
    "declare_use",
    "issue",
    "seal_due",
    "withdraw_from_kit",
]
