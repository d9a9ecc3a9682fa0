"""A host for the second application: the test host's settings, and what this application needs.

TEST_HOST names the host; TEST_SETTINGS is a JSON object of settings of `app` that replace these.
TEST_SERVER is `web.server`.
"""

import json
import os
import runpy
from pathlib import Path
from unittest import mock

_folder = Path(__file__).resolve().parent
with mock.patch.dict(os.environ, {"TEST_SETTINGS": "{}"}):
    [(_name, _data)] = runpy.run_path(str(_folder.parent / "inventory.py"))["hosts"]
_data["settings"] |= {
    "app": {
        "source": str(_folder / "app"),
        "requirements": str(_folder / "requirements.txt"),
        "system_packages": ["sqlite3"],
        "environment": {"DATABASE": "/srv/data/notes.db", "SCHEMA": "1"},
        "generated_secrets": ["invitation"],
        "health_path": "/up",
        "release_command": ["python3", "-m", "app.notes"],
        "volumes": {"notes": "/srv/data"},
    }
    | json.loads(os.environ.get("TEST_SETTINGS", "{}")),
    "nginx": {"private_paths": ["/migrations"]},
    "web": {"server": os.environ.get("TEST_SERVER", "uwsgi")},
    "processes": {"worker": {"kind": "queue", "queues": ["dumps"], "stop_limit": 20}},
}

hosts = [(_name, _data)]
