"""URL rules whose URL builder is compiled only when it is first needed.

Compiling the builders costs a millisecond for each of more than a hundred rules at every start of a process,
and most of them are never used.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LazyRule(Rule):
    """A URL rule that compiles its builder on first use."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_builder = super()._compile_builder
        builders: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not builders:
                builders.append(compile_builder(append_unknown))
            return builders[0](rule, **values)

        return build
