"""Reads what requests send, by models; what does not fit gets an answer that says what is wrong.

400 is for what does not fit the description of the API, in form or in value; 422 for what fits it
and still cannot be done as this server is set.
"""

from __future__ import annotations

from typing import Annotated, Any, NoReturn, TypeVar

from flask import Request, abort
from pydantic import BaseModel, BeforeValidator, ValidationError

from app.extensions.problems import problem

MAX_SHOWN = 100  # characters of a value that is repeated to its sender

Model = TypeVar("Model", bound=BaseModel)


def _digits(text: object) -> object:
    """Refuse what only Python reads as a whole number, such as 1_000 or other scripts' digits."""
    if isinstance(text, str) and not (text.isascii() and text.removeprefix("-").isdigit()):
        raise ValueError("a whole number is expected, in digits")
    return text


# A whole number among the parameters of an address.
WholeNumber = Annotated[int, BeforeValidator(_digits)]


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


def parse_query(model: type[Model], request: Request) -> Model:
    """Return the parameters as `model`. Aborts with 400 that names the required and the supplied.

    A parameter given twice is refused: nobody could tell which one was meant.
    """
    given = request.args.to_dict(flat=False)
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        _refuse(model, given, f"{', '.join(map(_short, twice))}: given more than once")
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as error:
        _refuse(model, given, reasons(error))


def _refuse(model: type[BaseModel], given: dict[str, list[str]], why: str) -> NoReturn:
    schema = model.model_json_schema()
    about = {name: part.get("description", "") for name, part in schema["properties"].items()}
    required = {name: about[name] for name in schema.get("required", [])}
    supplied = {_short(name): _short(", ".join(values)) for name, values in given.items()}
    detail = f"{why}. Required: {_listed(required)}. Supplied: {_listed(supplied)}."
    abort(problem(400, detail, required=required, supplied=supplied))


def _listed(pairs: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in pairs.items()) or "nothing"


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."


def reasons(error: ValidationError) -> str:
    """One line that names each wrong field and why; the values sent are not repeated."""
    parts: list[Any] = []
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        place = _short(".".join(map(str, item["loc"])))
        parts.append(f"{place}: {item['msg']}" if place else item["msg"])
    return "; ".join(parts)
