"""What a release runs beside its web server: kinds of processes, and how each starts and ends."""
