"""Docker and Compose, from Debian's packages or, where they are, from Docker's own."""

from pyinfra.api import deploy

from infra.facts.engine import CONFIGURATION
from infra.onhost.layout import LAYOUT
from infra.operations import dockerd, machine, slipway
from infra.operations import packages as debian
from infra.settings import Settings
from infra.settings.dockerd import FIRST, wanted


@deploy("Docker")
def install(settings: Settings, packages: list[str]) -> None:
    """Docker runs with its configuration, which is there before the package starts it."""
    dockerd.configure(name="Configure Docker", wanted=wanted(settings), first=FIRST)
    environment = settings.proxy.variables
    debian.install(name="Install Docker and Compose", names=packages, environment=environment)


@deploy("Docker")
def give_way_out() -> None:
    """The kernel knows dockerd's rules, and containers reach the Internet."""
    slipway.ensure(
        name="Give containers their way out",
        question="way-out-state",
        wanted={"open": True},
        action="way-out-mend",
    )


@deploy("Docker")
def start() -> None:
    """dockerd has read its configuration and the CA bundle."""
    machine.start_docker(
        name="Run Docker with its configuration",
        files=[str(CONFIGURATION), str(LAYOUT.ca_bundle)],
    )
