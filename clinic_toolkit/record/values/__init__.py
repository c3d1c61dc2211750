"""Frozen values that the record returns for pages and paper; never holds a row, a key or a query."""
