"""Values of each type: what is taken, and what a refusal says of the others."""

from typing import Any

import pytest

from infra.settings import megabytes
from tests.support.settings import refusal, refusals, settings

SIZE = "must be a size in megabytes or gigabytes, like 256m or 1g"
NAME = "must be a name of at most 63 characters (a-z, 0-9, _) that begins with a letter"
FOLDER = "must be an absolute path of letters, digits and . _ -, without .., like /srv/data"
URL_FOLDER = "must be a URL path that begins and ends with /, like /static/"
URL_PATH = "must be a URL path of letters, digits and . _ - /, like /healthz"
URL_PREFIX = "must be a URL path without a / at its end, like /metrics"
VOLUME = (
    "must be a path in the source, like instance, or an absolute path below /srv or /data, but not"
    " in /srv/app"
)


@pytest.mark.parametrize("size", ["256", "256M", "0m", "1.5g", "-1m", "1t", " 1g", "1g\n", "1gb"])
def test_a_size_has_a_number_and_a_unit(size: str) -> None:
    assert refusal(web={"memory": size}) == f"web.memory: {SIZE}"


@pytest.mark.parametrize(("size", "number"), [("1m", 1), ("900m", 900), ("4g", 4096)])
def test_sizes_are_counted_in_megabytes(size: str, number: int) -> None:
    assert megabytes(size) == number


@pytest.mark.parametrize("value", ["2", True, 2.0, None, [2]])
def test_a_number_must_be_a_whole_number(value: object) -> None:
    assert refusal(web={"processes": value}) == "web.processes: must be a whole number"


@pytest.mark.parametrize(
    ("section", "name", "value", "reason"),
    [
        ("web", "processes", 0, "must be 1 or more"),
        ("web", "processes", 65, "must be 64 or less"),
        ("web", "request_timeout", 0, "must be 1 or more"),
        ("nginx", "http_port", 79, "must be 80 or more"),
        ("nginx", "https_port", 65536, "must be 65535 or less"),
        ("preflight", "clock_difference", 0, "must be 1 or more"),
        ("app", "health_path", "healthz", URL_PATH),
        ("app", "health_path", "/a b", URL_PATH),
        ("app", "health_path", "/a;b", URL_PATH),
        ("app", "health_path", "/a\n", URL_PATH),
        ("app", "static_folder", "srv/static", FOLDER),
        ("app", "static_folder", "/srv/../etc", FOLDER),
        ("app", "static_folder", "/srv/static/", FOLDER),
        ("app", "static_folder", "/srv/.", FOLDER),
        ("app", "static_url", "/static", URL_FOLDER),
        ("app", "static_url", "/", URL_FOLDER),
        ("app", "static_url", "/../", URL_FOLDER),
        ("web", "command", "uwsgi --ini x", "must be a list"),
        ("web", "server", "waitress", "must be 'uwsgi' or 'gunicorn'"),
        ("docker", "base_image", "debian trixie", "must be the name of an image"),
        ("docker", "base_image", "", "must be the name of an image"),
        ("docker", "registry_mirror", "http://mirror.example.org", "must begin with https://"),
        ("docker", "registry_mirror", "mirror.example.org", "must be a URL"),
        ("certificate", "acme_directory", "http://ca.example.org", "must begin with https://"),
        ("certificate", "key_type", "dsa", "must be 'ecdsa' or 'rsa'"),
        ("certificate", "check_names", "perhaps", "must be True or False"),
        ("app", "source", 1, "must be the path of a file or folder"),
        ("app", "environment", ["A=1"], "must be a dict"),
    ],
)
def test_a_wrong_value_is_refused_with_the_reason(
    section: str, name: str, value: object, reason: str
) -> None:
    assert refusal(**{section: {name: value}}) == f"{section}.{name}: {reason}"


@pytest.mark.parametrize(
    ("section", "name", "value", "reason"),
    [
        ("app", "system_packages", ["--yes"], "0: must be the name of a Debian package"),
        ("app", "system_packages", ["a b"], "0: must be the name of a Debian package"),
        ("app", "volumes", {"etc": "/etc/app"}, f"etc: {VOLUME}"),
        ("app", "volumes", {"code": "/srv/app/data"}, f"code: {VOLUME}"),
        ("app", "volumes", {"code": "/srv/app"}, f"code: {VOLUME}"),
        ("app", "volumes", {"data": "/srv/../app"}, f"data: {VOLUME}"),
        ("nginx", "private_paths", ["/a", "/"], f"1: {URL_PREFIX}"),
        ("nginx", "private_paths", ["/metrics/"], f"0: {URL_PREFIX}"),
        ("nginx", "private_paths", ["/a;b"], f"0: {URL_PREFIX}"),
        ("app", "environment", {"A": 1}, "A: must be text"),
    ],
)
def test_a_wrong_item_is_named_by_its_place(
    section: str, name: str, value: Any, reason: str
) -> None:
    assert refusal(**{section: {name: value}}) == f"{section}.{name}.{reason}"


def test_each_wrong_argument_of_a_command_is_named_by_its_place() -> None:
    reason = "must be one line of text, not empty"
    assert refusals(web={"command": ["", "a", "b\nc"]}) == [
        f"web.command.0: {reason}",
        f"web.command.2: {reason}",
    ]


def test_a_volume_may_have_a_name_that_begins_like_the_code_s() -> None:
    for path in ("/srv/application", "instance", "static/uploads", "/data/x"):
        assert settings(app={"volumes": {"a": path}}).app.volumes == {"a": path}


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\n"])
def test_a_variable_is_one_line(value: str) -> None:
    reason = "must be one line of text"
    assert refusal(app={"environment": {"A": value}}) == f"app.environment.A: {reason}"
