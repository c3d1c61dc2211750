"""The small app in a client's hands. Never: a screen, a way in, or any other record."""
