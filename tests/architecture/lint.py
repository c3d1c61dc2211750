"""Our own rules for the sources: each finds the lines of a module that break it."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

Rule = Callable[[ast.AST], Iterator[ast.AST]]

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_WEAK = ("normal", "off", "0", "1")
_WEAK_SYNC = re.compile(rf"synchronous\s*=\s*(?:{'|'.join(_WEAK)})\b", re.IGNORECASE)
_NETWORK = {"requests", "urllib3", "httpx", "aiohttp", "smtplib", "ftplib", "poplib", "imaplib", "telnetlib"}
_UNSAFE_READERS = {"pickle", "marshal", "shelve", "dill", "yaml", "xmlrpc"}
_DEBUG = re.compile(r"\bdebug\b", re.IGNORECASE)
_RUNNERS = {"eval", "exec", "compile", "__import__"}
_DRAWS = {"render_template", "get_template", "select_template"}
_DRAWS_DATA = {"render_template_string", "from_string", "Template"}
_SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"}


def broken(rule: Rule, source: str) -> list[int]:
    """The lines of a module that break this rule."""
    return broken_in(rule, ast.parse(source))


def broken_in(rule: Rule, tree: ast.AST) -> list[int]:
    """The same of a module that was parsed already."""
    return sorted({getattr(node, "lineno", 0) for node in rule(tree)})


def logs_values(tree: ast.AST) -> Iterator[ast.AST]:
    """A line of the log is an event code and at most an opaque id: no value, no repr, no message."""
    for call in _calls(tree):
        if not (
            isinstance(call.func, ast.Attribute) and call.func.attr in _LEVELS and _is_log(call.func.value)
        ):
            continue
        code = call.args[0] if call.args else None
        is_code = (
            isinstance(code, ast.Constant) and isinstance(code.value, str) and _CODE.fullmatch(code.value)
        )
        named = {keyword.arg for keyword in call.keywords}
        if not is_code or len(call.args) > 1 or not named <= {"exc_info", "extra"}:
            yield call
        for keyword in call.keywords:
            if keyword.arg == "extra" and not _is_opaque(keyword.value):
                yield call


def marks_data_as_safe(tree: ast.AST) -> Iterator[ast.AST]:
    """Only words written in the source itself may go to a page as they are."""
    for call in _calls(tree):
        if _name(call.func) in ("Markup", "format_html") and not all(_is_plain(each) for each in call.args):
            yield call
        for keyword in call.keywords:
            if keyword.arg == "autoescape" and _is(keyword.value, False):
                yield call
    for node in _nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "__html__":
            yield node
        if isinstance(node, ast.Assign) and _is(node.value, False) and "autoescape" in _targets(node):
            yield node


def saves_without_waiting(tree: ast.AST) -> Iterator[ast.AST]:
    """A `synchronous` below FULL loses saves that were confirmed."""
    told = {id(node.value) for node in _nodes(tree) if isinstance(node, ast.Expr)}  # docstrings only tell
    for node in _nodes(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in told else None
        if isinstance(text, str) and _WEAK_SYNC.search(text):
            yield node
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                said = str(value.value).lower() if isinstance(value, ast.Constant) else ""
                if isinstance(key, ast.Constant) and key.value == "synchronous" and said in _WEAK:
                    yield value


def runs_as_debug(tree: ast.AST) -> Iterator[ast.AST]:
    """No debugger, no reloader, no development server: each of them shows values or runs code."""
    for call in _calls(tree):
        if _name(call.func) in ("breakpoint", "set_trace", "run_simple", "DebuggedApplication"):
            yield call
        if _name(call.func) == "run" and ast.unparse(call.func).endswith("app.run"):
            yield call
        for keyword in call.keywords:
            said = (keyword.arg or "").lower()
            if said in ("debug", "use_reloader", "use_debugger") and not _is(keyword.value, False):
                yield call
    for node in _nodes(tree):
        if isinstance(node, ast.Import) and any(each.name in ("pdb", "faulthandler") for each in node.names):
            yield node
        if isinstance(node, ast.Assign) and not _is(node.value, False) and _DEBUG.search(_targets(node)):
            yield node


def speaks_to_a_shell(tree: ast.AST) -> Iterator[ast.AST]:
    """A shell would read data as commands."""
    for call in _calls(tree):
        if _name(call.func) in _SHELLS:
            yield call
        for keyword in call.keywords:
            if keyword.arg == "shell" and not _is(keyword.value, False):
                yield call


def starts_programs(tree: ast.AST) -> Iterator[ast.AST]:
    """Other programs are started in few places, each named in the test."""
    for node in _nodes(tree):
        if _imports(node, {"subprocess", "pty", "pexpect"}):
            yield node
        if isinstance(node, ast.Call) and re.fullmatch(
            r"os\.(exec|spawn|posix_spawn)\w*", ast.unparse(node.func)
        ):
            yield node


def makes_temporary_files(tree: ast.AST) -> Iterator[ast.AST]:
    """What passes through the program stays in memory; the disk sees it sealed or not at all."""
    for node in _nodes(tree):
        if _imports(node, {"tempfile"}):
            yield node
        if isinstance(node, ast.Name | ast.Attribute) and _name(node) in ("mkstemp", "mkdtemp", "mktemp"):
            yield node
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/tmp"):  # noqa: S108
            yield node


def runs_data(tree: ast.AST) -> Iterator[ast.AST]:
    """Nothing that was read is run, and nothing is read by a format that can run it."""
    for node in _nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _RUNNERS:
            yield node
        if _imports(node, _UNSAFE_READERS) or _imports(node, {"xml"}):
            yield node


def reaches_out(tree: ast.AST) -> Iterator[ast.AST]:
    """The program asks nobody for anything."""
    for node in _nodes(tree):
        if _imports(node, _NETWORK):
            yield node
        if isinstance(node, ast.ImportFrom) and node.module in ("urllib.request", "http.client"):
            yield node
        if isinstance(node, ast.Import) and {each.name for each in node.names} & {
            "urllib.request",
            "http.client",
        }:
            yield node
        if isinstance(node, ast.Call) and _name(node.func) in ("create_connection", "connect_ex"):
            yield node


def draws_from_a_weak_well(tree: ast.AST) -> Iterator[ast.AST]:
    """Chance comes from the system's source, and no broken hash is used."""
    for node in _nodes(tree):
        if _imports(node, {"random"}) or (isinstance(node, ast.Attribute) and node.attr in ("md5", "sha1")):
            yield node


