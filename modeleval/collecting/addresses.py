"""The guard of addresses: where a request of ours may go, decided by the address and not the name.

A name is looked up once per connection, and the connection goes to the address that was checked.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Resolve = Callable[..., list[tuple[Any, ...]]]
"""As socket.getaddrinfo."""

# IANA's registries of special-purpose addresses, written down: what Python's own `is_private`
# says differs between its versions.
_NOT_PUBLIC_4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
# Of IPv6 only 2000::/3 is public, without what is reserved in it, and without what carries an IPv4
# address: 2001::/23 holds Teredo, 2002::/16 is 6to4. IPv4-mapped addresses and NAT64 lie outside.
_PUBLIC_6 = "2000::/3"
_NOT_PUBLIC_6 = ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
_OWN_NETWORK = (
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128",
    "fc00::/7",
)  # fmt: skip
_METADATA = ("fd00:ec2::/32",)


def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


_CLOSED = _networks(_NOT_PUBLIC_4 + _NOT_PUBLIC_6)
_OPEN_6 = ip_network(_PUBLIC_6)
_OWN = _networks(_OWN_NETWORK)
_NEVER = _networks(_METADATA)


class AddressRefused(Exception):
    """The name leads to an address that no request of ours may go to."""


def is_public(address: Address) -> bool:
    """Whether an address is anybody's on the internet."""
    if isinstance(address, IPv6Address) and address not in _OPEN_6:
        return False
    return not _within(address, _CLOSED)


def is_own_network(address: Address) -> bool:
    """Whether it is this machine or a private network; never a cloud's metadata service."""
    return _within(address, _OWN) and not _within(address, _NEVER)


def addresses_of(
    host: str, port: int, *, allow_private: bool = False, resolve: Resolve = socket.getaddrinfo
) -> list[Address]:
    """All addresses of a host, in the order in which to try them.

    Raises AddressRefused if a single one may not be connected to, and OSError (socket.gaierror) if
    there is none.
    """
    try:
        found = resolve(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a part of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None
    addresses = list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
    for address in addresses:
        if not (is_public(address) or (allow_private and is_own_network(address))):
            raise AddressRefused
    return addresses


def _within(address: Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(address.version == one.version and address in one for one in networks)
