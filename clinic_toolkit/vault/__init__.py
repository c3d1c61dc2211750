"""The one door to plaintext: the ways in, the rings, sealing and opening a record.

It owns the keys of one unlocked clinician for as long as the process lives, and the tables that hold
them sealed. It knows owners and classes of rings, never what a record says.
"""
