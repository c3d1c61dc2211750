"""A disk cache of compiled templates, stored beside them as Python does with its modules.

Every lock starts a new process, and compiling all templates is nearly half of its start-up time.
"""

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

# A change of the template text, of Python or of Jinja makes a template be compiled again.
_FILE_NAME_PATTERN = f"%s.{jinja2.__version__}.cache"


class TemplateCache(FileSystemBytecodeCache):
    """The bytecode cache of one folder of templates.

    If the cache cannot be read or written, each process compiles for itself.
    """

    def __init__(self, templates: Path) -> None:
        super().__init__(str(templates / "__pycache__"), _FILE_NAME_PATTERN)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the compiled template if it belongs to the present source."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the compiled template, unless Python is set to write no bytecode."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
