"""Texts that are printed on more than one sheet, and on paper alone."""

from clinic_toolkit.psychometrics.item_response import ResponseStatus

LEGAL_LINE = "Not for legal or employment decisions."
DEMO_LABEL = "Demo – invented people"
DID_NOT_COME_UP = "It didn’t come up"
DECLINED = "I’d rather not answer"
TALK_LABEL = "Let’s talk about this"
NON_ANSWER_LABELS = {
    ResponseStatus.DID_NOT_COME_UP: DID_NOT_COME_UP,
    ResponseStatus.DECLINED: DECLINED,
    ResponseStatus.NOT_REACHED: "No answer",
}
