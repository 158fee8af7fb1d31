"""Under which addresses and names this computer is reached by others."""

import fcntl
import socket
import struct
from pathlib import Path

from contracts.addresses import is_host_name

IPV6_TABLE = Path("/proc/net/if_inet6")
SIOCGIFADDR = 0x8915
GLOBAL_SCOPE = "00"


def own_addresses() -> list[str]:
    """Addresses of this computer's interfaces, those of the loopback left out."""
    return [one for one in (*_ipv4(), *_ipv6()) if not one.startswith("127.")]


def own_names() -> list[str]:
    """Names by which others may know this computer."""
    name = socket.gethostname()
    wanted = (name, socket.getfqdn(), f"{name.partition('.')[0]}.local")
    return [one for one in dict.fromkeys(wanted) if is_host_name(one) and not one.startswith("localhost")]


def _ipv4() -> list[str]:
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asking, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # an interface without an address
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _ipv6() -> list[str]:
    try:
        lines = [line.split() for line in IPV6_TABLE.read_text("ascii").splitlines()]
    except OSError:
        return []
    return [socket.inet_ntop(socket.AF_INET6, bytes.fromhex(line[0])) for line in lines if line[3] == GLOBAL_SCOPE]
