"""Squares a number."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from app.extensions.openapi import described
from app.views.request_data import WholeNumber, parse_query

# The square of a larger number is beyond 2**53, where readers of JSON lose digits.
MAX_VALUE = 94_906_265

blueprint = Blueprint("squares", __name__)


class SquareQuery(BaseModel):
    """The parameters of a square."""

    model_config = ConfigDict(extra="forbid")
    value: WholeNumber = Field(
        ge=-MAX_VALUE, le=MAX_VALUE, description=f"a whole number from -{MAX_VALUE} to {MAX_VALUE}"
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
