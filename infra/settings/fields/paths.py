"""Paths of local files and folders: a relative one starts at the folder of the inventory file."""

from pathlib import Path

from pydantic import ValidationInfo

from infra.checkout import CHECKOUT

FOLDER = "folder"  # key of the validation's context


def local_file(value: Path, info: ValidationInfo) -> Path:
    """The absolute path of a file that has content. Raises ValueError when there is none."""
    path = _absolute(value, info)
    _check_content(path, f" {path}")
    return path


def secret_file(value: Path, info: ValidationInfo) -> Path:
    """Like a local file, but a refusal shows no path: somebody may have put the secret there."""
    path = _absolute(value, info)
    _check_content(path, "")
    return path


def local_folder(value: Path, info: ValidationInfo) -> Path:
    """The absolute path of a folder. Raises ValueError when there is none."""
    path = _absolute(value, info)
    if not path.is_dir():
        raise ValueError(f"the folder {path} does not exist")
    return path


def _absolute(value: Path, info: ValidationInfo) -> Path:
    context = info.context or {}
    folder: Path = context.get(FOLDER, CHECKOUT)
    return folder / value


def _check_content(path: Path, shown: str) -> None:
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise ValueError(f"the file{shown} cannot be read: {error.strerror}") from None
    if content is None:
        raise ValueError(f"the file{shown} does not exist")
    if not content.strip(b"\r\n"):
        raise ValueError(f"the file{shown} is empty")
