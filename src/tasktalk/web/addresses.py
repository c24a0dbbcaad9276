"""Which addresses a stranger's word may lead us to: public ones, never this machine or its neighbours.

For whatever connects to where somebody else says. The process that runs Apprise reads this too, so it imports little.
"""

import ipaddress

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that has been given to anybody; RFC 4291
_LOCAL = (".localhost", ".local", ".internal", ".home.arpa")


def is_public(host: str) -> bool:
    """Of an address in numbers; a name here has not been looked up, and what it means might change."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    inner: ipaddress.IPv4Address | ipaddress.IPv6Address = address
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or address
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is address and address not in _UNICAST:
            return False
    return inner.is_global and not inner.is_multicast


def may_be_public(host: str) -> bool:
    """Refused at once are only addresses in numbers, and this machine; names are looked up when it matters."""
    bare = host.strip("[]").rstrip(".").lower()
    if not bare or bare == "localhost" or bare.endswith(_LOCAL):
        return False
    numbers = all(char in "0123456789abcdef.:x" for char in bare) and (":" in bare or bare[0].isdecimal())
    return is_public(bare) if numbers and (":" in bare or "." in bare) else not bare.isdecimal()
