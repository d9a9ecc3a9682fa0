"""The web server of a release: its health check, and what it does while it answers nobody."""
