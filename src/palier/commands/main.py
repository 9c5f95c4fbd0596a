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

    if sys.argv[1:] in ([], ["help"], ["--help"], ["-h"]):
        sys.stdout.write(listing())
        return
    if settings.EMBEDDED and sys.argv[1:2] not in (["help"], ["database"], ["sites"]):
        database.ensure_running(settings.EMBEDDED)
    execute_from_command_line(sys.argv)


def listing() -> str:
    """Our commands and what each does; those of the framework beneath are for who develops Palier."""
    import django  # noqa: PLC0415 - the environment must be set first
    from django.core.management import get_commands, load_command_class  # noqa: PLC0415

    django.setup()
    ours = sorted(name for name, room in get_commands().items() if isinstance(room, str) and room.startswith("palier."))
    lines = [f"  {name:<14} {load_command_class('palier.commands', name).help.splitlines()[0]}" for name in ours]
    return "\n".join(["palier COMMANDE [options]", "", *lines, "", "Pour une commande : palier COMMANDE --help", ""])


if __name__ == "__main__":
    main()
