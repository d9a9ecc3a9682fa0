"""A host with a release that the watchdog looks at, and its systemd and docker, which note."""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence

from infra.onhost.releases import release, traffic
from tests.support.onhost import Host, new_host
from tests.support.onhost.stage import step

BASE, A, B = "slipway-base.service", "slipway@a.service", "slipway@b.service"
PROJECTS = ("slipway-base", "slipway-a")
WELL = ("running", "Up 3 days (healthy)")
SICK = ("running", "Up 3 days (unhealthy)")
EXITED = ("exited", "Exited (137) 5 seconds ago")
ASKING = ("docker ps", "docker inspect", "docker top", "systemctl list-units", "systemctl is-")


def shown(unit: Callable[[str], str], names: Sequence[str]) -> str:
    """The rest of a loop of the shell that shows units of these names, none when there is none."""
    return " ".join(map(unit, names)) + '; do echo "$one loaded"; done'


def systemd(
    host: Host,
    *up: str,
    retiring: Sequence[str] = (),
    stopping: Sequence[str] = (),
) -> None:
    """The systemd of a host: the units that are up, the releases that end; links are its own."""
    wanted = host.layout.wanted_units
    running = [unit for unit in up if "@" in unit]
    host.program(
        "systemctl",
        f"""case "$*" in
            *slipway-retire-*) for one in {shown(release.retire_unit, retiring)};;
            *'--state deactivating'*) for one in {shown(release.unit, stopping)};;
            list-units*) for one in {shown(str, running)};;
            is-active*) case ' {" ".join(up)} ' in *" $3 "*) ;; *) exit 3;; esac;;
            is-enabled*) test -e {wanted}/"$3";;
            enable*) touch {wanted}/"$3";;
            disable*) rm -f {wanted}/"$3";; esac""",
    )


def docker(
    host: Host,
    *,
    nginx: tuple[str, str] = WELL,
    web: tuple[str, str] = WELL,
    projects: Sequence[str] = PROJECTS,
    draining: str = "",
) -> None:
    """The docker of a host: its projects, a container of the base and one of a, a told worker."""
    base, own = (
        json.dumps({"ID": name, "Names": f"the {name}", "State": state, "Status": status})
        for name, (state, status) in (("nginx", nginx), ("web", web))
    )
    workers = '{"services": {"worker": {"deploy": {"replicas": 2}}}}'
    host.program(
        "docker",
        f"""case "$*" in
            *compose.project\\"}}*) printf '%s\\n' {" ".join(projects)};;
            *status=running*) test {nginx[0]} != running || echo nginx;;
            *health=healthy*) echo nginx;;
            *service=worker*) echo {draining};;
            *project=slipway-base*json) echo '{base}';;
            *project=slipway-a*json) echo '{own}';;
            *StartedAt*) echo then;; *State.Pid*) echo 1;; *config*) echo '{workers}';;
            top*) echo PID; echo "$$ nginx: worker process";; esac""",
    )


@contextlib.contextmanager
def watched_host() -> Iterator[Host]:
    """A host on which release a is live and all is well."""
    with new_host() as host:
        host.release("a")
        host.layout.current.symlink_to("a")
        (host.layout.wanted_units / A).touch()
        systemd(host, BASE, A)
        docker(host)
        host.program("systemd-run")
        traffic.load(host, "a")
        host.calls.write_text("")
        yield host


def done(host: Host) -> list[str]:
    """What was done, in short, without what was only asked."""
    calls = (call for call in host.called() if not call.startswith(ASKING))
    return [step(call) for call in calls if " config " not in call]
