"""The two commands, and the lists that they install."""
