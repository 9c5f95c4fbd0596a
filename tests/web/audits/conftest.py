"""The scene of audits, for their pages."""

from tests.audits.scene import make_scene, scene

__all__ = ["make_scene", "scene"]