def makes_templates_of_data(tree: ast.AST) -> Iterator[ast.AST]:
    """A page is drawn from a file of the program, named in the source."""
    for call in _calls(tree):
        of_a_file = _name(call.func) in _DRAWS and bool(call.args) and _is_plain(call.args[0])
        if _name(call.func) in _DRAWS | _DRAWS_DATA and not of_a_file:
            yield call


def fills_in_what_it_was_given(tree: ast.AST) -> Iterator[ast.AST]:
    """What is filled in stands in the source: a format of somebody else could read any attribute."""
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("format", "format_map"):
            filled = call.func.value
            while isinstance(filled, ast.Subscript):
                filled = filled.value
            if not _is_plain(filled) and not _name(filled).isupper():
                yield call


@lru_cache(maxsize=1)
def _nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node of a module, found once for all rules."""
    return tuple(ast.walk(tree))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in _nodes(tree) if isinstance(node, ast.Call))


def _targets(node: ast.Assign) -> str:
    return " ".join(ast.unparse(each) for each in node.targets)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_log(node: ast.AST) -> bool:
    return re.fullmatch(r"(\w+\.)*_?(log|logger|logging|LOG)", ast.unparse(node)) is not None


def _is_opaque(node: ast.AST) -> bool:
    return isinstance(node, ast.Dict) and all(
        isinstance(key, ast.Constant) and key.value == "opaque" for key in node.keys
    )


def _is_plain(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)


def _is(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _imports(node: ast.AST, tops: set[str]) -> bool:
    if isinstance(node, ast.Import):
        return any(each.name.partition(".")[0] in tops for each in node.names)
    return isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in tops
