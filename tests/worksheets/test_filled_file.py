"""A filled sheet is read without loss, and a file that is anything else is refused with the reason."""

import warnings
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from clinic_toolkit.worksheets import filled_file, filled_file_protocol
from clinic_toolkit.worksheets.filled_file import (
    MAX_FILE_BYTES,
    MAX_TEXT_LENGTH,
    FilledFile,
    FilledFileProblem,
    FilledFileRefused,
    clean_text,
    read_filled_file,
)
from clinic_toolkit.worksheets.filled_file_protocol import PROBLEM_SENTENCES, FilledFileError
from tests.fixtures import filled_in

BLANK = filled_in.make_file()
FILLED = filled_in.fill_as_poppler(BLANK)


def change(how: Callable[[Pdf], object], data: bytes = FILLED, **saving: Any) -> bytes:
    """The file after something was done to it."""
    changed = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        how(pdf)
        with warnings.catch_warnings():
            # pikepdf warns of the very faults that are made here.
            warnings.simplefilter("ignore")
            pdf.save(changed, **saving)
    return changed.getvalue()


def problem(data: bytes) -> FilledFileProblem:
    """Why a file is refused."""
    with pytest.raises(FilledFileRefused) as refused:
        read_filled_file(data)
    return refused.value.problem


def set_text(pdf: Pdf, value: object) -> None:
    for field in pdf.Root.AcroForm.Fields:
        if str(field.T) == filled_in.name_of("b1.text"):
            field.V = value


@pytest.mark.parametrize(
    "fill", [filled_in.fill_by_pdfium, filled_in.fill_by_pypdf, filled_in.fill_as_poppler]
)
def test_what_was_filled_in_comes_back_as_it_was_typed(fill: Callable[[bytes], bytes]) -> None:
    assert read_filled_file(fill(BLANK)) == FilledFile(code=filled_in.CODE, values=filled_in.ANSWERS)


@pytest.mark.parametrize("fill", [filled_in.fill_by_pdfium, filled_in.fill_by_pypdf])
def test_a_long_text_at_the_limit_is_not_cut(fill: Callable[..., bytes]) -> None:
    limit = filled_in.limit_of(BLANK, "b1.text")
    assert limit > 250, "four lines of 400 points hold more than ReportLab's 100 letters"
    longest = ("ab cd" * 100)[:limit]
    assert read_filled_file(fill(BLANK, {"b1.text": longest})).values == {"b1.text": longest}


def test_nothing_can_be_typed_that_the_page_could_not_hold() -> None:
    limit = filled_in.limit_of(BLANK, "b2.r1")
    filled = filled_in.fill_by_pdfium(BLANK, {"b2.r1": "x" * (limit + 9)})
    assert read_filled_file(filled).values == {"b2.r1": "x" * limit}


def test_a_blank_file_is_read_as_nothing() -> None:
    assert read_filled_file(BLANK) == FilledFile(code=filled_in.CODE, values={})


def test_an_answer_that_was_erased_does_not_come_back() -> None:
    # poppler adds to the end: the erased words are still in the bytes.
    once = filled_in.fill_as_poppler(BLANK, {"b2.r1": "sentence to forget"})
    hidden = "sentence to forget".encode("utf-16-be").hex().encode()
    emptied = change(
        lambda pdf: [field.__delitem__("/V") for field in pdf.Root.AcroForm.Fields if "/V" in field], once
    )
    assert hidden in once and read_filled_file(once).values
    assert read_filled_file(emptied).values == {}


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028"])
def test_every_reader_s_line_end_is_one_line_end(end: str) -> None:
    assert clean_text(f"  one{end}two{end}{end}three{end}") == "one\ntwo\n\nthree"


def test_characters_that_cannot_be_seen_are_left_out_and_letters_never() -> None:
    assert clean_text("a\x00b\x1bc\u202ed\tש‌ї 👵🏽") == "abcd ש‌ї 👵🏽"


@pytest.mark.parametrize(
    ("bytes_of_value", "read"),
    [
        ("Größe".encode("latin-1"), "Größe"),
        (b"\xfe\xff" + "Größe ї".encode("utf-16-be"), "Größe ї"),
        (b"\xff\xfe" + "Größe ї".encode("utf-16-le"), "Größe ї"),
        (b"\xef\xbb\xbf" + "Größe ї".encode(), "Größe ї"),
    ],
)
def test_a_text_is_read_in_each_encoding_and_as_a_stream(bytes_of_value: bytes, read: str) -> None:
    as_string = change(lambda pdf: set_text(pdf, pikepdf.String(bytes_of_value)))
    as_stream = change(lambda pdf: set_text(pdf, pdf.make_stream(bytes_of_value)))
    assert read_filled_file(as_string).values["b1.text"] == read
    assert read_filled_file(as_stream).values["b1.text"] == read


