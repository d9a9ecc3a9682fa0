"""What nginx runs with: its processes have loaded the files that stand there, and no others."""

import re
import socket
import ssl
import warnings
from collections.abc import Iterator

from ..config import Host
from ..difference import Difference
from ..services import https, nginx

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
PROTOCOLS = re.compile(r"^\s*ssl_protocols ([^;]+);", re.MULTILINE)
SECONDS = 3


def differences(host: Host) -> Iterator[Difference]:
    """What a running nginx was not told by its files; none of one that does not run."""
    if not nginx.runs():
        return
    if not nginx.loaded(host):
        yield Difference("nginx", "has not loaded its files as they stand there")
    named = " ".join(PROTOCOLS.findall(host.layout.nginx_configuration.read_text())).split()
    for version in VERSIONS:
        if version not in named and _speaks(host, version):
            yield Difference("nginx", f"speaks {version}, and its file does not name it")


def _speaks(host: Host, version: str) -> bool:
    """Whether a handshake of this version succeeds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is why it is asked
        context = https.context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = VERSIONS[version]
    where = (https.ADDRESS, host.config.https_port)
    try:
        with (
            socket.create_connection(where, SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host.config.domain),
        ):
            return True
    except OSError:
        return False
