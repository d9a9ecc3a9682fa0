from __future__ import annotations

from flask import Flask, request


def test_the_clients_address_is_the_one_that_nginx_saw(app: Flask) -> None:
    @app.get("/seen")
    def seen() -> dict[str, object]:
        return {"address": request.remote_addr, "secure": request.is_secure, "host": request.host}

    forwarded = {
        "X-Forwarded-For": "198.51.100.9, 203.0.113.5",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "elsewhere.example",
    }
    answer = app.test_client().get("/seen", headers=forwarded).get_json()
    assert answer == {"address": "203.0.113.5", "secure": True, "host": "localhost"}
