"""Builds one AES-GCM ciphertext that opens under two keys: the attack that a commitment stops.

GCM's tag is a polynomial in a key-dependent point, so one free block of ciphertext can be chosen to
make the tags under two keys equal (Dodis, Grubbs, Ristenpart and Woodage, CRYPTO 2018).
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_R = 0xE1 << 120


def _block(key: bytes, block: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    return int.from_bytes(encryptor.update(block))


def _times(x: int, y: int) -> int:
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (_R if y & 1 else 0)
    return product


def _inverse(x: int) -> int:
    # x to the power of 2^128 - 2.
    result, square = 1 << 127, x
    for _ in range(127):
        square = _times(square, square)
        result = _times(result, square)
    return result


def two_key_ciphertext(one: tuple[bytes, bytes], two: tuple[bytes, bytes], aad_block: bytes) -> bytes:
    """Two blocks and a tag that decrypt under both (key, nonce) pairs, for a 16-byte AAD."""
    first = int.from_bytes(b"any sixteen byte")
    lengths = 128 << 64 | 256
    points, rests = [], []
    for key, nonce in (one, two):
        point = _block(key, bytes(16))
        square = _times(point, point)
        fourth, third = _times(square, square), _times(square, point)
        rest = _times(int.from_bytes(aad_block), fourth) ^ _times(first, third) ^ _times(lengths, point)
        rests.append(rest ^ _block(key, nonce + b"\0\0\0\1"))
        points.append(square)
    free = _times(rests[0] ^ rests[1], _inverse(points[0] ^ points[1]))
    tag = rests[0] ^ _times(free, points[0])
    return b"".join(value.to_bytes(16) for value in (first, free, tag))
