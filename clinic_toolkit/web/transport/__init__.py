"""Requests, responses and headers, without a record."""
