"""One deploy at a time on a host: taking the place, and who has it."""

import shlex
from collections.abc import Iterable

from pyinfra.api import FactBase

from infra.onhost import layout
from infra.onhost.layout import LAYOUT

# Finds the SSH connection that this script came by, if only shells and sudo are in between, and
# lets a transient unit live as long as that: it holds its name, and dies with the connection. One
# whose other end has vanished unseen counts as ended when nothing was run on it for a minute.
SCRIPT = """
connection=$PPID
until grep --quiet ^sshd "/proc/$connection/comm"; do
    grep --quiet --extended-regexp '^(sudo|(ba|da|z)?sh)$' "/proc/$connection/comm" || break
    connection=$(awk '/^PPid:/ { print $2 }' "/proc/$connection/status")
done
tries=0
while grep --quiet ^sshd "/proc/$connection/comm" && ! systemd-run --quiet --collect \\
    --unit "$1" --description "$2, since $(date)" sh -c 'idle=0
        while [ -e "/proc/$1" ] && [ "$idle" -lt 300 ]; do
            running=""
            read -r running <"/proc/$1/task/$1/children"
            idle=$((idle + 1))
            [ -z "$running" ] || idle=0
            sleep 0.2
        done' sh "$connection" 2>/dev/null
do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || { systemctl show --property Description --value "$1"; exit; }
    sleep 0.1
done
test ! -e "$3" || flock --shared --wait 5 "$3" true || cat "$3"
"""


class OtherChange(FactBase[str]):
    """Who else changes the host; empty when nobody does: then this connection has the place."""

    default = str

    def command(self, by: str) -> str:
        """Tries for five seconds: what an earlier connection had is given back after one."""
        words = [layout.DEPLOY_UNIT, f"deploy by {by}", str(LAYOUT.lock)]
        return f"sh -c {shlex.quote(SCRIPT)} sh {shlex.join(words)}"

    def process(self, output: Iterable[str]) -> str:
        """Their words."""
        return " ".join(line.strip() for line in output).strip()
