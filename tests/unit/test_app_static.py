from __future__ import annotations

import contextlib
import gzip
import re
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from app.static_files import SOURCE, BrokenReference, build, final_names
from tests.unit.conftest import RedisServer, Start, ended


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
    names = final_names(tmp_path / "out")
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
    with pytest.raises(BrokenReference, match=r"gone\.js"):
        build(source, tmp_path / "out")


def test_files_that_name_each_other_in_a_circle_end_the_build(tmp_path: Path) -> None:
    source = write(tmp_path / "source", a_js='import "./b.js";', b_js='import "./a.js";')
    with pytest.raises(BrokenReference, match=r"[ab]\.js names itself"):
        build(source, tmp_path / "out")


def test_the_build_runs_without_flask_and_says_what_it_wrote(start: Start, tmp_path: Path) -> None:
    program = (
        "import sys, app.static_files; print('flask' in sys.modules)"  # the image builds before it
    )
    assert ended(start({}, "python", "-c", program)) == (0, "False\n")
    code, output = ended(start({}, "python", "-m", "app.static_files", str(tmp_path)))
    assert code == 0
    written = output.split()
    assert len(written) == len([path for path in SOURCE.rglob("*") if path.is_file()])
    for name in written:
        compressed = tmp_path / f"{name}.gz"
        if compressed.exists():
            assert gzip.decompress(compressed.read_bytes()) == (tmp_path / name).read_bytes()
            assert compressed.stat().st_size < (tmp_path / name).stat().st_size
    assert {name for name in written if (tmp_path / f"{name}.gz").exists() and "page" in name}


def test_in_production_pages_name_the_finished_files_which_may_be_kept_for_a_year(
    redis: RedisServer, tmp_path: Path
) -> None:
    build(SOURCE, tmp_path)
    environ = {**redis.environ, "STATIC_FOLDER": str(tmp_path)}
    app = create_app(Config.from_environment(environ))
    client = app.test_client()
    page = client.get("/").text
    found = re.findall(r'"(/static/[^"]+)"', page)
    assert found
    for address in found:
        assert re.fullmatch(r"/static/\w+\.[0-9a-f]{8}\.\w+", address)
        with contextlib.closing(client.get(address)) as response:
            assert response.status_code == 200
            cached = response.cache_control
            assert (cached.public, cached.immutable, cached.max_age) == (True, True, 31_536_000)
    with contextlib.closing(client.get("/static/page.css")) as response:
        assert response.status_code == 404


def test_in_development_files_keep_their_names_and_are_asked_for_each_time(
    redis: RedisServer,
) -> None:
    client = create_app(Config.from_environment(redis.environ)).test_client()
    assert '"/static/page.css"' in client.get("/").text
    with contextlib.closing(client.get("/static/page.css")) as response:
        assert response.cache_control.no_cache
        assert response.headers["ETag"]
