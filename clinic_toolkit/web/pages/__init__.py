"""Rendering: the Jinja environment, its template cache, filters, page titles and static files."""
