"""Worksheets as data: what one is, reading and checking them, and the list of those there are.

Owns: `Worksheet` and its blocks, and the reading of the folder `worksheets/`. Never draws a page, never
knows who was given one, and never decides which one fits (`psychometrics/worksheet_offers.py`).
"""
