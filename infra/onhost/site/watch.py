"""The look of each minute: what visitors get, disks, containers. Alerts say what began and ended.

What a restart mends is the watchdog's, every ten seconds: what this finds twice is left for people.
"""

import re
import time

from .. import layout
from ..alerts import send
from ..attention import Attention
from ..certificates import certificate
from ..command import Failure, say
from ..config import Host
from ..locks import WATCHDOG, lock
from ..services import way_out
from . import incidents, memory, serves, storage, strangers
from .memory import Memory, Noticed
from .ports import Problems

CONFIRM = 20.0  # seconds until a second look says that it lasts
LATE = 600.0  # seconds without a look that are worth a word
CALM = 50.0  # seconds that it must stay away to be over


def watch(host: Host) -> None:
    """One look, and an alert for each thing that began or ended."""
    known, began = memory.load(host), time.time()
    found = look(host, known)
    if found.keys() - known.noticed.keys():
        _mend(host, found)
        time.sleep(CONFIRM)
        again = look(host, known)
        found = {key: one for key, one in again.items() if key in found}
    for name, subject, text in note(known, found, began):
        say(subject)
        send.request(host.layout, name, subject, text)
    known.looked = time.time()
    memory.save(host, known)


def look(host: Host, known: Memory) -> Problems:
    """All that is amiss now, by a key for each."""
    found: Problems = {}
    try:
        known.containers = incidents.noted(host, known.containers, time.time())
    except Failure as failure:  # Docker is down, and the site may answer all the same
        say(str(failure))
    for part in (serves.problems, storage.problems, strangers.problems):
        found |= part(host)
    return found | incidents.problems(known.containers)


def _mend(host: Host, found: Problems) -> None:
    """Mends what nobody else does: the certificate in nginx, Docker's firewall rules."""
    if any(one.remedy == serves.RENEW for one in found.values()):
        try:
            certificate.load_again(host)
        except (Failure, OSError) as error:
            say(f"the certificate was not loaded again: {error}")
    if strangers.WAY_OUT in found:
        _open_way_out(host)


def _open_way_out(host: Host) -> None:
    """Has dockerd give the containers their way out again, and tells it."""
    try:
        with lock(host.layout.lock, WATCHDOG):
            missing = way_out.mend()
    except (Failure, OSError) as error:
        say(f"the containers' way out was not opened again: {error}")
        return
    if missing:
        subject = "containers had no way out, and have it again"
        text = f"{missing}. A restart of dockerd has made them again. Find out who removes them.\n"
        send.request(host.layout, "slipway-site-way-out-mended", subject, text)


def others(host: Host) -> Problems:
    """What is amiss besides the answers of the site: looked at now, or by the last look."""
    known = memory.load(host)
    now = storage.problems(host)
    live = ("site ", "port ", "write ", "disk ")  # not by the last look, which is a minute old
    last = {key: one for key, one in known.noticed.items() if not key.startswith(live)}
    found = now | {key: one.attention for key, one in last.items()}
    if known.looked and time.time() - known.looked > LATE:
        found["look"] = Attention(
            f"nobody has asked the site since {clock(known.looked)}",
            f"systemctl enable --now {layout.SITE_TIMER}; journalctl -u {layout.SITE_UNIT} -n 20",
        )
    return found


def note(known: Memory, found: Problems, now: float) -> list[tuple[str, str, str]]:
    """Remembers what is amiss, and since when; the alerts to send: name, subject and text."""
    alerts = []
    for key, one in found.items():
        if key not in known.noticed:
            known.noticed[key] = Noticed(*one, since=now)
            alerts.append(_began(key, known.noticed[key]))
        noticed = known.noticed[key]
        noticed.text, noticed.remedy, noticed.over = one.text, one.remedy, 0
    for key in known.noticed.keys() - found.keys():
        noticed = known.noticed[key]
        noticed.over = noticed.over or now
        if now - noticed.over >= CALM:
            alerts.append(_ended(key, known.noticed.pop(key)))
    return alerts


def _began(key: str, one: Noticed) -> tuple[str, str, str]:
    text = f"Began: {clock(one.since)}\nTo do: {one.remedy}\n\nOn the host: slipway status\n"
    return f"{_name(key)}-began", one.text, text


def _ended(key: str, one: Noticed) -> tuple[str, str, str]:
    minutes = (one.over - one.since) / 60
    text = f"Began: {clock(one.since)}\nEnded: {clock(one.over)}, after {minutes:.0f} minutes\n"
    return f"{_name(key)}-ended", f"over: {one.text}", text


def _name(key: str) -> str:
    """A key as a name of files and units."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", f"slipway-site-{key}").strip("-")[:200]


def clock(moment: float) -> str:
    """A moment, as an alert says it."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
