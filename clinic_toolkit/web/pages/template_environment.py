"""How pages are drawn: the one Jinja environment, of the clinician's app and of the form handed over."""

from collections.abc import MutableMapping
from typing import Any

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import StrictUndefined

from clinic_toolkit import paths
from clinic_toolkit.web.pages.page_titles import page_title
from clinic_toolkit.web.pages.template_cache import TemplateCache


class TemplateEnvironment(Environment):
    """Every template sees the names of the app themselves, not a view laid over them.

    No template of ours has names of its own. Jinja makes such a view for each, and copying it for
    every page and every import costs more than drawing a question.
    """

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.bytecode_cache = TemplateCache(paths.templates_folder())
        self.undefined = StrictUndefined
        self.autoescape = True
        self.trim_blocks = self.lstrip_blocks = True
        self.globals["kind_of_page"] = page_title

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that a template knows before anything is passed to it."""
        return super().make_globals(d) if d else self.globals
