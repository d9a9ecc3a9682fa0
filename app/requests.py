"""Reads the bodies of requests: JSON that fits a model, or an answer that says what is wrong."""

from __future__ import annotations

from typing import TypeVar

from flask import Request, abort
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], request: Request) -> Model:
    """Return the body as `model`. Aborts with 400 (wrong), 413 (too large) or 415 (not JSON)."""
    body = request.get_data(cache=False)
    if not body:
        abort(400, "The request has no body; JSON is expected.")
    if not request.is_json:
        abort(415, "The body must be JSON: send Content-Type: application/json.")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        abort(400, reasons(error))


def reasons(error: ValidationError) -> str:
    """One line that names each wrong field and why; the values sent are not repeated."""
    parts = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(map(str, item["loc"]))
        parts.append(f"{place}: {item['msg']}" if place else item["msg"])
    return "; ".join(parts)
