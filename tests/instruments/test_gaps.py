"""The places of a script that the clinician fills in own words."""

from clinic_toolkit.instruments import client_wording


def test_a_gap_at_the_end_of_a_sentence_is_three_dots_and_not_four() -> None:
    script = "I suggest it, because [why now]. It was [my idea / your idea]. We can leave it."
    assert client_wording.with_gaps(script) == "I suggest it, because … It was … We can leave it."
    assert client_wording.with_gaps("It is [what] that counts.") == "It is … that counts."
