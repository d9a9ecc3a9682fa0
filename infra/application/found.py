"""What was found in the application's source."""

import re
from dataclasses import dataclass
from pathlib import Path

from infra.application.files import SourceFiles
from infra.application.module import Module, ModuleNotFoundInSourceError, module
from infra.application.place import Place, place
from infra.settings.fields.section import FieldError
from infra.settings.host import Settings

# The application asks the environment where the finished static files are.
ASKS = re.compile(r"""environ[^\n]{0,20}["']STATIC_FOLDER["']|getenv\(["']STATIC_FOLDER["']""")


@dataclass(frozen=True)
class Application:
    """The application as its source shows it."""

    place: Place
    module: Module | None
    """None when the server's own command says which application it runs."""

    def static(self, files: SourceFiles) -> str:
        """The folder in the image whose files get finished names; empty for none."""
        source, name = self.place.source, self.module.name.split(":")[0] if self.module else ""
        python = [path for name, path in files.kept.items() if name.endswith(".py")]
        if not any(ASKS.search(_text(path)) for path in python):
            return ""
        package = name.split(".")[0]
        folders = ["static", f"{package}/static", f"src/{package}/static"]
        found = [folder for folder in folders if (source / folder).is_dir()]
        return f"{self.place.folder}/{found[0]}" if found else ""


def find(settings: Settings) -> Application:
    """The application of these settings. Raises FieldError, for the setting to change."""
    where = place(settings.app.source)
    needed = not settings.web.command and not settings.app.own_dockerfile
    try:
        return Application(where, module(where, settings.app.module))
    except ModuleNotFoundInSourceError as error:
        if needed:
            raise FieldError("app.module", str(error)) from None
        return Application(where, None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
