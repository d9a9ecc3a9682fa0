"""The first and the last step of a deploy: what shall be there, and that it is there."""

from pyinfra.api import deploy

from infra.inspection import manifest
from infra.operations import slipway, whole_files
from infra.settings import Settings


@deploy("Inspection")
def write_manifest(settings: Settings) -> None:
    """The host knows what this deploy puts there."""
    whole_files.replace(name="Write the manifest", files=[manifest.file(settings)])


@deploy("Inspection")
def mend_differences() -> None:
    """Nothing differs from what this deploy put, also not what runs; what differs is mended."""
    slipway.ensure(
        name="Mend what differs from this deploy",
        question="inspection-state",
        wanted={"differences": [], "failed": False},
        action="mend",
    )
