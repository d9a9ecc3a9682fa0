# mypy: ignore-errors
"""A WebSocket server: it tells its release, then sends back what it gets."""

import os

from flask import Flask
from flask_sock import Sock
from simple_websocket import Server

app = Flask(__name__)
sock = Sock(app)


@sock.route("/live/")
def live(connection: Server) -> None:
    """A conversation."""
    connection.send(os.environ["RELEASE"])
    while True:
        connection.send(connection.receive())
