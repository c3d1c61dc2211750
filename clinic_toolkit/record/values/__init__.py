"""Frozen values that the record returns for pages and paper. Never: a row, a key, a query."""
