"""What is wrong in an inventory file, in one line with the place."""

from pathlib import Path

import pytest

from infra.operator.inventory_file import InventoryFileError, check

BROKEN = {
    "hosts = [(\n": "hosts.py, line 1: '(' was never closed",
    "x = 1\n  hosts = []\n": "hosts.py, line 2: unexpected indent",
    "import os\n\nhosts = [os.environ['NO_SUCH']]\n": "hosts.py, line 3: KeyError: 'NO_SUCH'",
    "import no_such\n": "hosts.py, line 1: ModuleNotFoundError: No module named 'no_such'",
    "raise ValueError('a\\nb')\n": "hosts.py, line 1: ValueError: a b",
    "assert 0\n": "hosts.py, line 1: AssertionError",
    "import json\njson.loads('{')\n": "hosts.py, line 2: JSONDecodeError: ",
    b"# caf\xe9\nhosts = []\n": "hosts.py: is not UTF-8 text",
    b"hosts = []\0\n": "hosts.py: ",
    "hosts = {'a': {}}\n": "hosts.py: hosts: must be a list of hosts with data",
    "hosts = ['a', 5]\n": "hosts.py: hosts.1: must be a pair: name, and dict of data",
    "hosts = [('a',)]\n": "hosts.py: hosts.0: must be a pair: name, and dict of data",
    "hosts = [('a', 'b')]\n": "hosts.py: hosts.0: must be a pair: name, and dict of data",
    "hosts = [['a', {}]]\n": "hosts.py: hosts.0: must be a pair: name, and dict of data",
    "web = [('a', {}, {})]\n": "hosts.py: web.0: must be a pair: name, and dict of data",
}


@pytest.mark.parametrize("content", BROKEN, ids=str)
def test_what_is_wrong_is_one_line(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "hosts.py"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InventoryFileError) as error:
        check(str(path))
    assert str(error.value).startswith(f"{tmp_path}/{BROKEN[content]}")
    assert "\n" not in str(error.value)


def test_the_line_of_a_module_that_it_imports_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "broken_hosts.py").write_text("x = 1\ny = = 2\n")
    (tmp_path / "hosts.py").write_text("from broken_hosts import hosts\n")
    with pytest.raises(InventoryFileError, match=r"broken_hosts\.py, line 2: invalid syntax"):
        check(str(tmp_path / "hosts.py"))


def test_a_folder_is_no_inventory_file(tmp_path: Path) -> None:
    with pytest.raises(InventoryFileError) as error:
        check(str(tmp_path))
    assert str(error.value) == f"{tmp_path} is a folder: give the path of an inventory file"


@pytest.mark.parametrize(
    "content",
    [
        "hosts = ['a', ('b', {'ssh_user': 'debian'})]\n",
        "hosts = (['a'], {'ssh_user': 'debian'})\nports = [80, 443]\n",
        "web = ['a']\nworkers = [('b', {})]\n_names = [None]\n",
        "hosts = []\n",
    ],
)
def test_what_pyinfra_can_read_is_let_through(tmp_path: Path, content: str) -> None:
    (tmp_path / "hosts.py").write_text(content)
    check(str(tmp_path / "hosts.py"))
