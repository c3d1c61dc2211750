"""What of a record goes to somebody: a release, a client's copy, a sheet for supervision; and the log of it.

Only kinds that are named here ever go. Psychotherapy notes are not among them.
"""
