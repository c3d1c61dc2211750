"""A file from outside, read in a process without keys."""

from clinic_toolkit.web import context


def parse_without_keys(request: bytes) -> bytes:
    """Let a process without keys read what is packed here; returns its packed reply, which is not trusted.

    It takes about a second, and up to five with a malicious file. So call it before the request opens its
    transaction, so that no other request has to wait for it.

    Raises:
        ParsingFailed: the process gave no reply.
    """
    if context.unit_of_work().is_open:
        raise RuntimeError("a file is read before the record is opened")
    return context.worker().keeper.parse_definition(request)
