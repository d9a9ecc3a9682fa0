"""Variables with secrets in them: their templates, which the host renders for a release."""

from infra.application import source_code
from infra.onhost import layout
from infra.settings import REDIS_URL, Settings, secret_variable

# For every client: each has a dialect of its own for a URL of a Unix socket.
BY_TCP = f"redis://:{{redis_password}}@{layout.REDIS_HOST}:{layout.REDIS_PORT}/0"


def templates(settings: Settings) -> dict[str, str]:
    """Each variable with its template: the settings' own, and Redis' URL where it needs one."""
    found = dict(settings.app.secrets_in_environment)
    if settings.redis.enabled and not reads_password_file(settings):
        found.setdefault(REDIS_URL, BY_TCP)
    return found


def reads_password_file(settings: Settings) -> bool:
    """Whether the application takes Redis' password from its file, beside a URL without it."""
    return source_code.names(settings.app, secret_variable("redis_password"))
