"""What the environment says: where Redis is, which queues there are, how long a job may take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URL = "redis://127.0.0.1:6379/0"


class SettingError(ValueError):
    """A variable is wrong. The text names it, and never shows a secret."""


@dataclass(frozen=True)
class Environment:
    """What worker and health check are told. The secrets stay out of its repr."""

    redis_url: str = field(default=DEFAULT_URL, repr=False)
    redis_password: str | None = field(default=None, repr=False)
    queues: tuple[str, ...] = ("default",)
    job_timeout: int | None = None  # seconds

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Environment:
        """Read all variables. Raises SettingError for the first that is wrong."""
        return cls(
            redis_url=_url(variables),
            redis_password=_password(variables),
            queues=_queues(variables),
            job_timeout=_seconds(variables),
        )


def _url(variables: Mapping[str, str]) -> str:
    value = variables.get("REDIS_URL", "").strip() or DEFAULT_URL
    try:
        url = urlsplit(value)
        has_place = bool(url.path if url.scheme == "unix" else url.hostname)
    except ValueError:
        raise SettingError("REDIS_URL is not a URL") from None
    if url.scheme not in {"unix", "redis", "rediss"} or not has_place:
        raise SettingError("REDIS_URL must be unix:///path, redis://host:port/n or rediss://...")
    return value


def _password(variables: Mapping[str, str]) -> str | None:
    name = variables.get("REDIS_PASSWORD_FILE", "").strip()
    if not name:
        return None
    try:
        value = Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise SettingError(
            f"REDIS_PASSWORD_FILE: the file {name} cannot be read: {reason}"
        ) from None
    if not value:
        raise SettingError(f"REDIS_PASSWORD_FILE: the file {name} is empty")
    return value


def _queues(variables: Mapping[str, str]) -> tuple[str, ...]:
    """QUEUES has several names, by commas or spaces, the most urgent first; QUEUE has one."""
    several = variables.get("QUEUES", "").replace(",", " ").split()
    one = variables.get("QUEUE", "").strip()
    names = several or ([one] if one else ["default"])
    return tuple(dict.fromkeys(names))


def _seconds(variables: Mapping[str, str]) -> int | None:
    value = variables.get("JOB_TIMEOUT", "").strip()
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", value) or not int(value):
        raise SettingError("JOB_TIMEOUT must be a whole number of seconds, 1 or more")
    return int(value)
