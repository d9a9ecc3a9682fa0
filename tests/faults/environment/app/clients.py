"""Clients of Redis with dialects of their own for a socket's URL: all take the one of TCP."""

from __future__ import annotations

import os
import uuid
from typing import Any

from flask import Flask
from flask_caching import Cache
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_socketio import SocketIO
from kombu import Connection
from redis import Redis

cache = Cache()
limiter = Limiter(get_remote_address)
socketio = SocketIO()


def register(app: Flask) -> None:
    """Give each of them Redis' URL, the way its own documents do."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return
    app.config |= {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": url}
    app.config["RATELIMIT_STORAGE_URI"] = url
    cache.init_app(app)
    limiter.init_app(app)
    socketio.init_app(app, message_queue=url, async_mode="threading")
    app.add_url_rule("/limited", "limited", limiter.limit("2 per hour")(lambda: "ok"))


def reached() -> dict[str, Any]:
    """What each gets back."""
    url, word = os.environ["REDIS_URL"], uuid.uuid4().hex
    cache.set("word", word)
    redis: Any = Redis.from_url(url)
    redis.set("word", word, ex=60)
    listening = redis.pubsub()
    listening.subscribe("flask-socketio")
    listening.get_message(timeout=2)
    socketio.emit("said", {"word": word})
    message = listening.get_message(timeout=5) or {}
    with Connection(url) as connection, connection.SimpleQueue("words") as queue:
        queue.put({"word": word})
        taken = queue.get(timeout=5)
        taken.ack()
    return {
        "flask-caching": cache.get("word") == word,
        "flask-socketio": word.encode() in (message.get("data") or b""),
        "kombu": taken.payload["word"] == word,
        "redis": redis.get("word") == word.encode(),
    }
