"""Squares a number."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Flask, Response, jsonify, request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.description import described
from app.requests import parse_query

# The square of a larger number is beyond 2**53, where readers of JSON lose digits.
LARGEST = 94_906_265

blueprint = Blueprint("squares", __name__)


def _digits(text: object) -> object:
    """Refuse what only Python reads as a whole number, such as 1_000 or other scripts' digits."""
    if not (isinstance(text, str) and text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError("a whole number is expected, in digits")
    return text


class SquareQuery(BaseModel):
    """The parameters of a square."""

    model_config = ConfigDict(extra="forbid")
    value: Annotated[int, BeforeValidator(_digits)] = Field(
        ge=-LARGEST, le=LARGEST, description=f"a whole number from -{LARGEST} to {LARGEST}"
    )


class Square(BaseModel):
    """The square of a number."""

    square: int = Field(alias="Value Squared", ge=0)


@blueprint.get("/api")
@described({200: Square}, 400, query=SquareQuery)
def square() -> Response:
    """Square a whole number."""
    value = parse_query(SquareQuery, request).value
    return jsonify({"Value Squared": value * value})


def register(app: Flask) -> None:
    """Add these addresses to the application."""
    app.register_blueprint(blueprint)
