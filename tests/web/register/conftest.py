"""The committee that decides, for the pages of the register."""

from tests.register.conftest import scene

__all__ = ["scene"]
