"""The exception in a log, by logs that Python itself and the servers write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.onhost.diagnosis import python_errors
from infra.onhost.diagnosis.python_errors import PythonError


def said(folder: Path, files: dict[str, str], start: str = "app.wsgi") -> list[str]:
    """What a real Python says that imports the module of an application."""
    for name, text in {"__init__.py": "", **files}.items():
        (folder / "app").mkdir(exist_ok=True)
        (folder / "app" / name).write_text(text)
    command = [sys.executable, "-c", f"import importlib; importlib.import_module({start!r})"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr.splitlines()


def last(log: list[str]) -> PythonError:
    found = python_errors.last(log)
    assert found
    return found


@pytest.mark.parametrize(
    ("files", "line", "place"),
    [
        ({"wsgi.py": "\nimport no_such_package\n"},
         "ModuleNotFoundError: No module named 'no_such_package'", "app/wsgi.py, line 2"),
        ({"wsgi.py": "from .other import f\n", "other.py": "x = (\n"},
         "SyntaxError: '(' was never closed", "app/other.py, line 1"),
        ({"wsgi.py": "import json\n\njson.loads('{')\n"},
         "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1"
         " column 2 (char 1)", "app/wsgi.py, line 3"),
        ({"wsgi.py": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['key']\n"},
         "KeyError: 'key'", "app/wsgi.py, line 4"),
        ({"wsgi.py": "raise ValueError('several\\nlines')\n"},
         "ValueError: several", "app/wsgi.py, line 1"),
        ({"wsgi.py": "raise KeyboardInterrupt\n"}, "KeyboardInterrupt", "app/wsgi.py, line 1"),
    ],
)  # fmt: skip
def test_it_is_found_with_its_place_in_the_application(
    tmp_path: Path, files: dict[str, str], line: str, place: str
) -> None:
    log = said(tmp_path, files)
    for written in (
        log,
        ["before", *log, "after"],
        [json.dumps({"message": text}) for text in log],
    ):
        found = last(written)
        assert found.line == line
        assert found.place.endswith(place)
        assert found.summary == f"{line} ({found.place})"
        assert not [text for text in found.frames if "importlib" in text or "^^" in text]
        assert found.frames[0].lstrip().startswith("File ")


def test_the_frames_are_those_of_the_application_with_their_code(tmp_path: Path) -> None:
    files = {
        "wsgi.py": "from .one import f\n",
        "one.py": "from .two import f\n",
        "two.py": "1 / 0\n",
    }
    frames = last(said(tmp_path, files)).frames
    names = [text.rpartition("/")[2] for text in frames if "File" in text]
    assert names == [f'{name}.py", line 1, in <module>' for name in ("wsgi", "one", "two")]
    assert [text.strip() for text in frames if "File" not in text] == [
        "from .one import f",
        "from .two import f",
        "1 / 0",
    ]


def test_of_several_exceptions_the_last_counts(tmp_path: Path) -> None:
    one = said(tmp_path, {"wsgi.py": "1 / 0\n"})
    two = said(tmp_path, {"wsgi.py": "{}['other']\n"})
    assert last([*one, "again", *two]).line == "KeyError: 'other'"


def test_an_exception_in_a_field_of_json_is_found(tmp_path: Path) -> None:
    text = "\n".join(said(tmp_path, {"wsgi.py": "1 / 0\n"}))
    log = [json.dumps({"level": "ERROR", "message": "GET /", "exception": text})]
    assert last(log).line == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    "log",
    [
        [],
        ["all is well", '{"message": 3}', "{broken", "[1]"],
        ["Traceback (most recent call last):", '  File "/srv/app/a.py", line 1'],  # cut off
        ["Traceback (most recent call last):", "2026-01-01 12:00 another line"],
    ],
)
def test_without_one_nothing_is_found(log: list[str]) -> None:
    assert python_errors.last(log) is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ModuleNotFoundError: No module named 'flask_cors.x'", "if flask_cors is a package"),
        ("ModuleNotFoundError: No module named 'app.models'", "app.source has no such module"),
        ("ValueError: no", ""),
    ],
)
def test_what_to_do_about_a_module_that_is_missing(line: str, told: str) -> None:
    found = python_errors.advice(PythonError(line, "", []))
    assert told in found
    assert bool(told) == bool(found)
