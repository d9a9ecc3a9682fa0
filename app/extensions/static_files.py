"""Static files under names that change with their content, so that they may be cached for ever.

Where STATIC_FOLDER names a folder that the image's build has filled, page.css as
page.3f2a9c1b.css, `url_for("static", filename="page.css")` gives the name there. Without it, the
files of app/static keep their names, and browsers ask for them again each time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask, Response

from app.config import Config

YEAR = 365 * 86_400  # seconds
_HASHED = re.compile(r"(.+)\.[0-9a-f]{8}(\.[^./]+)")


def init_app(app: Flask, config: Config) -> None:
    """Let an application name and serve its static files from the configured folder."""
    if config.static_folder is None:
        return
    app.static_folder = str(config.static_folder)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR
    hashed = hashed_names(config.static_folder)

    @app.url_defaults
    def _rename(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = hashed.get(values["filename"], values["filename"])

    @app.after_request
    def _mark_immutable(response: Response) -> Response:
        if response.cache_control.max_age == YEAR:
            response.cache_control.immutable = True
        return response


def hashed_names(folder: Path) -> dict[str, str]:
    """The name of each file in a finished folder, by the name that it has in app/static."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {
        "".join(match.groups()): match[0] for name in names if (match := _HASHED.fullmatch(name))
    }
