"""Public secret keys, as applications write them, and those that are none."""

import ast

import pytest

from infra.application import secret_key

GIVEN = {"SECRET_KEY_FILE", "RELEASE"}
FALLS_BACK = [
    'import os\nclass Config:\n    SECRET_KEY = os.environ.get("SECRET_KEY") or "never-guess"',
    'app.config["SECRET_KEY"] = os.getenv("SECRET_KEY", "dev")',
    'app.secret_key = environ.get("SECRET_KEY", default="dev")',
    'SECRET_KEY = env.str("SECRET_KEY", "dev")',
    'SECRET_KEY = config("SECRET_KEY", default="dev")',
    'if "x":\n    app.config.update(SECRET_KEY=os.environ.get("SECRET_KEY", "dev"))',
    'class Settings(BaseSettings):\n    secret_key: str = "dev"',
    'SECRET_KEY = os.environ["SECRET_KEY"] if "SECRET_KEY" in os.environ else "dev"',
]
CONSTANT = [
    'app.config.from_mapping(SECRET_KEY="dev", DATABASE="x")',
    'app.secret_key = b"_5#y2L"',
    'app.config.update({"SECRET_KEY": "dev"})',
    'app.config.setdefault("SECRET_KEY", "dev")',
    'class Config:\n    SECRET_KEY: str = "dev"',
]
PRIVATE = [
    'app.secret_key = os.environ["SECRET_KEY"]',
    'app.secret_key = Path(os.environ["SECRET_KEY_FILE"]).read_text()',
    'key = "dev"\nif f := os.environ.get("SECRET_KEY_FILE"):\n    app.secret_key = open(f).read()',
    "app.secret_key = secrets.token_bytes()",
    'app.config["SECRET_KEY"]',
    "x = 1",
    'app.secret_key = ""',
    # A default for tests, and the file where there is one.
    'app.secret_key = "dev"\nread(os.environ["SECRET_KEY_FILE"])',
]


def warning(source: str, *given: str) -> str:
    return secret_key.warning({"shop/config.py": ast.parse(source)}, {*GIVEN, *given})


@pytest.mark.parametrize("source", FALLS_BACK)
def test_a_key_for_a_missing_variable_is_told_with_what_to_write(source: str) -> None:
    told = warning(source)
    assert "the secret key in shop/config.py, line " in told
    assert '"secrets_in_environment": {"SECRET_KEY": "{secret_key}"}' in told
    assert "\n" not in told
    assert warning(source, "SECRET_KEY") == ""


@pytest.mark.parametrize("source", CONSTANT)
def test_a_constant_is_told(source: str) -> None:
    assert "reads neither SECRET_KEY nor SECRET_KEY_FILE" in warning(source)
    assert warning(source, "SECRET_KEY") != ""  # nobody reads it


@pytest.mark.parametrize("source", PRIVATE)
def test_nothing_is_told_of_a_key_that_is_not_in_the_source(source: str) -> None:
    assert warning(source) == ""


def test_a_prefix_of_variables_is_known() -> None:
    source = 'app.config.from_mapping(SECRET_KEY="dev")\napp.config.from_prefixed_env()'
    assert '{"FLASK_SECRET_KEY": "{secret_key}"}' in warning(source)
    assert warning(source, "FLASK_SECRET_KEY") == ""
