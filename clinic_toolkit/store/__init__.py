"""The one file on the disk: engine, types, pragmas, the shape that it must have, the folder's claim.

It knows tables and transactions and maps what SQLite reports to sentences. It owns no table of its
own, holds no key and never sees plaintext.
"""
