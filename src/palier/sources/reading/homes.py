"""Whose residence a line is: by its code, else its name, else its address. Two that answer are no answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from palier.directory.rules import plain
from palier.stock.reading.places import quoted
from palier.stock.reading.values import BadValue
from palier.stock.rules.addresses import address_key, tidy

_LEADS = re.compile(
    r"^(?:(?:les?|la|l) )?(?:(?:residence|res|cite|groupe|ensemble|programme) )?(?:(?:les?|la|l|du|de|des) )*(?=.)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A residence of the stock as files may name it."""

    pk: int
    code: str
    name: str
    commune: str = ""
    addresses: tuple[str, ...] = ()
    homes: int | None = None
    words: frozenset[str] = frozenset()


@dataclass(slots=True)
class Finder:
    """Finds residences by what a line says of them."""

    residences: Mapping[int, Known]
    _codes: dict[str, set[int]] = field(default_factory=dict)
    _names: dict[str, set[int]] = field(default_factory=dict)
    _short: dict[str, set[int]] = field(default_factory=dict)
    _addresses: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, residences: Iterable[Known]) -> Finder:
        """A finder among these residences."""
        finder = cls({known.pk: known for known in residences})
        for known in finder.residences.values():
            if known.code:
                finder._codes.setdefault(_code(known.code), set()).add(known.pk)
            finder._names.setdefault(plain(known.name), set()).add(known.pk)
            finder._short.setdefault(_shortened(known.name), set()).add(known.pk)
            for address in known.addresses:
                finder._addresses.setdefault(_spelled(address), set()).add(known.pk)
        return finder

    def find(self, *, code: str = "", name: str = "", address: str = "") -> int:
        """The residence of a line: the first of code, name and address that answers, the others narrowing a tie.

        Raises:
            BadValue: when none answers, several do, or the code and the name are of two residences.
        """
        by_code = self._codes.get(_code(code), set()) if code.strip() else None
        by_name = self._named(name) if name.strip() else None
        by_address = self._addresses.get(_spelled(address), set()) if address.strip() else None
        given = [found for found in (by_code, by_name, by_address) if found]
        if not given:
            said = next((text for text in (code, name, address) if text.strip()), "")
            if not said:
                raise BadValue("ne dit pas de quelle résidence il s’agit")
            raise BadValue("n’est aucune résidence du patrimoine")
        if by_code and by_name and not by_code & by_name:
            raise BadValue(f"est le code d’une résidence, et {quoted(name)} le nom d’une autre")
        best = given[0]
        for other in given[1:]:
            best = best & other or best
        if len(best) > 1:
            shown = ", ".join(sorted(filter(None, (self.residences[pk].code for pk in best)))[:4])
            raise BadValue(
                f"désigne {len(best)} résidences" + (f" ({shown}), précisez le code" if shown else ", précisez l’adresse")
            )
        return next(iter(best))

    def _named(self, name: str) -> set[int]:
        return self._names.get(plain(name)) or self._short.get(_shortened(name), set())


def _code(text: str) -> str:
    bare = plain(text).replace(" ", "").removesuffix(".0")
    return bare.lstrip("0") or bare


def _shortened(name: str) -> str:
    return _LEADS.sub("", plain(name))


def _spelled(address: str) -> str:
    return address_key("", tidy(address))
