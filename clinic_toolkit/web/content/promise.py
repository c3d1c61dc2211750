"""What a promise about the data says, and what can keep one."""

from msgspec import Struct

CRYPTOGRAPHY = "cryptography"
PROCESS = "processes and the operating system"
OUR_CODE = "our code"
ADVICE = "what you do"

SAFEGUARDS = {
    CRYPTOGRAPHY: "Without the key it cannot be done, whatever the code does.",
    PROCESS: "The operating system keeps processes, files and users apart.",
    OUR_CODE: "The program refuses; a mistake in it could break the promise, so it is tested.",
    ADVICE: "Nobody but you can keep it.",
}


class Promise(Struct, frozen=True, kw_only=True):
    """One promise: number, words, what fulfils it, what it does not cover, and the tests that show it."""

    number: int
    text: str
    safeguards: tuple[str, ...]
    limitation: str = ""
    tests: tuple[str, ...]
    untested: str = ""
