"""Settings for tests, and the refusals of wrong ones."""

from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings, SettingsError, load

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
SECRET = "do-not-show-me"  # noqa: S105  no refusal may show it


def settings(**given: Any) -> Settings:
    """The settings of a host that has these, and a domain and an email address."""
    return load(GOOD | given, "one")


def refusals(**given: Any) -> list[str]:
    """Why settings are refused: a line for each, from the path on."""
    with pytest.raises(SettingsError) as error:
        settings(**given)
    for line in error.value.lines:
        assert line.startswith("one: settings.")
        assert "\n" not in line
        assert SECRET not in line
    return [line.removeprefix("one: settings.") for line in error.value.lines]


def refusal(**given: Any) -> str:
    """Why settings are refused, when one is wrong."""
    [line] = refusals(**given)
    return line


def written(folder: Path, content: str | bytes = SECRET) -> str:
    """The path of a new file with this content."""
    path = folder / f"file-{len(list(folder.iterdir()))}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)
