"""Requests, responses and headers; nothing here reads the record."""
