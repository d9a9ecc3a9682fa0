from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from app.extensions.static_files import hashed_names
from images.app.static_files import BrokenReferenceError, build
from tests.support.processes import ROOT, Start, ended


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def test_a_name_changes_with_the_content_and_with_that_of_what_it_names(tmp_path: Path) -> None:
    source = write(tmp_path / "source", a_js='import "./b.js";', b_js="1", c_css="c")
    before = build(source, tmp_path / "before")
    assert [re.sub("[0-9a-f]{8}", "#", name) for name in before] == ["a.#.js", "b.#.js", "c.#.css"]
    assert build(source, tmp_path / "again") == before
    write(source, b_js="2")
    after = build(source, tmp_path / "after")
    assert [one == two for one, two in zip(before, after, strict=True)] == [False, False, True]


def test_what_files_name_of_each_other_is_renamed(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source",
        page_js='import { x } from "./deep/x.js";\nimport("./deep/x.js");',
        deep__x_js="import '../y.js'; const words = 'not ./a file';",
        y_js="",
        page_css='@import "y.css"; a { background: url(deep/i.svg) } b { background: url("#i") }',
        y_css="",
        deep__i_svg="<svg/>",
    )
    build(source, tmp_path / "out")
    names = hashed_names(tmp_path / "out")
    read = {plain: (tmp_path / "out" / name).read_text() for plain, name in names.items()}
    deep = names["deep/x.js"]
    assert read["page.js"] == f'import {{ x }} from "./{deep}";\nimport("./{deep}");'
    assert read["deep/x.js"].startswith(f"import './../{names['y.js']}';")
    assert "'not ./a file'" in read["deep/x.js"]
    assert read["page.css"].startswith(f'@import "{names["y.css"]}"; a')
    assert f"url({names['deep/i.svg']})" in read["page.css"]
    assert 'url("#i")' in read["page.css"]


def test_a_file_that_is_named_and_not_there_ends_the_build(tmp_path: Path) -> None:
    source = write(tmp_path / "source", a_js='import "./gone.js";')
    with pytest.raises(BrokenReferenceError, match=r"gone\.js"):
        build(source, tmp_path / "out")


def test_files_that_name_each_other_in_a_circle_end_the_build(tmp_path: Path) -> None:
    source = write(tmp_path / "source", a_js='import "./b.js";', b_js='import "./a.js";')
    with pytest.raises(
        BrokenReferenceError, match=r"[ab]\.js and a file that it names also name each other"
    ):
        build(source, tmp_path / "out")


def test_it_needs_no_package_and_says_what_it_wrote(start: Start, tmp_path: Path) -> None:
    command = ("python", "-IS", "images/app/static_files.py", "app/static", str(tmp_path))
    code, output = ended(start({}, *command))
    assert code == 0, output
    written = output.split()
    assert len(written) == len(
        [path for path in (ROOT / "app/static").rglob("*") if path.is_file()]
    )
    for name in written:
        compressed = tmp_path / f"{name}.gz"
        if compressed.exists():
            assert gzip.decompress(compressed.read_bytes()) == (tmp_path / name).read_bytes()
            assert compressed.stat().st_size < (tmp_path / name).stat().st_size
    assert {name for name in written if (tmp_path / f"{name}.gz").exists() and "page" in name}
