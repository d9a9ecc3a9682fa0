"""Values of variables that contain secrets: text with {secret_name}."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from infra.onhost.credentials import environment
from infra.settings.fields.meaning import Meaning
from infra.settings.fields.text import OneLine, Variable


def _check(template: str) -> str:
    try:
        found = environment.names(template)
    except ValueError:
        raise ValueError(
            "must be text with the names of secrets in braces, like {api_key}; write {{ for a brace"
        ) from None
    if not found:
        raise ValueError("must name a secret in braces, like {api_key}; else use app.environment")
    return template


def _by_variable(value: Any) -> Any:
    """A list of names as the dict that it stands for."""
    if isinstance(value, dict):
        return value
    if not (isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)):
        raise ValueError("must be a dict of variables, or a list of names of secrets")
    return {variable(name): f"{{{name}}}" for name in value}


def variable(secret: str) -> str:
    """The variable that a secret of a list gets."""
    return secret.upper()


SecretTemplate = Annotated[
    OneLine,
    AfterValidator(_check),
    Meaning("one line of text with the names of secrets in braces"),
]
SecretTemplates = Annotated[
    dict[Variable, SecretTemplate],
    BeforeValidator(_by_variable),
    Meaning(
        "a dict; each key: a variable; each value: text with the names of secrets in braces, like"
        " `redis://:{redis_password}@redis:6379/0`. Or a list of names of secrets: each becomes the"
        " variable of its name in capital letters"
    ),
]
