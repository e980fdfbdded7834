"""Where the app may listen: on this machine alone, until there are logins."""

from __future__ import annotations

import ipaddress
import socket

from indicators.findings import Finding, Refused

LOOPBACK = "127.0.0.1"


def check_address(address: str | None) -> str:
    """The address to listen on, if only this machine reaches it.

    Parameters
    ----------
    address : an IP address or ``localhost``; None where nothing was said, which means any address

    Raises
    ------
    Refused
        E934: whoever reaches the app works in it with the rights of the owner.
    """
    if address is not None and _is_loopback(address):
        return address
    raise Refused(Finding("E934", params={"address": address or "—"}))


def _is_loopback(address: str) -> bool:
    if address.lower() == "localhost":
        try:
            found = socket.getaddrinfo(address, None)
        except OSError:
            return False
        return bool(found) and all(_is_loopback(str(one[4][0])) for one in found)
    try:
        return "%" not in address and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
