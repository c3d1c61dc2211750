"""What a search looks through, and what it never does, in words."""

from clinic_toolkit.record.values.search_values import SearchPart

PART_LABELS = {
    SearchPart.NOTES: "Notes",
    SearchPart.AGREED: "Agreed for next time",
    SearchPart.FORMS: "Words in questionnaires",
    SearchPart.SHEETS: "Worksheets",
    SearchPart.CONSENTS: "Consents",
    SearchPart.RISK_ENTRIES: "Risk entries",
    SearchPart.PLANS: "Treatment plans, and plans for hard moments",
}
# Stands below every search, whatever was found: nobody should take "nothing found" for "never written".
NOT_SEARCHED = (
    "psychotherapy notes",
    "forms in a client’s hands",
    "what is started and not finished",
    "attached files",
    "what was set aside because it belongs to another client",
    "names and addresses, which are found under Clients",
)
HOW_TO_SEARCH = (
    "A word finds every word that begins with it, in any spelling of its accents. "
    "Several words must all be there. “Words in quotes” stand together."
)


def not_searched_sentence(unreadable_count: int) -> str:
    """The sentence that says what was not searched.

    Args:
        unreadable_count: how many records cannot be read.
    """
    unreadable = (
        [f"{unreadable_count} {'entry' if unreadable_count == 1 else 'entries'} that cannot be read"]
        if unreadable_count
        else []
    )
    return f"Not searched: {'; '.join([*NOT_SEARCHED, *unreadable])}."
