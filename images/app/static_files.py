"""Makes finished static files: under names that change with their content, to be kept for ever.

`python3 static_files.py SOURCE TARGET` writes page.css as page.3f2a9c1b.css, with a compressed .gz
beside it where that is smaller. What files name of each other is renamed too: write it relative
and quoted, "./other.js" or url("icon.svg"). A name that leads nowhere ends the build.
"""

from __future__ import annotations

import gzip
import posixpath
import re
import sys
from hashlib import sha256
from pathlib import Path

_REFERENCES = {
    ".js": re.compile(r"""(?P<open>["'])(?P<name>\.{1,2}/[^"']+)(?=["'])"""),
    ".css": re.compile(r"""(?P<open>url\(["']?|@import\s+["'])(?P<name>(?!data:|#)[^"')]+)"""),
}


class BrokenReferenceError(ValueError):
    """A file names another one that is not there, or that names it in turn."""


class Names:
    """The name that each file has in the end, found by reading what it names first."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.contents: dict[str, bytes] = {}  # by final name
        self._final: dict[str, str | None] = {}  # by plain name; None while it is being read

    def of(self, plain: str) -> str:
        """The final name of a file. Raises BrokenReferenceError."""
        if plain not in self._final:
            self._final[plain] = None
            content = self._read(plain)
            stem, suffix = posixpath.splitext(plain)
            final = f"{stem}.{sha256(content).hexdigest()[:8]}{suffix}"
            self._final[plain] = final
            self.contents[final] = content
        name = self._final[plain]
        if name is None:
            raise BrokenReferenceError(
                f"{plain} and a file that it names also name each other: its new name, a digest of"
                " its content, cannot be computed"
            )
        return name

    def _read(self, plain: str) -> bytes:
        try:
            content = (self.source / plain).read_bytes()
        except OSError:
            raise BrokenReferenceError(
                f"{plain} does not exist, but another static file names it"
            ) from None
        pattern = _REFERENCES.get(posixpath.splitext(plain)[1])
        if pattern is None:
            return content
        folder = posixpath.dirname(plain)

        def renamed(match: re.Match[str]) -> str:
            target = self.of(posixpath.normpath(posixpath.join(folder, match["name"])))
            relative = posixpath.relpath(target, folder or ".")
            return match["open"] + ("./" if match["name"][0] == "." else "") + relative

        return pattern.sub(renamed, content.decode()).encode()


def build(source: Path, output: Path) -> list[str]:
    """Write the files of `source` under their final names; return those.

    Raises BrokenReferenceError.
    """
    names = Names(source)
    for path in sorted(source.rglob("*")):
        if path.is_file():
            names.of(path.relative_to(source).as_posix())
    for name, content in names.contents.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        compressed = gzip.compress(content, 9, mtime=0)  # the same bytes at each build
        if len(compressed) < len(content):
            path.with_name(path.name + ".gz").write_bytes(compressed)
    return sorted(names.contents)


if __name__ == "__main__":
    for written in build(Path(sys.argv[1]), Path(sys.argv[2])):
        print(written)
