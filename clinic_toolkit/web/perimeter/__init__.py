"""What is judged before any key is used: host, origin, launch cookie, post bodies, timeouts."""
