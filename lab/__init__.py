"""Test hosts: plain Debian 13 machines booted on this one, with a CA and a registry mirror."""
