"""Hashes of bytes that are the same everywhere and forever: FarmHash's Fingerprint64 and SipHash-2-4.

Source: G. Pike, FarmHash (https://github.com/google/farmhash, the fingerprint that its documentation fixes for good);
J.-P. Aumasson and D. J. Bernstein, SipHash: a fast short-input PRF, 2012.
"""

from __future__ import annotations

from collections.abc import Iterable

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _word(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _rotated_right(value: int, by: int) -> int:
    value &= _MASK
    return ((value >> by) | (value << (64 - by))) & _MASK


def _shift_mix(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 47)


def _mix_pair(u: int, v: int, factor: int) -> int:
    a = _shift_mix((u ^ v) * factor)
    b = _shift_mix((v ^ a) * factor)
    return (b * factor) & _MASK


def fingerprint64(data: bytes) -> int:
    """FarmHash's 64-bit fingerprint.

    Example:
        >>> fingerprint64(b"")
        11160318154034397263
    """
    size = len(data)
    factor = _K2 + 2 * size
    if size <= 16:
        return _up_to_16(data, factor)
    if size <= 32:
        return _mix_pair(*_halves(data, _word(data, 0) * _K1, factor), factor)
    return _up_to_64(data, factor) if size <= 64 else _longer(data)


def _up_to_16(data: bytes, factor: int) -> int:
    size = len(data)
    if size >= 8:
        a, b = _word(data, 0) + _K2, _word(data, size - 8)
        c = _rotated_right(b, 37) * factor + a
        d = (_rotated_right(a, 25) + b) * factor
        return _mix_pair(c & _MASK, d & _MASK, factor)
    if size >= 4:
        return _mix_pair(size + (_word(data, 0, 4) << 3), _word(data, size - 4, 4), factor)
    if size:
        y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
        return (_shift_mix(y * _K2 ^ z * _K0) * _K2) & _MASK
    return _K2


def _halves(data: bytes, a: int, factor: int) -> tuple[int, int]:
    """Two words from the first and the last 16 bytes; ``a`` is made from the first 8."""
    size = len(data)
    b, c, d = _word(data, 8), _word(data, size - 8) * factor, _word(data, size - 16) * _K2
    first = _rotated_right(a + b, 43) + _rotated_right(c, 30) + d
    second = a + _rotated_right(b + _K2, 18) + c
    return first & _MASK, second & _MASK


def _up_to_64(data: bytes, factor: int) -> int:
    size = len(data)
    a = _word(data, 0) * _K2
    y, second = _halves(data, a, factor)
    z = _mix_pair(y, second, factor)
    e, f = _word(data, 16) * factor, _word(data, 24)
    g, h = (y + _word(data, size - 32)) * factor, (z + _word(data, size - 24)) * factor
    first = _rotated_right(e + f, 43) + _rotated_right(g, 30) + h
    return _mix_pair(first & _MASK, (e + _rotated_right(f + a, 18) + g) & _MASK, factor)


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """Two words from 32 bytes and two seeds."""
    w, x, y, z = (_word(data, at + 8 * i) for i in range(4))
    a += w
    b = _rotated_right(b + a + z, 21)
    c = a
    a += x + y
    return (a + z) & _MASK, (b + _rotated_right(a, 44) + c) & _MASK


def _longer(data: bytes) -> int:
    """More than 64 bytes: rounds of 64, the last of which reaches back over bytes already seen."""
    size, seed = len(data), 81
    x, y = seed, seed * _K1 + 113
    z = _shift_mix(y * _K2 + 113) * _K2
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _word(data, 0)
    end = (size - 1) // 64 * 64
    for at in range(0, end, 64):
        x = _rotated_right(x + y + v[0] + _word(data, at + 8), 37) * _K1 ^ w[1]
        y = _rotated_right(y + v[1] + _word(data, at + 48), 42) * _K1 + v[0] + _word(data, at + 40)
        z = _rotated_right(z + w[0], 33) * _K1
        v = _weak(data, at, v[1] * _K1, x + w[0])
        w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
        x, z = z, x
    factor = _K1 + ((z & 0xFF) << 1)
    at = size - 64
    first = w[0] + ((size - 1) & 63)
    v = (v[0] + first, v[1])
    w = (first + v[0], w[1])
    x = _rotated_right(x + y + v[0] + _word(data, at + 8), 37) * factor ^ w[1] * 9
    y = _rotated_right(y + v[1] + _word(data, at + 48), 42) * factor + v[0] * 9 + _word(data, at + 40)
    z = _rotated_right(z + w[0], 33) * factor
    v = _weak(data, at, v[1] * factor, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    x, z = z, x
    left = _mix_pair(v[0], w[0], factor) + _shift_mix(y) * _K0 + z
    right = _mix_pair(v[1], w[1], factor) + x
    return _mix_pair(left & _MASK, right & _MASK, factor)


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 of bytes under a key of two 64-bit words.

    Example:
        >>> hex(siphash(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)))
        '0xa129ca6149be45e5'
    """
    k0, k1 = (k & _MASK for k in key)
    state = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = data + bytes(-(len(data) + 1) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = _word(padded, at)
        state[3] ^= word
        _sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_rounds(state: list[int], count: int) -> None:
    a, b, c, d = state
    for _ in range(count):
        a = (a + b) & _MASK
        b = _rotated_right(b, 51) ^ a
        a = _rotated_right(a, 32)
        c = (c + d) & _MASK
        d = _rotated_right(d, 48) ^ c
        a = (a + d) & _MASK
        d = _rotated_right(d, 43) ^ a
        c = (c + b) & _MASK
        b = _rotated_right(b, 47) ^ c
        c = _rotated_right(c, 32)
    state[:] = a, b, c, d


def crossed(parts: Iterable[int]) -> int:
    """One 64-bit word from several, in their order, as ``tf.sparse.cross_hashed`` makes it."""
    factor, result = 0xC6A4A7935BD1E995, 0xDECAFCAFFE
    for part in parts:
        mixed = result ^ factor
        mixed ^= (_shift_mix(part * factor) * factor) & _MASK
        mixed = (mixed * factor) & _MASK
        result = _shift_mix(_shift_mix(mixed) * factor)
    return result
