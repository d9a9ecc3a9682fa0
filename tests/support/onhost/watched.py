"""A host with a release that the watchdog looks at, and its systemd and docker, which note."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from infra.onhost import layout
from infra.onhost.alerts import guard
from infra.onhost.releases import history, release
from infra.onhost.services import nginx
from infra.onhost.services.containers import LABEL
from tests.support.onhost import Host, entry, new_host
from tests.support.onhost.stage import step

BASE, A, B = "slipway-base.service", "slipway@a.service", "slipway@b.service"
ASKING = (
    *("docker ps", "docker inspect", "docker top", "docker image ls", "docker image inspect"),
    *("systemctl list-units", "systemctl is-", "systemctl show"),
)
STARTED = "this morning"


def image_of(tag: str) -> str:
    """The id of the image that a tag leads to when all is well."""
    return f"sha256:{tag}"


@dataclass(frozen=True)
class Box:
    """A container, as a test wants it."""

    service: str
    project: str
    directory: str
    state: str = "running"
    health: str = "healthy"
    image: str = ""
    pid: int = 0
    restarts: int = 0
    number: int = 1

    @property
    def id(self) -> str:
        """A name that Docker would not give, and of the length that it would."""
        return f"{self.service}-{self.number}-{self.project}".ljust(64, "0")

    @property
    def tag(self) -> str:
        """The name of its image; a release has one for all."""
        return f"slipway/{self.service if self.project == 'slipway-base' else 'app'}:1"

    def shown(self) -> str:
        """What docker says of it, in the format that is asked for."""
        name, labels = f"/{self.project}-{self.service}-{self.number}", {
            f"{LABEL}.project": self.project,
            f"{LABEL}.service": self.service,
            f"{LABEL}.project.working_dir": self.directory,
            f"{LABEL}.oneoff": "False",
        }  # fmt: skip
        state = {"Status": self.state, "Pid": self.pid, "StartedAt": STARTED}
        health = {"Health": {"Status": self.health}} if self.health else {}
        return json.dumps(
            {
                "id": self.id,
                "name": name,
                "state": state | health,
                "image": self.image or image_of(self.tag),
                "tag": self.tag,
                "labels": labels,
                "restarts": self.restarts,
            }
        )


def well(host: Host) -> dict[str, Box]:
    """The containers of a host on which release a is live and all is well."""
    base, own = str(host.layout.base), str(release.folder(host, "a"))
    return {
        "nginx": Box("nginx", layout.BASE_PROJECT, base),
        "redis": Box("redis", layout.BASE_PROJECT, base),
        "web": Box("web", "slipway-a", own),
        "worker": Box("worker", "slipway-a", own),
    }


def of_release(host: Host, name: str, service: str = "web") -> Box:
    """A container of another release."""
    return Box(service, f"slipway-{name}", str(release.folder(host, name)))


def with_(host: Host, *more: Box, **changes: Mapping[str, object]) -> list[Box]:
    """The containers when all is well but for these changes, and these besides."""
    found = well(host)
    for service, values in changes.items():
        found[service] = replace(found[service], **values)  # type: ignore[arg-type]  # of mixed types
    return [*found.values(), *more]


def shown(unit: Callable[[str], str], names: Sequence[str]) -> str:
    """The rest of a loop of the shell that shows units of these names, none when there is none."""
    return " ".join(map(unit, names)) + '; do echo "$one loaded"; done'


def systemd(
    host: Host,
    *up: str,
    retiring: Sequence[str] = (),
    stopping: Sequence[str] = (),
    failed: Sequence[str] = (),
    never: Sequence[str] = (),
) -> None:
    """The systemd of a host: the units that are up or failed, the releases that end; its links.

    Units of `never` are down and were not up since the host was started.
    """
    wanted = host.layout.wanted_units
    running = [unit for unit in up if "@" in unit]
    host.program(
        "systemctl",
        f"""case "$*" in
            *slipway-retire-*) for one in {shown(release.retire_unit, retiring)};;
            *'--state deactivating'*) for one in {shown(release.unit, stopping)};;
            list-units*) for one in {shown(str, running)};;
            show*slipway-*) while [ "$1" != -- ]; do shift; done; shift
                for one; do
                    state=inactive ended=7
                    case ' {" ".join(up)} ' in *" $one "*) state=active ended=0;; esac
                    case ' {" ".join(failed)} ' in *" $one "*) state=failed;; esac
                    case ' {" ".join(never)} ' in *" $one "*) ended=0;; esac
                    file=disabled; ! test -e {wanted}/$one || file=enabled
                    echo "Id=$one"; echo "ActiveState=$state"; echo "UnitFileState=$file"
                    echo "InactiveEnterTimestampMonotonic=$ended"; echo
                done;;
            enable*) touch {wanted}/"$3";;
            disable*) rm -f {wanted}/"$3";; esac""",
    )


def docker(
    host: Host,
    containers: Iterable[Box],
    *,
    tags: dict[str, str] | None = None,
    images: Sequence[str] = (),
    workers: int = 1,
) -> None:
    """The docker of a host: its containers, which image each tag leads to, the images there are."""
    found = list(containers)
    lines = host.calls.with_name("containers")
    lines.write_text("".join(f"{one.shown()}\n" for one in found))
    named = tags if tags is not None else {b.tag: image_of(b.tag) for b in well(host).values()}
    listed = "".join(f"{tag} {image}\n" for tag, image in named.items())
    host.calls.with_name("tags").write_text(listed)
    ids = " ".join(one.id for one in found)
    base = {name: {"image": f"slipway/{name}:1"} for name in ("nginx", "redis")}
    own = {"web": {"image": "slipway/app:1"},
           "worker": {"image": "slipway/app:1", "deploy": {"replicas": workers}}}  # fmt: skip
    for name, services in (("base", base), ("own", own)):
        host.calls.with_name(name).write_text(json.dumps({"name": name, "services": services}))
    every = " ".join(one.id[:12] for one in found)
    running = " ".join(one.id[:12] for one in found if one.state == "running")
    host.program(
        "docker",
        f"""case "$*" in
            *--no-trunc*project) printf '%s\\n' {ids};;
            "inspect --type container"*) cat {lines};;
            "image ls --no-trunc"*) cat {host.calls.with_name("tags")};;
            "image inspect"*) case ' {" ".join(images)} ' in *" $3 "*) ;; *) exit 1;; esac;;
            *config*--hash*) echo web hash;;
            *opt/slipway/base*config*) cat {host.calls.with_name("base")};;
            *config*) cat {host.calls.with_name("own")};;
            *StartedAt*) echo {STARTED};;
            ps*--all*service=worker*) printf '%s\\n' {every} | grep worker || true;;
            ps*service=worker*) printf '%s\\n' {running} | grep worker || true;;
            *State.Pid*) echo 1;;
            top*) echo PID; echo "$$ nginx: worker process";; esac""",
    )


@contextlib.contextmanager
def watched_host() -> Iterator[Host]:
    """A host on which release a is live and all is well."""
    with new_host() as host:
        host.release("a")
        host.release("b")
        history.write(host, entry("b"))
        history.write(host, entry("a", previous="b"))
        host.layout.current.symlink_to("a")
        host.layout.base.mkdir(parents=True, exist_ok=True)
        (host.layout.wanted_units / A).touch()
        systemd(host, BASE, A)
        docker(host, well(host).values())
        for name in ("systemd-run", "journalctl"):
            host.program(name)
        routes = host.layout.current_routes.read_bytes()
        host.layout.loaded_routes.write_bytes(nginx.as_loaded(routes, STARTED))
        guard.write(host.layout.guard_memory, {})
        host.calls.write_text("")
        yield host


def done(host: Host) -> list[str]:
    """What was done, in short, without what was only asked."""
    calls = (call for call in host.called() if not call.startswith(ASKING))
    return [step(call) for call in calls if " config " not in call]
