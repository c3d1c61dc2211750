"""How templates are drawn: the Jinja environment, filters, titles and static files."""
