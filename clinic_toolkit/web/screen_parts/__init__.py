"""Helpers that several screens share."""
