"""Questionnaires as data.

This room owns what a questionnaire is (`model`), reading and checking its definition (`loader`,
with `problems` for what no single value can tell) and the shelf they stand on (`catalogue`).
It never opens a database and never works out a score.
"""
