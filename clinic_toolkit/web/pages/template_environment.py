"""The Jinja environment of both apps: the clinician's and that of a handed-over form."""

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import jinja2
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import StrictUndefined

from clinic_toolkit import paths
from clinic_toolkit.web.pages.page_titles import page_title
from clinic_toolkit.web.pages.template_cache import TemplateCache

_MAX_DRAWINGS = 512


class TemplateEnvironment(Environment):
    """An environment in which every template uses the app's globals directly, not a layered copy.

    No template of ours has globals of its own. Jinja makes a layered copy for each template, and doing that
    for every page and every import costs more than rendering a question.
    """

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.bytecode_cache = TemplateCache(paths.templates_folder())
        self.undefined = StrictUndefined
        self.autoescape = True
        self.trim_blocks = self.lstrip_blocks = True
        self.globals["kind_of_page"] = page_title

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals


def remember_macros(environment: jinja2.Environment) -> None:
    """Draw what is the same on every page once. Call it when the globals of the app are set.

    Only macros that draw the same whenever they are given the same, and are never given a word of a record.
    """
    for module, name in (
        (environment.get_template("macros/icon.html").module, "icon"),
        (environment.get_template("macros/dots.html").module, "progress"),
        (environment.get_template("macros/keys.html").module, "keys"),
    ):
        setattr(module, name, lru_cache(_MAX_DRAWINGS)(getattr(module, name)))
