"""Questionnaires as data.

This package holds the model of a questionnaire (`model`), reading and checking its definition (`loader`, with
`definition_problems` and `scoring_problems` for rules across values) and the `catalogue` of questionnaires.
It never opens a database and never computes a score.
"""
