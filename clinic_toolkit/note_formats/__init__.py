"""The formats of progress notes as data: model, loader, definitions/*.toml.

Owns which sections a note has, and which section a prefilled part goes to by its source. Never knows what is
in a note, or that a practice has formats of its own.
"""
