"""Which addresses a request may go to."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.collecting.addresses import (
    Address,
    AddressRefused,
    addresses_of,
    is_own_network,
    is_public,
)

PUBLIC = ["8.8.8.8", "93.184.215.14", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:4700::1"]
OWN = ["10.0.0.1", "127.0.0.1", "127.8.8.8", "172.16.0.1", "172.31.255.255", "192.168.1.1",
       "100.64.0.1", "::1", "fc00::1", "fd12:3456::1"]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.170.2", "fe80::1", "fd00:ec2::254", "fd00:ec2::23",
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - nothing is bound to it
    "255.255.255.255", "240.0.0.1", "224.0.0.1", "ff02::1", "::",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8",
    "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::808:808",
    "2002:a9fe:a9fe::1", "2002:808:808::1", "2001:0:a9fe:a9fe::1", "2001:db8::1", "3fff::1",
    "4000::1", "fec0::1", "100::1",
]  # fmt: skip


def leading_to(*addresses: str) -> Any:
    def resolve(_: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
        return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def where(*addresses: str, **given: Any) -> list[Address]:
    return addresses_of("bot.example.com", 443, resolve=leading_to(*addresses), **given)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))
    assert not is_own_network(ip_address(address))


@pytest.mark.parametrize("address", OWN)
def test_private_addresses_are_for_who_says_so(address: str) -> None:
    with pytest.raises(AddressRefused):
        where(address)
    assert where(address, allow_private=True) == [ip_address(address)]


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow_private", [False, True])
def test_addresses_that_nobody_may_ask(address: str, allow_private: bool) -> None:
    with pytest.raises(AddressRefused):
        where(address, allow_private=allow_private)


@pytest.mark.parametrize("address", OWN + NEVER)
def test_a_single_wrong_address_refuses_the_name(address: str) -> None:
    with pytest.raises(AddressRefused):
        where("8.8.8.8", address, "8.8.4.4")


def test_addresses_keep_their_order_and_come_once() -> None:
    found = where("2606:4700::1", "8.8.8.8", "2606:4700::1")
    assert found == [ip_address("2606:4700::1"), ip_address("8.8.8.8")]


def test_an_address_with_a_zone_is_refused() -> None:
    with pytest.raises(AddressRefused):
        where("fe80::1%eth0", allow_private=True)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0", "localhost"])
def test_other_ways_to_write_this_machine_are_refused(host: str) -> None:
    """The resolver knows all of them; where it does not, there is no such host."""
    with pytest.raises((AddressRefused, socket.gaierror)):
        addresses_of(host, 443)


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example.com"])
def test_a_name_that_nobody_can_have_is_no_host(host: str) -> None:
    with pytest.raises(socket.gaierror) as error:
        addresses_of(host, 443)
    assert error.value.errno == socket.EAI_NONAME


@given(st.ip_addresses())
def test_what_is_public_is_global_for_python_too(address: Address) -> None:
    """Python's own table, which its versions change, may only be more generous."""
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved
        assert not address.is_link_local
        assert not is_own_network(address)
