from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def reason(response: TestResponse, status: int, title: str) -> str:
    """Check that an answer is a problem of this status; return its detail."""
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": body["detail"],
        "request_id": response.headers["X-Request-ID"],
    }
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body["detail"]
