"""What the server runs."""

from . import create_app

application = create_app()
