"""Keys of one clinician: key slots, identity, rings, and sealing and opening of records.

Plaintext is reached through this package alone. It holds the keys of one unlocked clinician for as long as
the process lives, and the tables that store them sealed. It knows owners and classes of rings, never the
content of a record.
"""
