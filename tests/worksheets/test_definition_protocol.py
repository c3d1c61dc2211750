"""A worksheet file is read without keys: what comes back is a sheet or sentences, whatever the reply says."""

from dataclasses import replace

import msgspec
import pytest

from clinic_toolkit.worksheets import catalogue, definition_protocol, definition_text, loader
from clinic_toolkit.worksheets.definition_protocol import NoReply

SHIPPED = catalogue.list_worksheets()[0]


def asked(data: bytes) -> bytes:
    return definition_protocol.handle_request(definition_protocol.encode_request(data))


def test_a_sheet_comes_back_whole_and_without_the_reason_of_another_practice() -> None:
    raw = definition_text.write_own_worksheet(replace(SHIPPED, fear_reason="It asks nothing."))
    assert not loader.parse_worksheet(raw, "", own=True).needs_fear_asked, "the control"
    sheet, problems = definition_protocol.decode_reply(asked(raw))
    assert sheet is not None and problems == ()
    assert (sheet.title, sheet.blocks, sheet.example) == (SHIPPED.title, SHIPPED.blocks, SHIPPED.example)
    assert sheet.needs_fear_asked and not sheet.fear_reason and sheet.own


def test_a_reply_cannot_release_a_sheet() -> None:
    reply = msgspec.msgpack.decode(asked(definition_text.write_own_worksheet(SHIPPED)))
    reply["table"] |= {"fear_reason": "x", "needs_fear_asked": False, "evidence": "Proved."}
    sheet, _ = definition_protocol.decode_reply(msgspec.msgpack.encode(reply))
    assert sheet is not None and sheet.needs_fear_asked and sheet.evidence == loader.OWN_EVIDENCE


def test_what_is_wrong_comes_back_in_sentences() -> None:
    kind = f'kind = "{SHIPPED.blocks[0].kind}"'.encode()
    raw = definition_text.write_own_worksheet(SHIPPED).replace(kind, b'kind = "sonnet"')
    sheet, problems = definition_protocol.decode_reply(asked(raw))
    assert sheet is None and problems[0].startswith("blocks[0].kind: must be one of prose")
    assert definition_protocol.decode_reply(asked(b"title = "))[1][0].startswith("not readable as TOML")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"table": 3}),
        msgspec.msgpack.encode({"problems": []}),
        b"\x00" * (definition_protocol.MAX_REPLY_BYTES + 1),
    ],
    ids=["nothing", "no msgpack", "no table", "neither", "too long"],
)
def test_what_is_no_reply_is_refused(reply: bytes) -> None:
    with pytest.raises(NoReply):
        definition_protocol.decode_reply(reply)


def test_a_table_from_a_reply_is_checked_like_any_other() -> None:
    sheet, problems = definition_protocol.decode_reply(msgspec.msgpack.encode({"table": {"title": 3}}))
    assert sheet is None and "title: must be text" in problems
