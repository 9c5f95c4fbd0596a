"""The scene of every audit test."""

from tests.audits.scene import make_scene, scene

__all__ = ["make_scene", "scene"]
