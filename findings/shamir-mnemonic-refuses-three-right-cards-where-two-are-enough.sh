#!/usr/bin/env bash
# shamir-mnemonic (SLIP-39): of a secret that two of three cards open, three right cards open nothing.
#
# One would expect: more right cards than needed are as good as enough; a wrong passphrase is refused.
# It is not so: the number of cards must be exact, and the message blames their number. A passphrase that is wrong by
# one capital letter is taken, and gives another secret of the right length. Capital letters in the words are fine,
# while the first four letters of a word, which tell every word apart, are not.
# For this product: where several people hold a part (an executor's half, a recovery card), try each set of the right
# size from what was typed, and put a check of our own inside the secret so that a wrong one is named as such.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q shamir-mnemonic==0.3.0 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
"$work/env/bin/python" - <<'PY'
import sys

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

SECRET = bytes(range(16))
cards = generate_mnemonics(1, [(2, 3)], SECRET, b"Linde")[0]


def tried(words: list[str], passphrase: bytes = b"Linde") -> str:
    try:
        return "opens" if combine_mnemonics(words, passphrase) == SECRET else "another secret, no error"
    except MnemonicError as problem:
        return "refused: " + str(problem)


seen = {
    "two cards": tried(cards[:2]),
    "three cards": tried(cards),
    "two cards, passphrase linde for Linde": tried(cards[:2], b"linde"),
    "two cards in capitals": tried([card.upper() for card in cards[:2]]),
    "two cards, four letters a word": tried([" ".join(word[:4] for word in card.split()) for card in cards[:2]]),
}
print("shamir-mnemonic 0.3.0, two of three cards needed")
for name, what in seen.items():
    print(f"{name}: {what}")
kinds = [what.partition(":")[0] for what in seen.values()]
still = kinds == ["opens", "refused", "another secret, no error", "opens", "refused"]
print("still so" if still else "changed")
sys.exit(not still)
PY
