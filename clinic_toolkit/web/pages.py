"""How pages are drawn: the one Jinja environment."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Pages(Environment):
    """Every template sees the names of the app themselves, not a view laid over them.

    No template of ours has names of its own. Jinja makes such a view for each, and copying it for
    every page and every import costs more than drawing a question.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that a template knows before anything is passed to it."""
        return super().make_globals(d) if d else self.globals
