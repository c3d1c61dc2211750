"""Safety prompts: which answers a clinician should ask about before the client leaves; never for the client.

A form cannot tell whether somebody is safe. These rules only name answers after which a clinician would want
to ask; that no rule applies does not mean that there is nothing to ask about. Feeling like a burden is part
of the interpersonal theory of suicide, supported with modest effects across 122 samples (Chu et al. 2017).
Guilt about being cared for is the presenting problem and raises no prompt. Fear is asked about from the first
step above the lowest answer: across four samples, having ever been frightened of a partner indicated violence
far more often than being frightened now (Signorelli et al. 2020).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from clinic_toolkit.instruments.closed_sets import SafetyFlag
from clinic_toolkit.instruments.model import Instrument, Item, ResponseOption
from clinic_toolkit.psychometrics.item_response import ItemResponse, ResponseStatus
from clinic_toolkit.psychometrics.scoring import is_above_lowest, is_in_upper_half, scale_position

NO_REASSURANCE = "If no prompt appears, that is no reassurance: a form cannot tell if someone is safe."
NO_REASSURANCE_BESIDE_PROMPT = (
    "If no other prompt appears, that is no reassurance: a form cannot tell if someone is safe."
)

# A low answer about being a burden raises no prompt, but it should not be passed over without a word.
SOFTER_LINE = "Your client named this, even if only now and then. You could ask how far this thought goes."

# By flag, the test whether the value of an answer alone raises a prompt.
_RAISES_PROMPT: dict[SafetyFlag, Callable[[Instrument, Item, int | None], bool]] = {
    SafetyFlag.BURDEN: is_in_upper_half,
    SafetyFlag.FEAR: is_above_lowest,
}
_WHAT_TO_ASK = {
    SafetyFlag.BURDEN: "Consider asking about hopelessness and thoughts of not living.",
    SafetyFlag.FEAR: "Ask in private about fear of this person.",
}


class PromptReason(StrEnum):
    """Why an item raises a prompt: how it was answered or not, or that it was marked to talk about."""

    ANSWERED = "answered"
    DECLINED = "declined"
    DID_NOT_COME_UP = "did_not_come_up"
    NOT_REACHED = "not_reached"
    TALK = "talk"


_FINDING_TEXTS: dict[SafetyFlag, dict[PromptReason, str]] = {
    SafetyFlag.BURDEN: {
        PromptReason.ANSWERED: "Thoughts of being a burden stood out (item {n}).",
        PromptReason.DECLINED: "The question about being a burden was left unanswered (item {n}).",
        PromptReason.TALK: "The question about being a burden was marked to talk about (item {n}).",
        PromptReason.NOT_REACHED: "The question about being a burden has no answer (item {n}).",
    },
    SafetyFlag.FEAR: {
        PromptReason.ANSWERED: "Fear, or pressure after a no, was named (item {n}).",
        PromptReason.DECLINED: "The question about fear or pressure was left unanswered (item {n}).",
        PromptReason.DID_NOT_COME_UP: "The question about fear or pressure did not come up (item {n}).",
        PromptReason.TALK: "The question about fear or pressure was marked to talk about (item {n}).",
        PromptReason.NOT_REACHED: "The question about fear or pressure has no answer (item {n}).",
    },
}


class SafetyPrompt(Struct, frozen=True, kw_only=True):
    """One prompt: its flag, the item that raised it (`number` as on the form), and the finding in words."""

    flag: SafetyFlag
    item_id: str
    number: int
    finding: str

    @property
    def sentence(self) -> str:
        """The finding, and what to ask."""
        return f"{self.finding} {what_to_ask(self.flag)}"


class SofterLine(Struct, frozen=True, kw_only=True):
    """A line to show beside an answer that raises no prompt."""

    item_id: str
    text: str


def what_to_ask(flag: SafetyFlag) -> str:
    """The sentence that tells the clinician what to ask."""
    return _WHAT_TO_ASK[flag]


def no_reassurance_line(*, beside_prompt: bool) -> str:
    """The sentence that no prompt, or no other than the one on the page, means that somebody is safe."""
    return NO_REASSURANCE_BESIDE_PROMPT if beside_prompt else NO_REASSURANCE


def list_safety_prompts(
    instrument: Instrument, responses: Iterable[ItemResponse], *, finished: bool = False
) -> tuple[SafetyPrompt, ...]:
    """Find the safety prompts of one form, in the order of the items.

    A burden item raises one if it was answered in the upper half of the scale, declined, left blank, or
    marked to talk about. A fear item raises one if it was answered with anything but the lowest option,
    declined, left blank, marked to talk about, or did not come up: somebody who always gives in to their fear
    may never notice it. Blank items are those passed over and the one at which the form was stopped; the
    items after that one were never seen.

    Args:
        finished: the form was ended as a whole, so that every question without an answer was left blank.
    """
    by_item = {response.item_id: response for response in responses}
    last_reached = len(instrument.items) if finished else _last_reached_number(instrument, by_item)
    prompts = []
    for number, item in enumerate(instrument.items, start=1):
        response = by_item.get(item.id)
        if item.safety_flag == SafetyFlag.NONE or response is None:
            continue
        reason = _prompt_reason(response, _RAISES_PROMPT[item.safety_flag](instrument, item, response.value))
        if reason is None or (reason == PromptReason.NOT_REACHED and number > last_reached):
            continue
        template = _FINDING_TEXTS[item.safety_flag].get(reason)
        if template is not None:
            finding = template.format(n=number)
            prompts.append(
                SafetyPrompt(flag=item.safety_flag, item_id=item.id, number=number, finding=finding)
            )
    return tuple(prompts)


def list_softer_lines(instrument: Instrument, responses: Iterable[ItemResponse]) -> tuple[SofterLine, ...]:
    """The softer lines: beside burden items answered above the lowest option that raise no prompt."""
    items = {item.id: item for item in instrument.items if item.safety_flag == SafetyFlag.BURDEN}
    return tuple(
        SofterLine(item_id=response.item_id, text=SOFTER_LINE)
        for response in responses
        if (item := items.get(response.item_id))
        and is_above_lowest(instrument, item, response.value)
        and not _prompt_reason(response, is_in_upper_half(instrument, item, response.value))
    )


def answer_position(instrument: Instrument, item_id: str, value: int | None) -> Fraction | None:
    """The position of an answer on its scale after reverse scoring, 0 to 1, comparable between forms.

    Returns:
        None without a value, or if the instrument has no such item.
    """
    item = next((item for item in instrument.items if item.id == item_id), None)
    return None if item is None or value is None else scale_position(instrument, item, value)


def should_reopen_prompt(
    status: ResponseStatus, *, talk: bool, position: Fraction | None, highest_asked: Fraction | None
) -> bool:
    """Whether an answer opens a prompt although its topic was asked about in the last ninety days.

    Args:
        talk: whether the client marked the question to talk about.
        position: the `answer_position` of the answer.
        highest_asked: the highest position that was asked about then; None if there was none.
    """
    if talk or status == ResponseStatus.DECLINED:
        return True
    return status == ResponseStatus.ANSWERED and (
        position is None or highest_asked is None or position > highest_asked
    )


def _last_reached_number(instrument: Instrument, by_item: Mapping[str, ItemResponse]) -> int:
    """The number of the item after the last one that was reached; 0 if there is none."""
    reached_numbers = (
        number
        for number, item in enumerate(instrument.items, start=1)
        if item.id in by_item and by_item[item.id].status != ResponseStatus.NOT_REACHED
    )
    return max((number + 1 for number in reached_numbers), default=0)


def list_prompt_sentences(
    instrument: Instrument, responses: Iterable[ItemResponse], *, finished: bool = False
) -> tuple[str, ...]:
    """The sentences of `list_safety_prompts`.

    An empty result is no sign of safety; show `NO_REASSURANCE` with it.
    """
    return tuple(prompt.sentence for prompt in list_safety_prompts(instrument, responses, finished=finished))


def flagged_item_numbers(instrument: Instrument) -> tuple[int, ...]:
    """The numbers of the items to check before the client leaves, for the clinician's card on paper."""
    return tuple(
        number for number, item in enumerate(instrument.items, start=1) if item.safety_flag != SafetyFlag.NONE
    )


def lowest_prompting_option(instrument: Instrument, item: Item) -> ResponseOption:
    """The lowest option, after reverse scoring, that raises a prompt for this item."""
    prompting = [
        option
        for option in instrument.options
        if _RAISES_PROMPT[item.safety_flag](instrument, item, option.value)
    ]
    return min(prompting, key=lambda each: scale_position(instrument, item, each.value))


def _prompt_reason(response: ItemResponse, stands_out: bool) -> PromptReason | None:
    if stands_out:
        return PromptReason.ANSWERED
    if response.wants_to_talk:
        return PromptReason.TALK
    reason = PromptReason(response.status)
    return None if reason == PromptReason.ANSWERED else reason
