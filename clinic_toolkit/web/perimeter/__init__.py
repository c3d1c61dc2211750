"""Checks before any key is used: host, origin, launch cookie, POST bodies, timeouts."""