SCRIPT = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
HARMFUL: dict[str, tuple[Callable[[Pdf], object], FilledFileProblem]] = {
    "a script on opening": (
        lambda pdf: pdf.Root.__setattr__("OpenAction", SCRIPT),
        FilledFileProblem.SCRIPTS,
    ),
    "a script behind a reference": (
        lambda pdf: pdf.Root.__setattr__(
            "OpenAction", pdf.make_indirect(Dictionary(S=pdf.make_indirect(Name.Launch)))
        ),
        FilledFileProblem.SCRIPTS,
    ),
    "a script in a field": (
        lambda pdf: pdf.Root.AcroForm.Fields[0].__setattr__("AA", Dictionary(K=SCRIPT)),
        FilledFileProblem.SCRIPTS,
    ),
    "a named script": (
        lambda pdf: pdf.Root.__setattr__(
            "Names", Dictionary(JavaScript=Dictionary(Names=Array([pikepdf.String("a"), SCRIPT])))
        ),
        FilledFileProblem.SCRIPTS,
    ),
    "a link on a page": (
        lambda pdf: pdf.pages[0].obj.Annots.append(
            Dictionary(Type=Name.Annot, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=b"http://a.test"))
        ),
        FilledFileProblem.SCRIPTS,
    ),
    "an attached file": (
        lambda pdf: pdf.attachments.__setitem__("more.txt", b"more"),
        FilledFileProblem.ATTACHMENTS,
    ),
    "a file on a page": (
        lambda pdf: pdf.pages[0].obj.Annots.append(Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment)),
        FilledFileProblem.ATTACHMENTS,
    ),
    "XFA": (
        lambda pdf: pdf.Root.AcroForm.__setattr__("XFA", pdf.make_stream(b"<xdp/>")),
        FilledFileProblem.OTHER_FORM,
    ),
    "a text longer than any page": (
        lambda pdf: set_text(pdf, "x" * (MAX_TEXT_LENGTH + 1)),
        FilledFileProblem.TOO_LONG,
    ),
    "fields of two sheets": (
        lambda pdf: pdf.Root.AcroForm.Fields[0].__setattr__("T", filled_in.name_of("b1.text", "z" * 16)),
        FilledFileProblem.MIXED,
    ),
    "no form": (lambda pdf: pdf.Root.__delitem__("/AcroForm"), FilledFileProblem.NO_FIELDS),
    "somebody else's form": (
        lambda pdf: pdf.Root.AcroForm.__setattr__("Fields", Array([Dictionary(T="name", V="Ines")])),
        FilledFileProblem.NO_FIELDS,
    ),
    "too many fields": (
        lambda pdf: pdf.Root.AcroForm.Fields.extend([Dictionary(T=f"f{number}") for number in range(1_100)]),
        FilledFileProblem.TOO_LARGE,
    ),
}


@pytest.mark.parametrize("harm", HARMFUL)
def test_a_file_that_holds_more_than_answers_is_refused(harm: str) -> None:
    # The control: the same file, saved by the same library without the change, is read.
    assert read_filled_file(change(lambda pdf: None)).values == filled_in.ANSWERS
    how, reason = HARMFUL[harm]
    assert problem(change(how)) == reason


def test_a_locked_file_is_refused() -> None:
    locked = change(lambda pdf: None, encryption=pikepdf.Encryption(user="word", owner="word", R=6))
    assert problem(locked) == FilledFileProblem.ENCRYPTED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\n",
        b"not a file",
        b"PK\x03\x04" + b"\0" * 99,
        FILLED[:700],
        b"%PDF-1.7\n" + b"[" * 50_000,
    ],
)
def test_a_damaged_file_is_refused_and_nothing_else_happens(data: bytes) -> None:
    assert problem(data) in (FilledFileProblem.BROKEN, FilledFileProblem.NO_FIELDS)


def test_a_file_with_a_circle_in_it_is_refused() -> None:
    def close_circle(pdf: Pdf) -> None:
        kid = pdf.make_indirect(Dictionary(T="a"))
        kid.Kids = Array([kid])
        pdf.Root.AcroForm.Fields = Array([kid])

    assert problem(change(close_circle)) == FilledFileProblem.TOO_LARGE


def test_a_huge_file_is_refused_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled_file, "_read", lambda data: pytest.fail("it was looked at"))
    assert problem(FILLED + bytes(MAX_FILE_BYTES)) == FilledFileProblem.TOO_LARGE


def test_every_reason_has_a_sentence_that_says_that_nothing_was_kept() -> None:
    assert set(PROBLEM_SENTENCES) == set(FilledFileProblem)
    assert all("Nothing was kept." in sentence for sentence in PROBLEM_SENTENCES.values())


def test_a_refusal_crosses_to_the_worker_as_its_sentence() -> None:
    reply = filled_file_protocol.handle_request(filled_file_protocol.encode_request(b"nothing"))
    with pytest.raises(FilledFileError) as told:
        filled_file_protocol.decode_reply(reply)
    assert told.value.sentence == PROBLEM_SENTENCES[FilledFileProblem.BROKEN]


@pytest.mark.parametrize("reply", [b"", b"\xc1", b"\x80", bytes(5_000_000)])
def test_a_reply_of_another_kind_is_a_refusal(reply: bytes) -> None:
    with pytest.raises(FilledFileError):
        filled_file_protocol.decode_reply(reply)


@pytest.mark.parametrize(
    "values", [{"b9.text": "x"}, {"b4.mark": "s9"}, {"b3.o1": "s1"}, {"b1.text": "x" * (MAX_TEXT_LENGTH + 1)}]
)
def test_an_answer_that_the_sheet_cannot_hold_is_of_another_version(values: dict[str, str]) -> None:
    known = FilledFile(code=filled_in.CODE, values=filled_in.ANSWERS)
    assert filled_file_protocol.keep_known_values(known, filled_in.FIELDS) == filled_in.ANSWERS
    with pytest.raises(FilledFileError, match="another version"):
        filled_file_protocol.keep_known_values(
            FilledFile(code=filled_in.CODE, values=values), filled_in.FIELDS
        )
