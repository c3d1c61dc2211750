"""All cryptographic operations; the only package that imports `cryptography`.

It holds the canonical encoding, authenticated encryption, passphrase key derivation and signatures.
It knows nothing of clients, reads no file and stores no key.
"""
