from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config, ConfigError
from tests.support.processes import Start, ended
from tests.support.redis_server import PASSWORD, RedisServer


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("very secret\n")
    return {"REDIS_URL": "unix:///run/redis/redis.sock", "SECRET_KEY_FILE": str(secret)}


def test_what_is_not_set_has_its_default(environ: dict[str, str]) -> None:
    config = Config.from_environment({**environ, "QUEUE": "", "JOB_TIMEOUT": ""})
    assert (config.queue, config.job_timeout) == ("default", 180)
    assert (config.result_ttl, config.failure_ttl) == (86_400, 604_800)
    assert (config.secret_key, config.redis_password) == ("very secret", None)


def test_what_is_set_is_taken(environ: dict[str, str]) -> None:
    times = {"JOB_TIMEOUT": "20", "RESULT_TTL": "30", "FAILURE_TTL": "40"}
    config = Config.from_environment({**environ, **times, "QUEUE": "r-1"})
    assert (config.queue, config.job_timeout) == ("r-1", 20)
    assert (config.result_ttl, config.failure_ttl) == (30, 40)


@pytest.mark.parametrize("name", ["REDIS_URL", "SECRET_KEY_FILE"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_or_empty_setting_is_refused_by_name(
    environ: dict[str, str], name: str, value: str | None
) -> None:
    environ.pop(name)
    with pytest.raises(ConfigError, match=f"^{name} is not set$"):
        Config.from_environment(environ if value is None else {**environ, name: value})


@pytest.mark.parametrize("name", ["SECRET_KEY_FILE", "REDIS_PASSWORD_FILE"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "not text")],
)
def test_a_secret_that_cannot_be_had_is_refused_by_name(
    environ: dict[str, str], tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "other"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"^{name}: .*{reason}"):
        Config.from_environment({**environ, name: str(path)})


@pytest.mark.parametrize(
    "url",
    [
        "/run/redis.sock",
        "unix://",
        "http://host/",
        "redis://",
        "redis://[::1",
        "redis://:p4ss@host",
        "unix:///run/redis.sock?password=p4ss",
    ],
)
def test_a_wrong_address_of_redis_is_refused_and_not_shown(
    environ: dict[str, str], url: str
) -> None:
    with pytest.raises(ConfigError, match="REDIS_URL") as refused:
        Config.from_environment({**environ, "REDIS_URL": url})
    assert "p4ss" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOB_TIMEOUT", "9"),
        ("JOB_TIMEOUT", "ten"),
        ("RESULT_TTL", "0"),
        ("FAILURE_TTL", "-1"),
        ("FAILURE_TTL", "\u0665"),
        ("QUEUE", "a,b"),
        ("QUEUE", "a:b"),
        ("QUEUE", "q" * 65),
        ("INSECURE_COOKIES", "yes"),
        ("STATIC_FOLDER", "/nowhere"),
    ],
)
def test_a_wrong_value_is_refused_by_name(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} must be"):
        Config.from_environment({**environ, name: value})


def test_secrets_are_not_in_the_repr(redis: RedisServer) -> None:
    config = Config.from_environment(redis.environ)
    assert config.redis_password == PASSWORD
    assert PASSWORD not in repr(config)
    assert config.secret_key not in repr(config)


def test_a_worker_without_its_secret_ends_with_one_line(
    start: Start, environ: dict[str, str]
) -> None:
    missing = {"SECRET_KEY_FILE": "/nowhere/key"}
    code, output = ended(start({**environ, **missing}, "python", "-m", "steady_rq", "worker"))
    assert code == 1
    assert output.splitlines() == [
        "the worker does not start: app/steady_rq.conf.py: SECRET_KEY_FILE: the file /nowhere/key "
        "cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORS_ORIGINS", "friend.example"),
        ("CORS_ORIGINS", "https://friend.example/"),
        ("CORS_ORIGINS", "https://*.example"),
        ("CORS_ORIGINS", "null"),
        ("CORS_METHODS", "get"),
        ("CORS_HEADERS", "X:Y"),
    ],
)
def test_a_wrong_word_in_a_list_is_refused_by_name(
    environ: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{name}: '.*' is not a valid value"):
        Config.from_environment({**environ, name: value})


def test_the_admins_password_is_optional_and_long_enough(
    environ: dict[str, str], tmp_path: Path
) -> None:
    config = Config.from_environment(environ)
    assert (config.admin_user, config.admin_password) == ("admin", None)
    path = tmp_path / "admin"
    path.write_text("elevenchars\n")
    environ["ADMIN_PASSWORD_FILE"] = str(path)
    with pytest.raises(ConfigError, match="ADMIN_PASSWORD_FILE: the password has fewer") as short:
        Config.from_environment(environ)
    assert "elevenchars" not in str(short.value)
    path.write_text("twelve chars\n")
    config = Config.from_environment(environ)
    assert config.admin_password == "twelve chars"  # noqa: S105  # of this test
    assert "twelve" not in repr(config)
