"""Texts that do harm where a program takes them for more than text, or where it draws without care."""

from typing import Any

from clinic_toolkit.worksheets.block_model import SheetBlock
from tests.fixtures.replaced import replace

HOSTILE: dict[str, str] = {
    "markup": '<b>&</b> &amp; <img src="/etc/hostname"/> <font color="white">seen</font>',
    "a link in markup": '<a href="javascript:alert(1)">y</a> <link href="https://example.org">z</link>',
    "an address": "https://example.org/?a=1&b=2 mailto:a@example.org file:///etc/passwd",
    "a template": "{{ 7*7 }} {% include 'x' %} ${7*7} #{7*7} %s %(x)s {0} \\n \\u0041",
    "the end of a text in a file": ") Tj ET Q q 1 0 0 RG (more \\) \\( ))) ((( ",
    "objects of a file": "<</Type/Filespec/EF<</F 5 0 R>>>> endstream endobj 9 0 obj stream %%EOF trailer",
    "an action": "<< /S /JavaScript /JS (app.alert(1)) >> /OpenAction /AA /Launch /URI",
    "a path": "../../etc/passwd C:\\Windows\\win.ini \\\\host\\share",
    "a formula": "=cmd|' /C calc'!A0 @SUM(1) +1 -1",
    "controls": "line\r\nline\x00\x07\x1b[31m\x7f\x80\x9f end",
    "half a character": "\ud800 \udc00 \ud83d",
    "turned round": "\u202eright\u202c \u2066a\u2069 \u200fb\u200e \u061c",
    "invisible": "a\u200b\u2060\ufeff\u00ad\u034f\U000e0041\U000e007f\ufe0f\U000e0100b",
    "no characters": "\ufdd0 \uffff \ue000 \U0010ffff \u0378",
    "marks": "Z" + "\u0300\u0489\u20dd\u0336" * 20 + "a" + "\u0323" * 60,
    "marks without a letter": "\u0301\u05b7\u064b\u093e\u0e33\u0f71\u302a",
    "signs of a letter": "क" + "ा" * 60 + " " + "क्" * 60,
    "joined families": "👩‍❤️‍💋‍👩 👨🏽‍🦳 🏴\U000e0067\U000e0062\U000e007f 😀",
    "a long word": "W" * 400,
    "a long word from the right": "شلاماً" * 20 + "שָׁלוֹם" * 15,
    "a long word without spaces": "漢字かな、" * 12 + "สวัสดีครับเพื่อน" * 5 + "ក្រុមស្រី" * 5,
    "every system": "漢字 😀 محمد דנה שלום Ελένη Дмитрий Nguyễn प्रिया தமிழ் አማርኛ ᠪᠠᠲᠤ ߒߞߏ 김민서 བོད 𞤀𞤣",
    "directions": "א1ב-2(ג)[د]٣,٤%a/ب<>«»{",
    "a mark that was typed": "[U+0041] [U+6F22][U+FFFFFF] [U+",
    "lines": "\n" * 60 + "\v\f\x85\u2028\u2029end",
}


def written_anew(block: SheetBlock, typed: str) -> SheetBlock:
    """The block with this text in every place where a person can type."""
    texts: dict[str, Any] = {}
    for name in type(block).__dataclass_fields__:
        value = getattr(block, name)
        if isinstance(value, str) and name != "kind":
            texts[name] = typed
        elif isinstance(value, tuple):
            texts[name] = tuple(typed if isinstance(each, str) else each for each in value)
    return replace(block, **texts)
