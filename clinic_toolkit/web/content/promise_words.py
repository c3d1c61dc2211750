"""The technical words that stand in the promises, and what they mean."""

# What a reader who is no technician meets below, in the order in which it comes.
WORDS = {
    "Executor halves": "Two printed sheets for the time after your death, each useless alone.",
    "Argon2id": "What makes each guess at a passphrase slow and costly.",
    "fsync": "The question to a disk whether something is really stored. Some disks say yes too early.",
    "Outside anchor": "Anything kept elsewhere with which this record can be compared, such as a backup.",
    "Root": "The administrator of the machine.",
    "LAN mode": "Several computers of one practice at work together. Not in this version.",
}
