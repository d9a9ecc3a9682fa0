"""Secrets: the operator's put on the host, the others made there."""

from pyinfra.api import deploy

from infra.hostfile import HostFile
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.operations import slipway, whole_files
from infra.settings import Settings


def given(settings: Settings) -> list[HostFile]:
    """The operator's secrets as files of the host, without the editor's last line break."""
    return [
        HostFile(
            str(LAYOUT.secrets / name),
            path.read_bytes().rstrip(b"\r\n"),
            mode="440",
            group=layout.APP_UID,
        )
        for name, path in sorted(settings.secrets.items())
    ]


@deploy("Secrets")
def provide(settings: Settings) -> None:
    """Every secret stands on the host; their values appear in no output."""
    if settings.secrets:
        whole_files.replace(name="Copy your secrets", files=given(settings))
    slipway.ensure(
        name="Generate the other secrets",
        question="secrets-state",
        wanted={"missing": [], "redis_users": True},
        action="secrets-ensure",
    )
