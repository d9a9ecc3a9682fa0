"""The application's dependencies: read from any kind of lock, completed, and checked."""
