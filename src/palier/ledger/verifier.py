"""Vérifie ce que Palier remet, sans Palier : ``python3 palier-verifier.py CLÉS FICHIER…`` (Python 3.9 suffit).

CLÉS : les clés publiques que vous avez gardées. FICHIER : points de contrôle (texte, courriel, JSON), reçu, document attesté,
preuve de cohérence, journal exporté, confronté à tous les points donnés. Code 0 : tout se vérifie ; 1 : la première ligne en cause
est nommée ; 2 : un fichier ne se lit pas (un PDF, par exemple : donnez le JSON qui l’accompagne).
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

LINE = ("act", "actor", "at", "audience", "commitment", "landlord", "number", "previous", "subject")
KEY = re.compile(r"^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)(?:[ ]+([0-9]+))?[ ]*\r?$", re.MULTILINE)
NOTE = re.compile(r"([^\n]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n\n((?:— [^ \n]+ [A-Za-z0-9+/]+=*(?:\n|$))+)")
OURS = re.compile(r'\{.*"(payload|line|proof|checkpoints?)"', re.DOTALL)
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, R = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
Place = tuple[int, int, int, int]  # un point d’Ed25519, en coordonnées étendues (RFC 8032)
Point = tuple[int, bytes]  # un point de contrôle bien signé : combien de lignes, et la racine de leur arbre
Keys = Mapping[tuple[str, str], tuple[bytes, float]]  # par nom et identifiant : la clé, la dernière ligne qu’elle signe
Data = Mapping[str, Any]


class Bad(Exception):
    """Ce qui ne tient pas : le numéro de la première ligne en cause, et la phrase qui le dit."""


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def once(data: Data) -> bytes:  # l’unique écriture de données JSON (RFC 8785)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Si cette clé publique a signé ce texte (Ed25519, RFC 8032)."""

    def add(a: Place, b: Place) -> Place:
        s, t, u, v = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0]), 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
        return (t - s) * (v - u) % P, (v + u) * (t + s) % P, (v - u) * (v + u) % P, (t - s) * (t + s) % P

    def times(n: int, place: Place) -> Place:
        total: Place = (0, 1, 1, 0)
        while n:
            total, place, n = add(total, place) if n & 1 else total, add(place, place), n >> 1
        return total

    def place_of(text: bytes) -> Place:
        y, odd = int.from_bytes(text, "little") & (1 << 255) - 1, text[31] >> 7
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = next((x for x in (pow(square, (P + 3) // 8, P) * i % P for i in (1, R)) if (x * x - square) % P == 0), P)
        if y >= P or x == P or (x == 0 and odd):
            raise Bad(0, "Une clé ou une signature n’est pas un point d’Ed25519.")
        return (x if x & 1 == odd else P - x), y, 1, (x if x & 1 == odd else P - x) * y % P

    a, r, s = place_of(key), place_of(signature[:32]), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % Q
    left, right = times(s, place_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))), add(r, times(k, a))
    return s < Q and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def keys_of(text: str) -> Keys:
    """Les clés publiques d’un fichier : « nom+identifiant+clé », puis la dernière ligne que signe une clé retirée."""
    found = ((name, short, base64.b64decode(key), end) for name, short, key, end in KEY.findall(text))
    well = (key for key in found if key[2][:1] == b"\x01" and sha(key[0].encode(), b"\n", key[2])[:4].hex() == key[1])
    return {(name, short): (key[1:], float(end or "inf")) for name, short, key, end in well}


def note_of(text: str, keys: Keys) -> Point:
    """Le point de contrôle signé qui se trouve dans un texte (C2SP signed-note et tlog-checkpoint)."""
    if not (match := NOTE.search(text.replace("\r", ""))):
        raise Bad(-1, "Il n’y a pas de point de contrôle signé ici : donnez le JSON (certificat-atteste.json), pas le PDF.")
    origin, size, root, lines = match.groups()
    found = [base64.b64decode(line.split(" ")[2]) for line in lines.splitlines() if line.split(" ")[1] == origin]
    if not (mine := [(keys[origin, name[:4].hex()], name[4:]) for name in found if (origin, name[:4].hex()) in keys]):
        raise Bad(int(size), f"Le point de contrôle n° {size} n’est signé par aucune des clés données.")
    for (key, end), signature in mine:
        if len(signature) != 64 or not is_signed(key, f"{origin}\n{size}\n{root}\n".encode(), signature):
            raise Bad(int(size), f"La signature du point de contrôle n° {size} est fausse.")
        if int(size) > end:
            raise Bad(int(size), f"Le point de contrôle n° {size} est signé par une clé retirée à la ligne n° {end:.0f}.")
    return int(size), base64.b64decode(root)


def root_with(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
    """La racine que donnent une feuille et sa preuve d’appartenance (RFC 6962)."""
    if size == 1:
        return leaf
    top, half = proof.pop(), 1 << (size - 1).bit_length() - 1
    inner = root_with(leaf, index % half, half if index < half else size - half, proof)
    return sha(b"\x01", inner, top) if index < half else sha(b"\x01", top, inner)


def roots_of(old: bytes, size: int, larger: int, proof: list[bytes], whole: bool = True) -> tuple[bytes, bytes]:
    """Les racines, ancienne et nouvelle, que donne une preuve de cohérence (RFC 6962)."""
    if size == larger:
        return (old, old) if whole else (proof[-1], proof.pop())
    top, half = proof.pop(), 1 << (larger - 1).bit_length() - 1
    skip = 0 if size <= half else half
    before, after = roots_of(old, size - skip, larger - half if skip else half, proof, whole and not skip)
    return (sha(b"\x01", top, before), sha(b"\x01", top, after)) if skip else (before, sha(b"\x01", after, top))


def check_line(line: Data, record: Data) -> bytes:
    """L’empreinte d’une ligne, vérifiée, avec son contenu et le bulletin dont elle garde le sceau, s’ils sont là."""
    number, digest, vote = line["number"], sha(b"\x01", once({name: line[name] for name in LINE})), record.get("sealed")
    if "content" in record and sha(b"\x02", bytes.fromhex(record["salt"]), once(record["content"])).hex() != line["commitment"]:
        raise Bad(number, f"Le contenu de la ligne n° {number} a été modifié.")
    if vote and sha(b"\x02", bytes.fromhex(vote["nonce"]), once(vote["said"])).hex() != record["content"]["facts"]["seal"]:
        raise Bad(number, f"Ce bulletin n’est pas celui dont la ligne n° {number} garde le sceau.")
    if digest.hex() != record["digest"]:
        raise Bad(number, f"La ligne n° {number} a été modifiée.")
    return digest


def check_ledger(records: Iterable[Data], keys: Keys, held: Iterable[Point], *, sealed: bool = True) -> int:
    """Vérifie un journal ligne après ligne, et face aux points gardés ailleurs. Rend le nombre de lignes."""
    count, previous, peaks, seal, good, waiting = 0, "0" * 64, list[bytes](), 0, 0, sorted(held, reverse=True)
    for record in records:
        if "checkpoint" in record:
            waiting, seal = sorted([*waiting, note_of(record["checkpoint"], keys)], reverse=True), count
        elif "number" in record:
            size, count = count, count + 1
            if record["number"] != count:
                raise Bad(count, f"La ligne n° {count} manque.")
            if record["previous"] != previous:
                raise Bad(count, f"La ligne n° {count} ne suit pas celle qui la précède.")
            top, previous = sha(b"\x00", check_line(record, record)), record["digest"]
            while size & 1:
                top, size = sha(b"\x01", peaks.pop(), top), size >> 1
            peaks.append(top)
        while waiting and waiting[-1][0] <= count:
            point, root = waiting.pop(), peaks[-1] if peaks else sha()
            for peak in peaks[-2::-1]:
                root = sha(b"\x01", peak, root)
            if point != (count, root):
                raise Bad(good + 1, f"Le journal a été réécrit entre les lignes n° {good + 1} et n° {point[0]}.")
            good = count
    if waiting:
        raise Bad(count + 1, f"Le journal s’arrête à la ligne n° {count} ; un point de contrôle en atteste {waiting[-1][0]}.")
    if sealed and seal != count:
        raise Bad(seal + 1, f"Aucune signature ne couvre les lignes à partir de la n° {seal + 1}.")
    return count


def check_proof(document: Data, keys: Keys, held: Iterable[Point]) -> Point:
    """Vérifie un point de contrôle, un reçu, un document attesté ou une preuve de cohérence. Rend son point de contrôle."""
    if "payload" in document:
        receipt, digest = document["receipt"], sha(once(document["payload"])).hex()
        if not digest == document["sha256"] == receipt["content"]["facts"]["sha256"]:
            raise Bad(number := receipt["line"]["number"], f"Ce document n’est pas celui qu’atteste la ligne n° {number}.")
        return check_proof(receipt, keys, held)
    (size, root), proof = note_of(document["checkpoint"], keys), [bytes.fromhex(part) for part in document.get("proof", ())]
    if "line" in document:
        number, leaf = document["line"]["number"], sha(b"\x00", check_line(document["line"], document))
        if not 0 < number <= size or root_with(leaf, number - 1, size, proof) != root or proof:
            raise Bad(number, f"La ligne n° {number} n’est pas dans le journal que signe le point de contrôle n° {size}.")
    elif (first := document.get("first")) and (old := dict(held).get(first)) is None:
        raise Bad(first, f"Cette preuve part du point de contrôle n° {first} : donnez-le avant elle.")
    elif first and (not 0 < first <= size or roots_of(old or b"", first, size, proof) != (old, root) or proof):
        raise Bad(first, f"Le journal a été réécrit avant la ligne n° {first} : il ne prolonge pas votre point de contrôle.")
    return size, root


def main(keys: str, *files: str) -> int:
    held, ledgers, where, at = list[Point](), [], keys, [0]  # la ligne lue du journal
    try:
        known = keys_of(Path(keys).read_text("utf-8"))
        for where in files:
            with open(where, encoding="utf-8", errors="replace") as file:
                if '"palier.ledger/' in (text := file.readline()):
                    ledgers.append(where)
                    continue
                text += file.read()
            data = json.loads(text) if OURS.match(text) else {"checkpoint": text}
            held += (new := [check_proof(one, known, held) for one in data.get("checkpoints", [data])])
            print(f"{where} : se vérifie, point de contrôle n° {max(new)[0]}{f', dernier de {len(new)}' * (len(new) > 1)}.")
        if two := [a[0] for a in held for b in held if a[0] == b[0] and a[1] != b[1]]:
            raise Bad(two[0], f"Deux points de contrôle n° {two[0]} bien signés se contredisent : il y a deux journaux.")
        for where in ledgers:
            with open(where, encoding="utf-8") as file:
                lines = (json.loads(text) for at[0], text in enumerate(file, 1))
                print(f"{where} : {check_ledger(lines, known, held)} lignes, toutes se vérifient.")
    except (OSError, Bad, ValueError, KeyError, TypeError, IndexError, AttributeError) as bad:
        code = 2 if isinstance(bad, OSError) or (bad.args[:1] == (-1,) and not OURS.match(text)) else 1
        said = bad.args[1] if isinstance(bad, (Bad, OSError)) else f"Forme inattendue, ligne n° {at[0] or 1} ({bad!r:.90})."
        print(f"{where} : {('NE TIENT PAS', 'ne se lit pas')[code - 1]}. {said}")
        return code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 2 else sys.stderr.write(__doc__) and 2)
