"""Secrets as variables: whole, of the release, and shown nowhere but to root by Docker."""

import json
import secrets
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.faults.conftest import INVENTORY, Target, pyinfra
from tests.faults.environment.conftest import APP, serve

pytestmark = pytest.mark.destructive
ODD = """a "b" 'c' $HOME ${HOME} $$ \\ \\n #d = é\n\tnext line, and \\"the last\\"$"""


def told(target: Target, *names: str) -> dict[str, str]:
    found: dict[str, str] = target.site.ask("/told?name=" + "&name=".join(names)).json
    return found


def test_a_value_arrives_as_it_is_and_is_shown_nowhere(target: Target, tmp_path: Path) -> None:
    word = secrets.token_hex(12)
    value = f"{word} {ODD}"
    (tmp_path / "odd").write_text(value + "\n")
    variables = {
        "SECRET_KEY": "{secret_key}",
        "ODD": "{odd}",
        "AROUND": "{{<{odd}>}} $X",
        "BROKER": "amqp://me:{odd}@broker/x",
    }
    given = {"app": APP | {"secrets_in_environment": variables}}
    done = target.deploy("-vvv", "--diff", secrets={"odd": str(tmp_path / "odd")}, **given)
    assert done.returncode == 0, done.stderr
    found = told(target, *variables)
    assert found["ODD"] == value
    assert found["AROUND"] == f"{{<{value}>}} $X"
    assert found["BROKER"] == f"amqp://me:{quote(value, safe='')}@broker/x"
    assert unquote(found["BROKER"]).count(value) == 1
    assert word not in done.stdout + done.stderr
    release = f"/opt/slipway/releases/{target.release()}"
    assert word not in target.run(f"cat {release}/compose.yaml {release}/release.json")
    assert target.run(f"stat --format '%a %U' {release}/secrets.env") == "600 root"
    assert word not in target.run("journalctl --quiet --all --no-pager; slipway history --json")
    # Beside what Docker itself keeps of its containers, for root.
    holding = f"grep --recursive --files-with-matches {word} /etc /opt /run /var/lib/slipway"
    holders = target.run(f"{holding} 2>/dev/null | grep -v ^/run/containerd/", check=False)
    kept = ("/etc/slipway/secrets/odd", f"{release}/secrets/odd", f"{release}/secrets.env")
    assert sorted(holders.split()) == sorted(kept)


def test_a_rotated_secret_is_another_release_and_going_back_has_its_own(
    target: Target, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    app = {"secrets_in_environment": ["secret_key", "token"]}
    file.write_text("first")
    serve(target, app, secrets={"token": str(file)})
    first = target.release()
    file.write_text("second")
    serve(target, app, secrets={"token": str(file)})
    assert target.release() != first
    assert told(target, "TOKEN") == {"TOKEN": "second"}
    assert pyinfra(INVENTORY, "rollback.py", "-y", TEST_HOST=target.name).returncode == 0
    assert (target.release(), told(target, "TOKEN")) == (first, {"TOKEN": "first"})
    target.run("slipway restart")
    assert told(target, "TOKEN") == {"TOKEN": "first"}
    assert target.run("slipway run printenv TOKEN") == "first"


def test_a_file_of_variables_that_was_edited_is_found_and_mended(target: Target) -> None:
    file = f"/opt/slipway/releases/{target.release()}/secrets.env"
    target.run(f"sed -i 's/first/third/' {file}; chmod 644 {file}")
    found = target.run("slipway inspect 2>&1", check=False)
    assert f"{file} was not made of the secrets that the release keeps" in found
    assert "third" not in found
    target.run("slipway mend")
    assert target.run(f"stat --format %a {file}; grep --count first {file}") == "600\n1"
    assert target.run("slipway inspect 2>&1") == "all is as the last deploy put it"


def test_what_cannot_be_is_refused_before_the_connection(target: Target, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    before = json.dumps(target.history())
    for variables, words in (
        ({"A": "{nobody}"}, "app.secrets_in_environment.A: there is no secret nobody"),
        (["binary"], "app.secrets_in_environment.BINARY: cannot contain binary: the value is not"),
        ({"A": "{"}, "app.secrets_in_environment.A: must be text with the names of secrets"),
    ):
        given = APP | {"secrets_in_environment": variables}
        done = target.deploy(app=given, secrets={"binary": str(tmp_path / "binary")})
        assert done.returncode == 2
        assert words in done.stderr
        assert "Nothing was changed" in done.stderr
    assert json.dumps(target.history()) == before
