"""Shapes that several rooms answer with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ninja import Schema
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class OneOf:
    """Marks a text that is one of some codes: ``Annotated[str, OneOf(KINDS)]``. The document lists them."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = [str(code) for code in codes]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic checks."""
        return core_schema.literal_schema(self._codes)


class Term(Schema):
    """A word of the field: its code, which does not change, and how it is said in French."""

    code: str
    label: str


class Named(Schema):
    """Something or somebody by its number and its name."""

    id: int
    name: str


class _Labelled(Protocol):
    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


class _WithName(Protocol):
    pk: int
    name: str


def term(word: _Labelled) -> Term:
    """A word of a table."""
    return Term(code=word.value, label=word.label)


def named(thing: _WithName) -> Named:
    """A thing by its name."""
    return Named(id=thing.pk, name=thing.name)


def maybe_named(thing: _WithName | None) -> Named | None:
    """A thing by its name, if there is one."""
    return named(thing) if thing else None
