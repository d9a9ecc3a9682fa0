"""What an application may need beyond the defaults, on its way into image and containers."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from rq import Queue

from infra import programs, release
from infra.application.image import STEADY_RQ, image
from infra.checkout import CHECKOUT
from infra.onhost import layout
from infra.onhost.layout import LAYOUT
from infra.settings import Settings, load
from infra.settings.fields.section import FieldError
from tests.support.redis_server import RedisServer

SHIPPED = (
    "Dockerfile",
    "Dockerfile.dockerignore",
    "gunicorn.conf.py",
    "slipway_limits.py",
    "slipway_streams.py",
    "slipway_wsgi.py",
    "static_files.py",
    "uwsgi.ini",
)
PYTHON = sys.executable
GOOD: dict[str, Any] = {"domain": "app.example.org", "email": "you@example.org"}
PLAIN = load(GOOD, "one")
NEEDS = load(
    GOOD
    | {
        "app": {
            "release_command": ["flask", "db", "upgrade"],
            "volumes": {"uploads": "/srv/uploads"},
            "system_packages": ["graphviz", "sqlite3"],
            "generated_secrets": ["invitation"],
        }
    },
    "one",
)


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # without uv, no index is asked
    monkeypatch.setattr("sys.executable", "/nowhere/python")


def release_file(settings: Settings) -> Any:
    files = {file.path: file.content for file in release.release_files(settings, "slipway/app:1")}
    return yaml.safe_load(files["compose.yaml"] or b"")


def test_a_health_check_has_time_to_start_on_a_busy_host() -> None:
    """What hangs is found by the short patience of the program that asks, not by this limit."""
    slow = load(GOOD | {"web": {"start_limit": 300}}, "one")
    for settings, start in ((PLAIN, "60s"), (slow, "300s")):
        found = release_file(settings)["services"]
        for service in ("web", "worker"):
            check = found[service]["healthcheck"]
            assert (check["timeout"], check["retries"]) == ("30s", 2)
            assert check["start_period"] == start  # a release that may still start is not ill
    # Two failures of the web's program, a look of the watchdog, and a restart: within a minute.
    interval = int(release_file(PLAIN)["services"]["web"]["healthcheck"]["interval"][:-1])
    assert 2 * (interval + 5) + 10 + 10 < 60


def test_the_release_command_can_do_as_little_as_web() -> None:
    found = release_file(NEEDS)["services"]
    command, web = found["release-command"], found["web"]
    assert (command["profiles"], command["restart"]) == (["release-command"], "no")
    assert command["command"] == ["flask", "db", "upgrade"]
    same = ["image", "user", "read_only", "cap_drop", "security_opt", "tmpfs", "secrets"]
    assert {key: command[key] for key in same} == {key: web[key] for key in same}
    assert command["environment"].items() <= web["environment"].items()
    assert release.release_config(NEEDS, "slipway/app:1").release_command


def test_without_a_command_there_is_no_such_service() -> None:
    assert "release-command" not in release_file(PLAIN)["services"]
    assert not release.release_config(PLAIN, "slipway/app:1").release_command


def test_volumes_stand_in_every_container_of_the_application_and_are_its_own() -> None:
    mount = f"{LAYOUT.volumes}/uploads:/srv/uploads"
    assert all(mount in service["volumes"] for service in release_file(NEEDS)["services"].values())
    [folder] = programs.volumes(NEEDS)
    assert (folder.path, folder.user, folder.mode) == (
        f"{LAYOUT.volumes}/uploads", layout.APP_UID, "700",
    )  # fmt: skip


def test_a_volume_in_the_source_hides_none_of_its_files(tmp_path: Path) -> None:
    for name in ("app.py", "instance/.gitkeep", "static/logo.svg", "static_2/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("from flask import Flask\napp = Flask(__name__)\n")
    (tmp_path / "requirements.txt").write_text("flask==3.1.0 --hash=sha256:aa")

    def deployed(path: str) -> Settings:
        app = {"source": str(tmp_path), "volumes": {"kept": path}}
        settings = load(GOOD | {"app": app}, "one")
        image(settings)
        return settings

    web = release_file(deployed("instance"))["services"]["web"]
    assert f"{LAYOUT.volumes}/kept:/srv/app/instance" in web["volumes"]
    assert deployed("uploads/new")
    with pytest.raises(FieldError) as refused:
        deployed("static")
    assert refused.value.path == "app.volumes.kept"
    assert str(refused.value).startswith("static would hide static/logo.svg of the source: ")


def test_debian_packages_are_an_argument_of_the_image_s_build() -> None:
    needed = {"SYSTEM_PACKAGES=graphviz sqlite3"}
    assert set(image(NEEDS).arguments) - set(image(PLAIN).arguments) == needed


def test_no_file_of_the_application_is_taken_for_slipway_s(tmp_path: Path) -> None:
    (tmp_path / "wsgi.py").write_text("application = make()")
    (tmp_path / "uwsgi.ini").write_text("[uwsgi]")
    (tmp_path / "requirements.txt").write_text("rq==2.12.0 --hash=sha256:aa")
    settings = load(GOOD | {"app": {"source": str(tmp_path)}}, "one")
    built = image(settings)
    found = {file.path: file.content for file in built.files}
    for name in SHIPPED:
        assert found[f"images/app/{name}"] == (CHECKOUT / "images/app" / name).read_bytes()
    assert {"app/wsgi.py", "app/uwsgi.ini", "requirements/app.txt"} <= set(found)
    assert f"{STEADY_RQ}/worker/steady_worker.py" in found
    assert {"PLACE=/srv/app", "PYTHON_PATH=/srv/app"} <= set(built.arguments)
    web = release_file(settings)["services"]["web"]
    assert web["environment"]["WEB_MODULE"] == "wsgi:application"
    assert web["environment"]["FLASK_APP"] == "wsgi:application"
    assert web["command"] == ["uwsgi", "--ini", "/opt/slipway/uwsgi.ini"]


def test_a_dockerfile_of_its_own_is_built_as_it_stands_in_its_own_context(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch")
    (tmp_path / "boot.sh").write_text("exec gunicorn --bind unix:$WEB_SOCKET shop:app")
    settings = load(GOOD | {"app": {"source": str(tmp_path)}}, "one")
    built = image(settings)
    assert (built.dockerfile, built.arguments) == ("Dockerfile", ())
    assert {file.path for file in built.files} == {"Dockerfile", "boot.sh"}
    assert "command" not in release_file(settings)["services"]["web"]


def test_an_image_of_its_own_gets_the_worker_for_rq_from_the_release(
    tmp_path: Path, redis: RedisServer
) -> None:
    source, made = tmp_path / "shop", tmp_path / "release"
    source.mkdir()
    (source / "Dockerfile").write_text("FROM scratch\nCMD serve $WEB_SOCKET")
    own = {"processes": {"jobs": {"kind": "queue"}, "own": {"kind": "queue", "command": ["x"]}}}
    settings = load(GOOD | own | {"app": {"source": str(source)}}, "one")
    services = release_file(settings)["services"]
    folder = str(layout.CONTAINER_STEADY_RQ)
    assert services["jobs"]["command"] == ["python3", folder, "worker"]
    assert services["jobs"]["healthcheck"]["test"][1:] == ["python3", folder, "check"]
    assert f"./steady_rq:{folder}:ro" in services["jobs"]["volumes"]
    assert services["own"]["command"] == ["x"]
    assert f"./steady_rq:{folder}:ro" not in services["own"]["volumes"]
    for file in release.steady_rq():
        path = made / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content or b"")
    (source / "shop.py").write_text("def sold(): return 7")
    with redis.client() as client:
        job = Queue(connection=client).enqueue("shop.sold")
        done = subprocess.run(
            [PYTHON, made / "steady_rq", "worker", "--burst"],
            cwd=source, env=redis.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, job.return_value()) == (0, 7), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("app", "web", "reason"),
    [
        ({}, {}, "nothing in the source of Dockerfile names WEB_SOCKET"),
        ({"dockerfile": "docker/Dockerfile"}, {}, "there is no docker/Dockerfile in "),
        ({}, {"command": ["gunicorn"]}, ""),
        ({"dockerfile": None, "module": "shop:app"}, {}, ""),
    ],
)
def test_a_dockerfile_whose_server_nginx_would_not_reach_is_refused(
    tmp_path: Path, app: dict[str, Any], web: dict[str, Any], reason: str
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCMD gunicorn --bind :5000")
    (tmp_path / "requirements.txt").write_text("flask==3.1.0 --hash=sha256:aa")
    settings = load(GOOD | {"app": {"source": str(tmp_path), **app}, "web": web}, "one")
    if not reason:
        image(settings)
        return
    with pytest.raises(FieldError) as refused:
        image(settings)
    assert refused.value.path == "app.dockerfile"
    assert reason in str(refused.value)


def test_every_secret_has_a_variable_that_names_its_file() -> None:
    environment = release_file(NEEDS)["services"]["worker"]["environment"]
    names = {"INVITATION": "invitation", "SECRET_KEY": "secret_key"}
    assert all(environment[f"{key}_FILE"] == f"/run/secrets/{names[key]}" for key in names)
    assert "ADMIN_PASSWORD_FILE" not in environment
