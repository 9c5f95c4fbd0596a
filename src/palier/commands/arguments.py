"""What is typed on the command line, read with its error in French."""

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """A day, AAAA-MM-JJ.

    Raises:
        ArgumentTypeError: for anything else.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ArgumentTypeError(f"« {text} » n’est pas un jour : écrivez-le AAAA-MM-JJ, par exemple 2026-02-24.") from problem
