"""What the application is told from outside: environment variables, and files that hold secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from steady_rq.environment import Environment

MIN_PASSWORD_LENGTH = 12  # characters; attempts are few, so length is all that it takes
_ORIGIN = r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"


class ConfigError(ValueError):
    """A setting is missing or wrong. The text names it and never shows its value."""


@dataclass(frozen=True)
class Config:
    """Everything that web and worker are told. Times in seconds; secrets stay out of its repr."""

    redis_url: str
    secret_key: str = field(repr=False)
    redis_password: str | None = field(default=None, repr=False)
    queue: str = "default"
    job_timeout: int = 180
    result_ttl: int = 86_400
    failure_ttl: int = 7 * 86_400
    max_client_work: int = 1_800  # of the jobs of one client that have not ended
    max_work: int = 7_200  # of all jobs that have not ended
    admin_user: str = "admin"
    admin_password: str | None = field(default=None, repr=False)
    insecure_cookies: bool = False
    static_folder: Path | None = None
    cors_origins: tuple[str, ...] = ()
    cors_methods: tuple[str, ...] = ("GET", "POST")
    cors_headers: tuple[str, ...] = ("Content-Type",)

    @property
    def redis(self) -> Environment:
        """Where Redis is, as steady_rq wants to be told."""
        return Environment(self.redis_url, self.redis_password, (self.queue,), self.job_timeout)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Config:
        """Read and check every setting. Raises ConfigError naming the first that is wrong."""
        password = None
        if environ.get("REDIS_PASSWORD_FILE"):
            password = _secret(environ, "REDIS_PASSWORD_FILE")
        return cls(
            redis_url=_redis_url(environ),
            secret_key=_secret(environ, "SECRET_KEY_FILE"),
            redis_password=password,
            queue=_queue_name(environ),
            job_timeout=_seconds(environ, "JOB_TIMEOUT", cls.job_timeout, at_least=10),
            result_ttl=_seconds(environ, "RESULT_TTL", cls.result_ttl),
            failure_ttl=_seconds(environ, "FAILURE_TTL", cls.failure_ttl),
            max_client_work=_seconds(environ, "MAX_CLIENT_WORK", cls.max_client_work),
            max_work=_seconds(environ, "MAX_WORK", cls.max_work),
            admin_user=environ.get("ADMIN_USER") or cls.admin_user,
            admin_password=_admin_password(environ),
            insecure_cookies=_flag(environ, "INSECURE_COOKIES"),
            static_folder=_folder(environ, "STATIC_FOLDER"),
            cors_origins=_list(environ, "CORS_ORIGINS", cls.cors_origins, _ORIGIN),
            cors_methods=_list(environ, "CORS_METHODS", cls.cors_methods, "[A-Z]+"),
            cors_headers=_list(environ, "CORS_HEADERS", cls.cors_headers, "[A-Za-z0-9-]+"),
        )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _secret(environ: Mapping[str, str], name: str) -> str:
    path = Path(_required(environ, name))
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ConfigError(f"{name}: the file {path} cannot be read: {reason}") from None
    if not value:
        raise ConfigError(f"{name}: the file {path} is empty")
    return value


def _redis_url(environ: Mapping[str, str]) -> str:
    value = _required(environ, "REDIS_URL")
    try:
        url = urlsplit(value)
        has_place = bool(url.path if url.scheme == "unix" else url.hostname)
        has_password = url.password is not None or "password" in parse_qs(url.query)
    except ValueError:
        raise ConfigError("REDIS_URL is not a URL") from None
    if url.scheme not in {"unix", "redis", "rediss"} or not has_place:
        raise ConfigError("REDIS_URL must be unix:///path, redis://host:port/n or rediss://...")
    if has_password:
        raise ConfigError(
            "REDIS_URL must not hold the password: REDIS_PASSWORD_FILE names its file"
        )
    return value


def _queue_name(environ: Mapping[str, str]) -> str:
    value = environ.get("QUEUE") or Config.queue
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise ConfigError("QUEUE must be 1 to 64 letters, digits, - or _")
    return value


def _seconds(environ: Mapping[str, str], name: str, default: int, at_least: int = 1) -> int:
    value = environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < at_least:
        raise ConfigError(f"{name} must be a whole number of seconds, {at_least} or more")
    return int(value)


def _admin_password(environ: Mapping[str, str]) -> str | None:
    if not environ.get("ADMIN_PASSWORD_FILE"):
        return None
    password = _secret(environ, "ADMIN_PASSWORD_FILE")
    if len(password) < MIN_PASSWORD_LENGTH:
        raise ConfigError(
            f"ADMIN_PASSWORD_FILE: the password has fewer than {MIN_PASSWORD_LENGTH} characters"
        )
    return password


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name) or "0"
    if value not in {"0", "1"}:
        raise ConfigError(f"{name} must be 0 or 1")
    return value == "1"


def _folder(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    if value and not Path(value).is_dir():
        raise ConfigError(f"{name} must be an existing folder: {value}")
    return Path(value) if value else None


def _list(
    environ: Mapping[str, str], name: str, default: tuple[str, ...], pattern: str
) -> tuple[str, ...]:
    """What a list holds, separated by commas or spaces; the default where it is not set."""
    values = tuple(environ.get(name, "").replace(",", " ").split())
    for value in values:
        if not re.fullmatch(pattern, value):
            raise ConfigError(f"{name}: {value!r} is not a valid value")
    return values or default
