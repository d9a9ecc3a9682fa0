"""The API described as OpenAPI 3.1, made from the views, and a page that shows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, render_template
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SpecTree

from app.extensions.problems import PROBLEM_TYPE, Problem

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("openapi", __name__)

# Every view may answer 500. SpecTree only describes: it would take a body that is no JSON for {}.
_tree = SpecTree(
    "flask",
    title="Slipway",
    version="1",
    description="The date, a square, and jobs that count in the background.",
    mode="strict",
    annotations=False,
    naming_strategy=lambda model: model.__name__,
    validation_error_status=500,
    validation_error_model=Problem,
)


def described(
    answers: dict[int, type[BaseModel]],
    *problems: int,
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """Describe a view: its models by status, the statuses of its problems, what it is sent."""
    models: dict[int, type[BaseModel]] = {**dict.fromkeys(problems, Problem), **answers}
    responses = Answers(**{f"HTTP_{status}": model for status, model in models.items()})
    return _tree.validate(query=query, json=body, resp=responses, skip_validation=True)


@cache
def document() -> dict[str, Any]:
    """The API as OpenAPI 3.1. The first call needs an application, to find its views."""
    made: dict[str, Any] = _tree.spec
    operations = [operation for path in made["paths"].values() for operation in path.values()]
    for answers in (operation["responses"] for operation in operations):
        for answer in (answers[status] for status in answers if status >= "400"):
            answer["content"] = {PROBLEM_TYPE: answer["content"]["application/json"]}
    return made


@blueprint.get("/openapi.json")
def show() -> Response:
    """The description itself."""
    return jsonify(document())


@blueprint.get("/docs")
def page() -> str:
    """The description as a page for people."""
    return render_template("docs.html", api=document())
