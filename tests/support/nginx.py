"""nginx' files as a deploy renders them, and what stands in them."""

import re

from infra import base, release
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load
from tests.support.settings import GOOD

DEFAULTS = load(GOOD, "one")

UNUSUAL = load(
    GOOD
    | {
        "nginx": {"http_port": 8080, "https_port": 8443, "body_size": "1g"},
        "web": {"request_timeout": 90},
    },
    "one",
)

GUNICORN = load(GOOD | {"web": {"server": "gunicorn", "request_timeout": 90}}, "one")


def base_file(settings: Settings, name: str) -> str:
    images = base.image("nginx", settings), base.image("redis", settings)
    files = {file.path: file.content for file in base.base_files(settings, *images)}
    return (files[str(LAYOUT.nginx / name)] or b"").decode()


def nginx_conf(settings: Settings) -> str:
    return base_file(settings, "nginx.conf")


def routes_conf(settings: Settings) -> str:
    files = {file.path: file.content for file in release.release_files(settings, "slipway/app:1")}
    return (files["routes.conf"] or b"").decode()


def values(text: str, directive: str) -> list[str]:
    """Every value of a directive, in order."""
    line = rf"^ *{directive} (.*?);(?: *#[^\n]*)?$"
    found = re.findall(line, text, re.MULTILINE | re.DOTALL)
    return [" ".join(value.split()) for value in found]


def parameters(settings: Settings) -> dict[str, str]:
    pairs = (value.partition(" ") for value in values(routes_conf(settings), "uwsgi_param"))
    return {name: value for name, _, value in pairs}


def location(text: str, name: str) -> str:
    [block] = re.findall(rf"^location {re.escape(name)} {{(.*?)^}}", text, re.MULTILINE | re.DOTALL)
    return str(block)
