"""The forms of signing in and out, and what is said and done about what they bring."""

from __future__ import annotations

import re

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Name and password, with the token that only our own page holds."""

    name = StringField("User name", [InputRequired(), Length(max=64)])
    password = PasswordField("Password", [InputRequired(), Length(max=1024)])


class SignOutForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A button, with the same token."""


def form_error(form: FlaskForm) -> str:
    """Say what is wrong with a form that did not validate."""
    if "csrf_token" in form.errors:
        return "This form was open for too long, or cookies are off. Please try again."
    return "Please give a user name and a password."


def own_path(target: str) -> str | None:
    """A path on this site, as given, or None: `next` must lead nobody to another site."""
    return target if re.fullmatch(r"/(?![/\\])[\w/.~%?=&+:,@-]*", target, re.ASCII) else None
