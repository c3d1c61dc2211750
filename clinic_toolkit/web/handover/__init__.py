"""The small app for a handed-over form. It has no clinician's screen, no unlock, and no other record."""
