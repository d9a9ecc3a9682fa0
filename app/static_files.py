"""Static files under names that change with their content, so that they may be cached for ever.

`python3 -m app.static_files FOLDER` writes them, page.css as page.3f2a9c1b.css, each with a
compressed .gz beside it where that is smaller. An application whose STATIC_FOLDER is that folder
names them so by url_for("static", filename="page.css"); without it, the files of app/static keep
their names and are asked for again each time. What files name of each other is renamed too: write
it relative and quoted, "./other.js" or url("icon.svg").
"""

from __future__ import annotations

import gzip
import posixpath
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask, Response

    from app.config import Config

SOURCE = Path(__file__).parent / "static"
YEAR = 365 * 86_400  # seconds
_HASHED = re.compile(r"(.+)\.[0-9a-f]{8}(\.[^./]+)")
_REFERENCES = {
    ".js": re.compile(r"""(?P<open>["'])(?P<name>\.{1,2}/[^"']+)(?=["'])"""),
    ".css": re.compile(r"""(?P<open>url\(["']?|@import\s+["'])(?P<name>(?!data:|#)[^"')]+)"""),
}


class BrokenReference(ValueError):  # noqa: N818  # it names what is wrong
    """A file names another one that is not there, or that names it in turn."""


class Names:
    """The name that each file has in the end, found by reading what it names first."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.contents: dict[str, bytes] = {}  # by final name
        self._final: dict[str, str | None] = {}  # by plain name; None while it is being read

    def of(self, plain: str) -> str:
        """The final name of a file. Raises BrokenReference."""
        if plain not in self._final:
            self._final[plain] = None
            content = self._read(plain)
            stem, suffix = posixpath.splitext(plain)
            final = f"{stem}.{sha256(content).hexdigest()[:8]}{suffix}"
            self._final[plain] = final
            self.contents[final] = content
        name = self._final[plain]
        if name is None:
            raise BrokenReference(f"{plain} names itself by way of the files that it names")
        return name

    def _read(self, plain: str) -> bytes:
        try:
            content = (self.source / plain).read_bytes()
        except OSError:
            raise BrokenReference(f"{plain} is named and not there") from None
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
    """Write all files of `source` under their final names; return those. Raises BrokenReference."""
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


def final_names(folder: Path) -> dict[str, str]:
    """The final name of each file in a folder that was built, by its plain one."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {
        "".join(match.groups()): match[0] for name in names if (match := _HASHED.fullmatch(name))
    }


def register(app: Flask, config: Config) -> None:
    """Let an application name and serve its static files from the configured folder."""
    if config.static_folder is None:
        return
    app.static_folder = str(config.static_folder)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR
    finals = final_names(config.static_folder)

    @app.url_defaults
    def _rename(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = finals.get(values["filename"], values["filename"])

    @app.after_request
    def _keep(response: Response) -> Response:
        if response.cache_control.max_age == YEAR:
            response.cache_control.immutable = True
        return response


if __name__ == "__main__":
    for written in build(SOURCE, Path(sys.argv[1])):
        print(written)
