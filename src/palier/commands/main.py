"""``palier …``: every command of the installation. ``palier help`` lists them."""

import os
import sys
import warnings


def main() -> None:
    """Run one command, with the embedded database started when the installation uses it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.installation.settings")
    warnings.simplefilter("default" if os.environ.get("PALIER_DEBUG") else "ignore")
    from django.conf import settings  # noqa: PLC0415 - the environment must be set first
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from palier.installation import database  # noqa: PLC0415

    if settings.EMBEDDED and sys.argv[1:2] not in (["help"], ["database"], ["sites"]):
        database.ensure_running(settings.EMBEDDED)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
