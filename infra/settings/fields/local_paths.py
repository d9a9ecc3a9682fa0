"""Paths of local files and folders: a relative one starts at the folder of the inventory file."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from infra.checkout import CHECKOUT
from infra.hostfile import sent
from infra.settings.fields.meaning import Meaning, Pattern

FOLDER = "folder"  # key of the validation's context


def local_file(value: Path, info: ValidationInfo) -> Path:
    """The absolute path of a file that has content. Raises ValueError when there is none."""
    path = _absolute(value, info)
    _check_content(path, f" {shown(path)}")
    return path


def secret_file(value: Path, info: ValidationInfo) -> Path:
    """Like a local file, but a refusal shows no path: somebody may have put the secret there."""
    path = _absolute(value, info)
    _check_content(path, "")
    return path


def local_folder(value: Path, info: ValidationInfo) -> Path:
    """The absolute path of a folder whose files can be sent to a host.

    Raises ValueError when there is none, or for a file in it that cannot be read or named there.
    """
    path = _absolute(value, info)
    _check_folder(path)
    try:
        for file in sent(path):
            check_sent(file)
    except OSError as error:
        raise ValueError(f"the folder {shown(path)} cannot be read: {error.strerror}") from None
    return path


def source_folder(value: Path, info: ValidationInfo) -> Path:
    """The absolute path of the application's folder; what is in it is looked at by a deploy.

    Raises ValueError when there is none.
    """
    path = _absolute(value, info)
    _check_folder(path)
    return path


def _check_folder(path: Path) -> None:
    try:
        if path.exists() and not path.is_dir():
            raise ValueError(f"the path {shown(path)} is a file, not a folder")
        if not path.exists():
            raise ValueError(f"the folder {shown(path)} does not exist")
    except OSError as error:
        raise ValueError(f"the folder {shown(path)} cannot be read: {error.strerror}") from None


def shown(path: object) -> str:
    """The path in one line, whatever is in it."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in str(path)
    )


def check_sent(path: Path) -> None:
    """Raises ValueError, with the reason, for a file that cannot be sent to a host."""
    name = shown(path)
    if not _is_encodable(path):
        raise ValueError(f"the name of {name} is not UTF-8: rename it")
    if "\n" in str(path):
        raise ValueError(f"the name of {name} has a line break: rename it")
    if path.is_file() and not os.access(path, os.R_OK):
        raise ValueError(f"the file {name} cannot be read: Permission denied")


def _is_encodable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8 stand in a name as surrogates
        return False
    return True


def _absolute(value: Path, info: ValidationInfo) -> Path:
    if str(value) == ".":
        raise ValueError("must be the path of a file or folder, not empty")
    if "\0" in str(value) or not _is_encodable(value):
        raise ValueError("must be the path of a file or folder")
    context = info.context or {}
    folder: Path = context.get(FOLDER, CHECKOUT)
    return folder / value


def _check_content(path: Path, name: str) -> None:
    try:
        if path.is_dir():
            raise ValueError(f"the path{name} is a folder, not a file")
        if path.exists() and not path.is_file():  # a pipe, from which reading would never end
            raise ValueError(f"the path{name} is not a regular file")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"the file{name} does not exist") from None
    except OSError as error:
        raise ValueError(f"the file{name} cannot be read: {error.strerror}") from None
    if not content.strip(b"\r\n"):
        raise ValueError(f"the file{name} is empty")


LocalFile = Annotated[
    Path, AfterValidator(local_file), Meaning("the path of a local file that is not empty")
]
SecretFile = Annotated[
    Path, AfterValidator(secret_file), Meaning("the path of a local file that is not empty")
]
OwnFolder = Annotated[
    Path,
    AfterValidator(_absolute),
    Field(validate_default=True),
    Meaning("the path of a local folder, which a deploy makes"),
]
SourcePath = Annotated[
    str,
    Pattern(
        "a path in the source, without `..`, like `docker/Dockerfile`",
        r"(?!\.\.?(/|$))[A-Za-z0-9_.-]+(/(?!\.\.?(/|$))[A-Za-z0-9_.-]+)*",
    ),
]
SourceFolder = Annotated[Path, AfterValidator(source_folder), Meaning("the path of a local folder")]
LocalFolder = Annotated[Path, AfterValidator(local_folder), Meaning("the path of a local folder")]
