"""Each example of docs/settings.md is accepted, with its files beside the inventory."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings, load
from infra.settings.reference.document import FILE
from tests.support.operations.certificates import make
from tests.support.settings import GOOD

PARTS = FILE.read_text(encoding="utf-8").split("\n## ")[1:]
EXAMPLES = {part.splitlines()[0]: part for part in PARTS}
FILES = {
    "company-ca.pem": "of a CA",
    "myapp/requirements.txt": "of an application",
    "secrets/mail_password": "secret",
    "secrets/smtp_password": "secret",
    "secrets/hmac_key": "secret",
    "secrets/webhook": "https://hooks.example.org/secret",
}


def example(heading: str) -> dict[str, Any]:
    """The settings that a section shows."""
    [lines] = re.findall(r"```python\n(.*?)```", EXAMPLES[heading], re.DOTALL)
    found: dict[str, Any] = ast.literal_eval("{" + lines + "}")
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an inventory, with the files that the examples name."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    make(tmp_path / "secrets/chain.pem", GOOD["domain"])
    (tmp_path / "secrets/chain.pem.key").rename(tmp_path / "secrets/key.pem")
    return tmp_path


@pytest.mark.parametrize("heading", EXAMPLES)
def test_each_example_is_accepted_and_sets_its_section(heading: str, folder: Path) -> None:
    given = example(heading)
    settings = load(GOOD | given, "one", folder=folder)
    assert given.keys() <= settings.model_fields_set
    if heading == "The host":
        assert given.keys() > GOOD.keys()
        return
    value: Any = settings
    defaults: Any = Settings.model_validate(GOOD)
    for name in heading.removesuffix(".NAME").removesuffix(".N").split("."):
        value, defaults = getattr(value, name), getattr(defaults, name, None)
    assert value not in (None, defaults)
