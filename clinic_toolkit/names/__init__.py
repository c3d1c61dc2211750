"""Names of people: grapheme clusters, initials, and search.

All rules about names are here, for every script, without I/O. It never stores a name or knows whose it is.
"""
