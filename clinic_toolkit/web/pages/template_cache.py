"""Templates compiled once on a machine, and kept beside them as Python keeps its modules.

Every lock begins a process, and compiling all pages is nearly half of what that costs.
"""

import sys
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

# Made anew with another text, another Python or another Jinja.
_FILE_NAME_PATTERN = f"%s.{jinja2.__version__}.cache"


class TemplateCache(FileSystemBytecodeCache):
    """The cache of one folder of templates.

    Where nothing can be read or written, each process compiles for itself.
    """

    def __init__(self, templates: Path) -> None:
        super().__init__(str(templates / "__pycache__"), _FILE_NAME_PATTERN)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept, if it is of this text."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, unless Python itself is told to keep nothing."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)
