"""Scores, missing answers, true words, prompts and offers: pure functions over frozen values.

Owns: every rule that turns answers into a number or a sentence. The rules in plain words, with worked
examples, are in `docs/scoring.md`. Never reads or writes a file, a row, a key or a clock; never decides.
"""
