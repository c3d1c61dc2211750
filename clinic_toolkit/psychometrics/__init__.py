"""Scores, missing answers, sentences, safety prompts and worksheet offers: pure functions on frozen values.

It holds every rule that turns answers into a number or a sentence; `docs/scoring.md` explains them with
worked examples. It never reads or writes a file, a row, a key or a clock, and never decides for a clinician.
"""
