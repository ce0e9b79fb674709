import base64
import gzip

import pytest

from certificates.bitstring import LARGEST_INFLATED, LENGTH, BadStatusList, decode, encode, is_set


def packed(data):
    return "u" + base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("indices", [set(), {0}, {LENGTH - 1}, {0, 1, 7, 8, 9, 4711, LENGTH - 1}])
def test_exactly_the_given_entries_are_set(indices):
    bits = decode(encode(indices))

    assert len(bits) == LENGTH // 8
    assert {index for index in range(LENGTH) if is_set(bits, index)} == indices


def test_entry_nought_is_the_most_significant_bit_of_the_first_byte():
    assert decode(encode([0]))[:2] == b"\x80\x00"
    assert decode(encode([9]))[:2] == b"\x00\x40"


def test_the_published_example_of_an_empty_list_reads_as_empty():
    # Source: Bitstring Status List 1.0, the example of a status list credential.
    bits = decode("uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA")

    assert bits == bytes(LENGTH // 8)


def test_the_same_entries_give_the_same_text_in_any_order_or_number():
    assert encode([3, 1, 3]) == encode({1, 3})


@pytest.mark.parametrize("index", [-1, LENGTH])
def test_an_entry_outside_the_list_is_refused(index):
    with pytest.raises(BadStatusList):
        encode([index])
    with pytest.raises(BadStatusList):
        is_set(bytes(LENGTH // 8), index)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "u",
        "uéé",
        "u!!!!",
        encode([])[1:],
        "z" + encode([])[1:],
        encode([])[:-6],
        packed(b"not gzip at all"),
        packed(gzip.compress(bytes(LENGTH // 8 - 1), mtime=0)),
        packed(gzip.compress(bytes(LENGTH // 8), mtime=0) + b"more"),
        packed(gzip.compress(bytes(LARGEST_INFLATED + 1), mtime=0)),
        "u" + "A" * (LARGEST_INFLATED + 1),
    ],
)
def test_what_is_no_status_list_is_refused(encoded):
    with pytest.raises(BadStatusList):
        decode(encoded)


def test_a_longer_list_is_read():
    bits = bytearray(LENGTH)
    bits[-1] = 1

    assert is_set(decode(packed(gzip.compress(bytes(bits)))), LENGTH * 8 - 1)
