"""One way to break a deployed host by hand, and what must happen then."""

from dataclasses import dataclass

LOOK = "tests/host/test_inspection.py"
# What the commands of a row may use.
SHELL = """
release=$(basename "$(readlink /var/lib/slipway/web/current)")
folder=/opt/slipway/releases/$release
web=slipway-$release-web-1
worker=$(docker ps --all --filter label=com.docker.compose.project=slipway-$release \
    --filter label=com.docker.compose.service=worker --format '{{.Names}}' | head -n 1)
nginx=slipway-base-nginx-1
redis=slipway-base-redis-1
domain=$(sed -n 's/.*"domain": "\\(.*\\)".*/\\1/p' /etc/slipway/host.json)
app=$(sed -n 's/^  "image": "\\(.*\\)".*/\\1/p' $folder/release.json)
reload() { docker exec $nginx nginx -c /opt/slipway/nginx/nginx.conf -s reload; sleep 1; }
ask() {
    printf 'GET %s HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$1" "$domain" |
        timeout 5 openssl s_client -quiet -connect 127.0.0.1:443 -servername $domain 2>/dev/null
}
config() {
    printf 'AUTH %s\\r\\nCONFIG GET %s\\r\\nQUIT\\r\\n' \\
        "$(cat /etc/slipway/secrets/redis_password)" $1 |
        timeout 5 python3 -c "import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect('/var/lib/slipway/redis/redis.sock')
s.sendall(sys.stdin.buffer.read())
while data := s.recv(4096): sys.stdout.buffer.write(data)"
}
container() { docker inspect --format "{{$2}}" $1; }
runs() { test "$(container $1 .State.Status)" = running; }
"""


@dataclass(frozen=True)
class Breakage:
    """A row of the table. An expression that is empty says that its column does not apply."""

    name: str
    """A sentence: what somebody did."""
    breaks: str
    """Commands of a root shell on the host."""
    whole: str
    """A command of the host that fails while it is broken, and succeeds when it is mended."""
    said: str = ""
    """A regular expression for what names it, in tests/host, in the status and in an alert."""
    named: bool = True
    """By tests/host."""
    shown: bool = True
    """By `slipway status`."""
    mended: bool = True
    """By a deploy."""
    noticed: bool = True
    """By the host itself, within ten minutes: an alert, or it is whole again."""
    touches: str = ""
    """Rows with the same word are not tried at once."""
    alone: bool = False
    """Nothing else can be tried at the same time."""
    reboots: bool = False
    """The host restarts before anybody looks."""
    test: str = LOOK
    """The tests of the host that name it."""


def rounds(rows: list[Breakage]) -> list[list[Breakage]]:
    """The rows in groups that can be tried at once."""
    found: list[list[Breakage]] = []
    for row in rows:
        place = next((group for group in found if fits(row, group)), None)
        if place is None:
            found.append([row])
        else:
            place.append(row)
    return found


MOST = 9  # in a round: an alert has room for so many lines


def fits(row: Breakage, group: list[Breakage]) -> bool:
    """Whether a row can be tried with these."""
    alone = any(one.alone or one.reboots for one in [row, *group])
    taken = {one.touches for one in group if one.touches}
    return not alone and row.touches not in taken and len(group) < MOST
