"""Calendar files: what one holds, read in the process without keys, and one's own hours written as one.

Knows no client and no session, and fetches nothing from a network.
"""
