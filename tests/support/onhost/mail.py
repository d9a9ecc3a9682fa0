"""A real mail server: it takes letters, and says what it was told."""

import base64
import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

LOGIN = ("me", "a password of the tests")


class Post:
    """What a mail server offers, and what it took."""

    def __init__(self, port: int, certificate: Path | None, *, starttls: bool) -> None:
        self.port = port
        self.starttls = starttls
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate, f"{certificate}.key")
        self.told: list[str] = []
        """Each command; those within TLS begin with `tls `."""
        self.letters: list[bytes] = []


class _Handler(StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        post = self.server.post
        self.mark = ""
        with contextlib.suppress(OSError):  # the other side gives up
            if post.tls and not post.starttls:
                self.secure(post.tls)
            self.say("220 mail.example.org")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                post.told.append(self.mark + line)
                self.answer(line, post)

    def answer(self, line: str, post: Post) -> None:
        word = line.split(maxsplit=1)[0].upper()
        if word == "EHLO":
            offered = ["AUTH PLAIN"] + ["STARTTLS"] * (post.starttls and not self.mark)
            self.say("250-mail.example.org", *[f"250-{one}" for one in offered], "250 8BITMIME")
        elif word == "STARTTLS" and post.tls:
            self.say("220 go on")
            self.secure(post.tls)
        elif word == "AUTH":
            _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
            self.say("235 well" if (user, password) == LOGIN else "535 not known here")
        elif word == "DATA":
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            post.letters.append(b"".join(lines))
            self.say("250 taken")
        else:
            self.say("221 bye" if word == "QUIT" else "250 well")

    def secure(self, tls: ssl.SSLContext) -> None:
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.mark = "tls "

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()


class _Server(ThreadingTCPServer):
    post: Post


@contextlib.contextmanager
def post_office(certificate: Path | None = None, *, starttls: bool = True) -> Iterator[Post]:
    """A mail server; with a certificate it offers STARTTLS, or speaks TLS from the first byte."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        port = server.server_address[1]
        server.post = Post(port, certificate, starttls=starttls and certificate is not None)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.post
        finally:
            server.shutdown()
            thread.join()
