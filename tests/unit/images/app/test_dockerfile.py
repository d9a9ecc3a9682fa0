from __future__ import annotations

import configparser
import re

import pytest

from tests.support.processes import ROOT

DOCKERFILE = (ROOT / "images/app/Dockerfile").read_text()
STAGES = DOCKERFILE.split("\nFROM ")[1:]
[FINAL_STAGE] = [stage for stage in STAGES if stage.startswith("python AS image\n")]
UWSGI = (ROOT / "images/app/uwsgi.ini").read_text()


def test_the_image_needs_no_registry_but_for_its_base() -> None:
    assert "syntax=" not in DOCKERFILE
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert set(images) == {"${BASE_IMAGE}", "${BUILDER}", "python", "venv", "image"}
    assert "ARG BUILDER=wheels\n" in DOCKERFILE
    assert STAGES[-1] == "image\n"


def test_dependencies_are_wheels_checked_by_hash() -> None:
    assert "--require-hashes --only-binary :all: -r /uv.txt" in DOCKERFILE
    assert "UV_REQUIRE_HASHES=1" in DOCKERFILE
    assert "uv pip install --only-binary :all: -r /requirements.txt" in DOCKERFILE
    lock = (ROOT / "app/requirements.txt").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)
    assert {"flask", "pyuwsgi", "redis", "rq"} <= set(pins)
    assert lock.count("--hash=sha256:") >= len(pins)


def test_the_last_layer_is_the_code_and_its_user_a_number() -> None:
    steps = re.findall(r"^(COPY|RUN|USER|ENV|CMD) ?(.*)", FINAL_STAGE, re.MULTILINE)
    copies = [arguments for step, arguments in steps if step == "COPY"]
    assert copies[-1] == "--from=code /srv/app /srv/app"
    assert ("USER", "10001:10001") in steps
    assert not [step for step, _ in steps if step == "RUN"]


def test_the_static_files_are_finished_where_nginx_is_told_to_take_them_from() -> None:
    assert 'python3 /opt/slipway/static_files.py "${STATIC}" /srv/static;' in DOCKERFILE
    assert "STATIC_FOLDER=/srv/static " in FINAL_STAGE
    assert "COPY --from=code /srv/static /srv/static\n" in FINAL_STAGE


@pytest.mark.parametrize(
    "line",
    [
        "master = true",
        "need-app = true",
        "strict = true",
        "vacuum = true",
        "chmod-socket = 660",
        "hook-master-start = unix_signal:15 gracefully_kill_them_all",
        "disable-logging = true",
    ],
)
def test_uwsgi_is_told(line: str) -> None:
    assert line in UWSGI.splitlines()


def test_uwsgi_listens_on_unix_sockets_only() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(UWSGI)
    assert parser["uwsgi"]["socket"] == "$(WEB_SOCKET)"
    assert parser["uwsgi"]["stats"] == "$(WEB_SOCKET).stats"
    assert not {"http", "http-socket", "https"} & set(parser["uwsgi"])


def test_uwsgi_is_not_told_what_kills_it_under_the_images_python() -> None:
    assert not re.search(r"^py-call-osafterfork", UWSGI, re.MULTILINE)
