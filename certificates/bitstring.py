"""Which credentials of a list are revoked? One bit each.

Source: W3C Bitstring Status List 1.0. Bit 0 is the most significant bit of the first byte.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable

LENGTH = 131_072  # entries of a list; the specification's minimum, so that one entry hides among many
LARGEST_INFLATED = 4 * 1024 * 1024  # bytes


class BadStatusList(ValueError):
    """The encoded list, or an index into it, cannot be used."""


def encode(indices: Iterable[int]) -> str:
    """Return a list of LENGTH entries with the bits at `indices` set. The same indices give the same text.

    Raises BadStatusList for an index outside the list.
    """
    bits = bytearray(LENGTH // 8)
    for index in indices:
        if not 0 <= index < LENGTH:
            raise BadStatusList(f"There is no entry {index} in a status list of {LENGTH}.")
        bits[index // 8] |= 0x80 >> index % 8
    # Without a time of making, so that an unchanged list stays the same text.
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(encoded: str) -> bytes:
    """Return the bits of an encoded list, anybody's: eight entries a byte.

    Raises BadStatusList when it is not multibase base64url of one gzip stream, is shorter than the
    specification allows, or unpacks to more than LARGEST_INFLATED.
    """
    if not encoded.startswith("u") or len(encoded) > LARGEST_INFLATED:
        raise BadStatusList("The status list is not written the way the specification says.")
    text = encoded[1:].rstrip("=")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj(wbits=31)  # 31: gzip, and nothing else
        bits = inflater.decompress(packed, LARGEST_INFLATED + 1)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise BadStatusList("The status list cannot be unpacked.") from error
    if len(bits) > LARGEST_INFLATED:
        raise BadStatusList("The status list is too long.")
    if not inflater.eof or inflater.unused_data:
        raise BadStatusList("The status list cannot be unpacked.")
    if len(bits) < LENGTH // 8:
        raise BadStatusList("The status list is shorter than the specification allows.")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Tell whether entry `index` is set. Raises BadStatusList when the list has no such entry."""
    if not 0 <= index < len(bits) * 8:
        raise BadStatusList(f"There is no entry {index} in this status list.")
    return bool(bits[index // 8] & 0x80 >> index % 8)


def indices_set(bits: bytes) -> set[int]:
    """The entries that are set, of a list as `decode` returns it."""
    return {place * 8 + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte & 0x80 >> bit}
