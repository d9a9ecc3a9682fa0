"""What is wrong with the containers of one compose project, and what mends it."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ..command import run
from ..services.containers import Container
from . import images
from .expected import Wanted
from .fault import Fault, hopeless, undecided
from .progress import Machine, Progress

STOP_SECONDS = "5"  # a hung process does not hear a signal: no use in waiting for long
UP_SECONDS = 90.0
SLOW_SECONDS = 120.0  # that a slow container is given before it is restarted, at first
PROOF_SECONDS = 600.0  # without another hang, until it counts as the first again
STOPPED = frozenset({"exited", "dead", "created"})


@dataclass(frozen=True)
class Project:
    """A compose project, as it shall be and as it is."""

    name: str
    directory: Path
    wanted: dict[str, Wanted]
    """What each service shall have."""
    containers: list[Container]
    built: dict[str, str]
    """The image that was built for each tag, where that is known."""
    tags: dict[str, str]
    """The image that each tag leads to now."""
    extra: dict[str, int] = field(default_factory=dict)
    """Containers of a service that finish their work and do not count any more."""
    waiting: frozenset[str] = frozenset()
    """Services that cannot be healthy now, since another is not there."""

    def faults(self, progress: dict[str, Progress], machine: Machine) -> Iterator[Fault]:
        """All that is wrong now."""
        for service, wanted in self.wanted.items():
            mine = [one for one in self.containers if one.service == service and not one.once]
            image = yield from self._image(wanted.tag)
            yield from self._missing(service, wanted, mine, image)
            if image and any(one.image != image for one in mine):
                again = partial(self.up, service, len(mine), anew=True)
                problem = f"{service} runs from another image than {wanted.tag}"
                yield Fault(f"{self.name} {service} image", problem, "making it again", again)
                continue
            for one in mine:
                if fault := of_container(one, progress.get(one.id), machine):
                    ill = fault.subject == _health(one) and one.health == "unhealthy"
                    yield undecided(fault.subject) if ill and service in self.waiting else fault

    def _image(self, tag: str) -> Generator[Fault, None, str]:
        """The image that a tag shall lead to, if it is known and there; a fault if it does not."""
        image = self.built.get(tag, "")
        if not image or self.tags.get(tag) == image:
            return image
        if not images.exists(image):
            return ""
        found = "leads to another image than was built" if tag in self.tags else "is gone"
        again = partial(images.give, tag, image)
        yield Fault(f"image {tag}", f"the name {tag} {found}", "giving it to its image", again)
        return image

    def _missing(
        self, service: str, wanted: Wanted, found: list[Container], image: str
    ) -> Iterator[Fault]:
        count = wanted.count
        if len(found) >= count:
            return
        subject, problem = f"{self.name} {service}", f"{service} is missing"
        if count > 1:
            problem = f"{count - len(found)} of {count} containers of {service} are missing"
        if wanted.tag in self.tags or image:
            yield Fault(subject, problem, "making it again", partial(self.up, service, count))
        else:
            yield hopeless(subject, f"{problem}, and so is its image {wanted.tag}")

    def up(self, service: str, count: int, *, anew: bool = False) -> None:
        """Compose makes and starts what is missing of a service; anew also what differs."""
        kept = () if anew else ("--no-recreate",)
        count += self.extra.get(service, 0)
        words = ("up", "--detach", "--no-deps", *kept, "--scale", f"{service}={count}", service)
        run("docker", "compose", "--project-directory", self.directory, *words, timeout=UP_SECONDS)


def of_container(one: Container, progress: Progress | None, machine: Machine) -> Fault | None:
    """What is wrong with a container that is there."""
    if one.state in STOPPED:
        start = partial(run, "docker", "start", one.id, timeout=UP_SECONDS)
        return Fault(one.name, f"{one.name} is {one.state}", "starting it", start)
    if one.state == "paused":
        unpause = partial(run, "docker", "unpause", one.id, timeout=UP_SECONDS)
        return Fault(one.name, f"{one.name} is paused", "unpausing it", unpause)
    if one.state != "running":  # Docker is at it
        return undecided(one.name)
    if one.health == "starting":
        return undecided(_health(one))
    return _hanging(one, progress, machine)


def _hanging(one: Container, progress: Progress | None, machine: Machine) -> Fault | None:
    """Whether it hangs: what is stopped does, and what is unhealthy and does not get on."""
    if progress and progress.is_stopped:
        return _restart(one, f"{one.name} has stopped processes")
    if one.health != "unhealthy":
        return None
    if progress is None:  # the next look tells whether it gets on
        return undecided(_health(one))
    share = f"it uses {100 * progress.share:.1f} % of a processor"
    if progress.is_slow(machine):
        return _restart(one, f"{one.name} is slow and not hung: {share}; {machine}", SLOW_SECONDS)
    return _restart(one, f"{one.name} is unhealthy and does not get on: {share}")


def _restart(one: Container, problem: str, patience: float = 0.0) -> Fault:
    words = ("docker", "restart", "--time", STOP_SECONDS, one.id)
    return Fault(
        _health(one),
        problem,
        "restarting it",
        partial(run, *words, timeout=UP_SECONDS),
        f"docker logs {one.name} shows what it did",
        patience,
        loud=bool(patience),
        proof=PROOF_SECONDS,
    )


def _health(one: Container) -> str:
    return f"{one.name} health"
