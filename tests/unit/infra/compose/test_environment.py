"""What the application finds in its environment, through YAML and compose's own rules."""

import re
from typing import Any

import pytest
import yaml

from infra import release
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.onhost.services import sockets
from infra.settings import RESERVED_VARIABLES, load

GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
RELEASE = "0123456789ab"


def interpolated(value: Any) -> Any:
    """What compose makes of a value: `$$` is a `$`, `${RELEASE}` comes from .env, no other is."""
    if isinstance(value, dict):
        return {key: interpolated(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [interpolated(inner) for inner in value]
    if not isinstance(value, str):
        return value
    known = {"$$": "$", "${RELEASE}": RELEASE}
    return re.sub(r"\$(\$|\{\w+\}|\w+)?", lambda found: known[found[0]], value)


def loaded(**settings: Any) -> Any:
    """The release's compose file as compose sees it."""
    files = release.release_files(load(GOOD | settings, "one"), "slipway/app:1")
    return interpolated(yaml.safe_load(files[0].content or b""))


def test_the_environment_names_what_the_release_runs_with() -> None:
    web, worker = (loaded()["services"][name]["environment"] for name in ("web", "worker"))
    common = {
        "FLASK_APP": "app.wsgi:application",
        "RELEASE": RELEASE,
        "REDIS_URL": f"unix://{LAYOUT.redis_socket}",
        "ADMIN_PASSWORD_FILE": "/run/secrets/admin_password",
        "REDIS_PASSWORD_FILE": "/run/secrets/redis_password",
        "SECRET_KEY_FILE": "/run/secrets/secret_key",
        "QUEUE": "default",
        "QUEUES": "default",
        "JOB_TIMEOUT": "180",
        "TMPDIR": str(layout.CONTAINER_SPOOL),
    }
    assert worker == common
    assert web == common | {
        "WEB_MODULE": "app.wsgi:application",
        "WEB_SOCKET": f"{layout.CONTAINER_SOCKETS}/uwsgi.sock",
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "2",
        "WEB_REQUEST_TIMEOUT": "30",
        "WEB_STREAM_LIMIT": "3600",
        "WEB_STREAMS": "2",
        "WEB_QUEUE": "128",
    }


def test_what_slipway_sets_is_what_the_settings_reserve() -> None:
    files = {"ADMIN_PASSWORD_FILE", "REDIS_PASSWORD_FILE", "SECRET_KEY_FILE"}
    assert loaded()["services"]["web"]["environment"].keys() == {
        "FLASK_APP", *RESERVED_VARIABLES, *files,
    } - {"SOCKET"}  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        "a $HOME and ${RELEASE} and $$ and a last $",
        """'single' and "double" quotes""",
        "key: value # no comment",
        "{a: [b]} &c *d !e %f @g `h`",
        "back\\slash \\n \\u0041",
        "  spaces around  ",
        "null",
        "true",
        "0123",
        "1e3",
        "<html>&amp;",
        "é, 語 and \U0001f600",
        "tab\tand\x07\x7f\u0085\u2028",
        "{{ jinja }} {% raw %}",
    ],
)
def test_a_variable_arrives_as_it_is(value: str) -> None:
    services = loaded(app={"environment": {"VALUE": value}})["services"]
    assert services["web"]["environment"]["VALUE"] == value
    assert services["worker"]["environment"]["VALUE"] == value


@pytest.mark.parametrize("name", ["NULL", "TRUE", "Y", "NO", "ON", "_"])
def test_a_variable_may_have_a_name_that_means_something_in_yaml(name: str) -> None:
    assert loaded(app={"environment": {name: "x"}})["services"]["web"]["environment"][name] == "x"


@pytest.mark.parametrize("name", ["null", "true", "no", "on", "y"])
def test_names_may_be_those_that_mean_something_in_yaml(name: str) -> None:
    found = loaded(
        processes={name: {"kind": "queue", "queues": [name]}}, secrets={name: "pyproject.toml"}
    )
    assert found["services"][name]["environment"]["QUEUE"] == name
    assert found["secrets"][name] == {"file": f"./secrets/{name}"}
    assert name in found["services"]["web"]["secrets"]


def test_commands_arrive_as_they_are() -> None:
    command = ["sh", "-c", "exec uwsgi --socket \"$WEB_SOCKET\" --ini 'a: b' #"]
    found = loaded(
        web={"command": command},
        processes={"worker": {"kind": "queue", "command": command, "health_command": command}},
    )
    # nginx may write to the socket that the server makes, and the server hears where that is.
    socket = f"{layout.CONTAINER_SOCKETS}/{sockets.UWSGI}"
    told = ["sh", "-c", f"exec uwsgi --socket \"{socket}\" --ini 'a: b' #"]
    assert found["services"]["web"]["command"] == ["sh", "-c", 'umask 007; exec "$@"', "sh", *told]
    assert found["services"]["worker"]["command"] == command
    assert found["services"]["worker"]["healthcheck"]["test"] == ["CMD", *command]


def test_every_secret_is_a_file_of_the_release() -> None:
    found = loaded(secrets={"api_key": "pyproject.toml"})
    names = ["admin_password", "api_key", "redis_password", "secret_key"]
    assert found["secrets"] == {name: {"file": f"./secrets/{name}"} for name in names}
    assert [service["secrets"] for service in found["services"].values()] == [names] * 3


def test_the_project_and_the_socket_are_the_release_s_own() -> None:
    found = loaded()
    assert found["name"] == layout.RELEASE_PROJECT.format(release=RELEASE)
    socket = LAYOUT.web / RELEASE / "socket" / sockets.UWSGI
    web = found["services"]["web"]
    assert f"{socket.parent}:{layout.CONTAINER_SOCKETS}" in web["volumes"]
    assert web["healthcheck"]["test"][4] == f"{layout.CONTAINER_SOCKETS}/{socket.name}"
