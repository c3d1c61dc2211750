"""Numbers in words, for pages that show no digit and for what is read aloud."""

# fmt: off
_SMALL = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
# fmt: on
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def number_in_words(number: int) -> str:
    """Write a count, 0 to 999, in words: 3 is "three", 21 is "twenty-one"."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_SMALL[units]}" if units else "")
    hundreds, remainder = divmod(number, 100)
    return f"{_SMALL[hundreds]} hundred" + (f" and {number_in_words(remainder)}" if remainder else "")
