"""A poetry.lock, as Poetry writes it, with the versions that the example is locked with."""

from infra.application.locks.pins import parsed
from infra.checkout import CHECKOUT

NEEDS = {
    "flask": ["blinker", "click", "itsdangerous", "jinja2", "markupsafe", "werkzeug"],
    "jinja2": ["markupsafe"],
    "werkzeug": ["markupsafe"],
}
# Of the group dev, and not to be had: the image must be built without it.
OF_DEVELOPMENT = """[[package]]
name = "pytest"
version = "0.0.0"
optional = false
groups = ["dev"]
files = []
"""


def poetry_lock(wanted: str) -> str:
    """The lock of a project that needs a package."""
    pins = {one.name: one for one in parsed((CHECKOUT / "app/requirements.txt").read_text())}
    written = [OF_DEVELOPMENT]
    for name in [wanted, *NEEDS[wanted]]:
        files = "".join(f'    {{file = "{name}", hash = "{one}"}},\n' for one in pins[name].hashes)
        written.append(
            f'[[package]]\nname = "{name}"\nversion = "{pins[name].version}"\noptional = false\n'
            f'groups = ["main"]\nfiles = [\n{files}]\n'
        )
        if name in NEEDS:
            lines = "".join(f'{one} = "*"\n' for one in NEEDS[name])
            written.append(f"[package.dependencies]\n{lines}")
    return "\n".join(written)
