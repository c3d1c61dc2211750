"""The few cryptographic acts of the house, and the only room that imports `cryptography`.

It owns the canonical encoding, the one way to seal, the one way to stretch a passphrase and the one
way to sign. It never learns that a client exists, reads no file and keeps no key.
"""
