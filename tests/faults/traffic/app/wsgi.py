"""What the web server runs."""

from app import create_app

application = create_app()
