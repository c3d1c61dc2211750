"""What stands beside a question on the page of its questionnaire, for the clinician."""

from clinic_toolkit.instruments.closed_sets import InstrumentKind, ItemRole, SafetyFlag
from clinic_toolkit.instruments.model import Instrument, Item


def describe_item(item: Item, instrument: Instrument) -> str:
    """What is out of the ordinary about how it counts or what it prompts, such as "reverse-scored"."""
    words = []
    if item.role == ItemRole.STRENGTH and instrument.kind == InstrumentKind.DIFFICULTIES:
        words.append("strength, kept apart from the number")
    if item.reverse:
        words.append("reverse-scored")
    if item.weight != 1:
        words.append(f"counts {item.weight:g} times")
    if item.safety_flag != SafetyFlag.NONE and instrument.own:
        topic = "fear" if item.safety_flag == SafetyFlag.FEAR else "feeling a burden"
        words.append(f"prompts you about {topic}")
    return " · ".join(words)
