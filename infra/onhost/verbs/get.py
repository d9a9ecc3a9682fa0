"""Ask the current release on its own socket, past nginx: what is private answers here."""

from ..command import Failure
from ..config import Host
from ..releases import release
from ..services import sockets


def answer(host: Host, path: str) -> str:
    """The body of the answer to `GET path`; Failure when it is no success."""
    current = release.current(host)
    if not current:
        raise Failure("no release is live")
    socket = release.socket(host, current, release.load(host, current).server)
    try:
        found = sockets.ask(socket, path, host.config.domain)
    except OSError as error:
        raise Failure(f"GET {path}: {error}") from error
    if found.status >= 400:
        raise Failure(f"GET {path}: answered {found.status}")
    return found.body.decode(errors="replace")
