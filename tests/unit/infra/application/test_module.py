"""Where the application is found: as `flask` itself finds it, by the same files and names."""

from pathlib import Path

import pytest

from infra.application.module import ModuleNotFoundInSourceError, module
from infra.application.place import place

APP = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app(test_config=None):\n    return Flask(__name__)\n"
NEEDS = "def create_app(config):\n    return config\n"
MODEL = "from app import create_app\n\napp = create_app()\n\n\n@app.shell_context_processor\n"


def source(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"app.py": APP}, "app:app"),
        ({"hello.py": APP.replace("app =", "site =")}, "hello:site"),
        ({"main.py": FACTORY, "setup.py": "", "tests/test_main.py": APP}, "main:create_app()"),
        ({"wsgi.py": "from shop import app as application\n", "shop/__init__.py": APP},
         "wsgi:application"),
        ({"flaskr/__init__.py": FACTORY, "flaskr/db.py": ""}, "flaskr:create_app()"),
        ({"microblog.py": MODEL + "def _():\n    return {}\n", "app/__init__.py": FACTORY,
          "config.py": "", "migrations/env.py": ""}, "microblog:app"),
        ({"src/shop/__init__.py": FACTORY, "pyproject.toml": ""}, "shop:create_app()"),
        ({"src/shop/__init__.py": "", "src/shop/wsgi.py": APP}, "shop.wsgi:app"),
        ({"src/wsgi.py": APP}, "wsgi:app"),
        ({".flaskenv": "FLASK_APP=microblog.py\n", "microblog.py": APP, "other.py": APP},
         "microblog:app"),
        ({".flaskenv": 'export FLASK_APP="web.front:make"\n', "app.py": APP}, "web.front:make"),
        ({"Procfile": "web: gunicorn --bind 0.0.0.0:$PORT web.front:site\nclock: python c.py\n",
          "app.py": APP}, "web.front:site"),
        ({"Procfile": "web: waitress-serve --port=$PORT --call hello:create_app\n"},
         "hello:create_app()"),
        ({"Procfile": "web: flask run\n", "app.py": APP}, "app:app"),
        ({".flaskenv": "FLASK_APP=project/server/__init__.py\n",
          "project/server/__init__.py": FACTORY}, "project.server:create_app()"),
        # Other libraries have an `app`, too.
        ({"tasks.py": "from celery import Celery\napp = Celery('tasks')\n", "shop.py": APP},
         "shop:app"),
        ({"app.py": "app = Celery()", "wsgi.py": "application = make()"}, "wsgi:application"),
        ({"app.py": "app = Celery()", "shop.py": APP}, "shop:app"),
        ({"worker.py": "app = make_celery(None)\n", "shop/__init__.py": FACTORY},
         "shop:create_app()"),
        # Modules are no values, in spite of their names.
        ({"start.py": "from app import app\n", "app/__init__.py": "", "app/app.py": APP},
         "app.app:app"),
        ({"wsgi.py": "try:\n    from shop import app\nexcept ImportError:\n    raise\n",
          "shop.py": APP}, "wsgi:app"),
        ({"run.py": "from x import y\nif __name__ == '__main__':\n    app = y()\n",
          "shop/__init__.py": FACTORY}, "shop:create_app()"),
        ({"app.py": "app = (", "shop.py": APP}, "shop:app"),
        ({"site.py": "from apiflask import APIFlask\nweb = APIFlask(__name__)\n"}, "site:web"),
    ],
)  # fmt: skip
def test_it_is_found_where_flask_looks(tmp_path: Path, files: dict[str, str], found: str) -> None:
    assert module(place(source(tmp_path, files)), None).name == found


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "no Flask application was found in "),
        ({"shop.py": NEEDS}, "no Flask application was found in "),
        ({"one.py": APP, "two.py": FACTORY}, "several: write one of one:app, two:create_app()"),
        ({"a/__init__.py": FACTORY, "b/__init__.py": APP}, "write one of a:create_app(), b:app"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(ModuleNotFoundInSourceError) as refused:
        module(place(source(tmp_path, files)), None)
    assert reason in str(refused.value)


def test_the_setting_goes_before_all(tmp_path: Path) -> None:
    assert module(place(source(tmp_path, {"app.py": APP})), "x.y:z()").name == "x.y:z()"


@pytest.mark.parametrize(
    ("files", "folder", "path"),
    [
        ({"app.py": APP}, "/srv/app", "/srv/app"),
        ({"__init__.py": FACTORY}, "/srv/app/shop", "/srv/app"),
        ({"__init__.py": "from .views import page", "views.py": ""}, "/srv/app/shop", "/srv/app"),
        ({"__init__.py": "", "wsgi.py": "from shop import models"}, "/srv/app/shop", "/srv/app"),
        # The file __init__.py was made by mistake: the modules are no package.
        ({"__init__.py": "", "app.py": "import models\n" + APP, "models.py": ""},
         "/srv/app", "/srv/app"),
        ({"src/shop/__init__.py": FACTORY}, "/srv/app", "/srv/app:/srv/app/src"),
        ({"src/__init__.py": "", "src/web.py": APP}, "/srv/app", "/srv/app"),
    ],
)  # fmt: skip
def test_its_imports_work_in_the_image(
    tmp_path: Path, files: dict[str, str], folder: str, path: str
) -> None:
    found = place(source(tmp_path / "shop", files))
    assert (found.folder, found.python_path) == (folder, path)


def test_a_package_whose_folder_has_no_name_for_python_is_called_app(tmp_path: Path) -> None:
    files = {"__init__.py": FACTORY, "wsgi.py": "from . import create_app\napp = create_app()"}
    found = place(source(tmp_path / "my-shop", files))
    assert module(found, None).name == "app.wsgi:app"
