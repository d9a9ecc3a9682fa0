"""The kinds of values that settings take, each with the reason that a refusal gives."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, StringConstraints

from infra.onhost.config import is_address

PROJECT = Path(__file__).resolve().parent.parent
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"


def _domain(value: str) -> str:
    if not re.fullmatch(rf"({LABEL}\.)+{LABEL}", value) or len(value) > 253:
        raise ValueError("must be a full domain name in lower case, like app.example.org")
    if value.rsplit(".", 1)[-1].isdigit():
        raise ValueError("must be a domain name: this one ends in a number")
    return value


def _site_name(value: str) -> str:
    if not is_address(value):
        return _domain(value)
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise ValueError("must be a domain name or an IPv4 address") from None


def _file(value: Path) -> Path:
    path = value if value.is_absolute() else PROJECT / value
    try:
        content = path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise ValueError(f"the file {path} cannot be read: {error.strerror}") from error
    if content is None:
        raise ValueError(f"there is no file {path}")
    if not content.strip(b"\r\n"):
        raise ValueError(f"the file {path} is empty")
    return path


def _secret_file(value: Path) -> Path:
    """Like a file, but a refusal shows no value: it may be the secret itself."""
    try:
        return _file(value)
    except ValueError as error:
        path = value if value.is_absolute() else PROJECT / value
        raise ValueError(str(error).replace(f" {path}", "")) from None


def _folder(value: Path) -> Path:
    path = value if value.is_absolute() else PROJECT / value
    if not path.is_dir():
        raise ValueError(f"there is no folder {path}")
    return path


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("must be a whole number")  # noqa: TRY004  pydantic reports ValueError only
    return value


def _size(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*[mg]", value):
        raise ValueError("must be a size in megabytes or gigabytes, like 256m or 1g")
    return value


def _container_path(value: str) -> str:
    parts = value.split("/")[1:]
    if not re.fullmatch(r"(/[\w.-]+)+", value, re.ASCII) or {".", ".."} & set(parts):
        raise ValueError("must be an absolute path of letters, digits and . _ -, like /srv/data")
    return value


def _volume_path(value: str) -> str:
    if not re.match(r"/(srv|data)/", value) or value.split("/")[:3] == ["", "srv", "app"]:
        raise ValueError("must be below /srv or /data, and not /srv/app: that is the code")
    return value


def _url_folder(value: str) -> str:
    if not re.fullmatch(r"(/[\w-][\w.-]*)+/", value, re.ASCII):
        raise ValueError("must begin and end with / and name a folder, like /static/")
    return value


Domain = Annotated[str, AfterValidator(_domain)]
SiteName = Annotated[str, AfterValidator(_site_name)]
ContainerPath = Annotated[str, AfterValidator(_container_path)]
VolumePath = Annotated[ContainerPath, AfterValidator(_volume_path)]
UrlFolder = Annotated[str, AfterValidator(_url_folder)]
Size = Annotated[str, AfterValidator(_size)]
LocalFile = Annotated[Path, AfterValidator(_file)]
SecretFile = Annotated[Path, AfterValidator(_secret_file)]
LocalFolder = Annotated[Path, AfterValidator(_folder)]
Whole = Annotated[int, BeforeValidator(_whole)]
Port = Annotated[Whole, Field(ge=80, le=65535)]
Processes = Annotated[Whole, Field(ge=1, le=64)]
Seconds = Annotated[Whole, Field(ge=1, le=86400)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
Package = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
PrivatePath = Annotated[str, StringConstraints(pattern=r"^(/[\w.-]+)+$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[\w./-]*$")]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\r\n\x00]*$")]
Word = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\r\n\x00]+$")]


def _https(value: HttpUrl) -> HttpUrl:
    if value.scheme != "https":
        raise ValueError("must begin with https://")
    return value


HttpsUrl = Annotated[HttpUrl, AfterValidator(_https)]


def megabytes(size: str) -> int:
    """The megabytes of a size like 256m or 1g."""
    return int(size[:-1]) * (1024 if size.endswith("g") else 1)
