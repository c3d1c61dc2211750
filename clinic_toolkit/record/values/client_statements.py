"""What the client says about a result: sentences they corrected, and what they say is wrong."""

from msgspec import Struct

from clinic_toolkit.psychometrics.result_sentences import quote_item


class Statement(Struct, frozen=True, kw_only=True):
    """One sentence shown to the client. `correction` is the client's own wording, "" if there is none."""

    text: str
    correction: str = ""

    @property
    def shown_text(self) -> str:
        """The client's correction if there is one, else the sentence."""
        return self.correction or self.text


class ClientSays(Struct, frozen=True, kw_only=True):
    """The client's words against a result, so that the clinician reads them beside what they are about.

    `wrong` is what they say is wrong, `corrected` the sentences that they corrected, and `unmatched` those of
    them that no answer gives any more, because it was changed afterwards.
    """

    wrong: str = ""
    corrected: tuple[Statement, ...] = ()
    unmatched: tuple[Statement, ...] = ()

    def instead_of(self, sentence: str) -> str:
        """The client's words in place of this sentence, or ""."""
        return next((each.correction for each in self.corrected if sentence and each.text == sentence), "")

    def instead_of_answer(self, label: str | None, text: str) -> str:
        """The client's words in place of the line about one answer, or ""."""
        return self.instead_of(quote_item(label, text)) if label else ""
