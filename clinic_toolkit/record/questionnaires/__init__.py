"""Questionnaires: the practice's own, each administration, its answers, and entry from paper."""
