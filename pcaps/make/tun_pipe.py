#!/usr/bin/env python3
"""A point-to-point link without link layer: one tun device in each of two namespaces, joined by this program.

tun_pipe.py NAMESPACE NAMESPACE DEVICE
"""

import fcntl
import os
import select
import signal
import struct
import sys

from netns import inside

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000


def open_tun(namespace: str, name: str) -> int:
    """A new tun device; a read gives one IP packet, a write sends one."""
    with inside(namespace):
        descriptor = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    one, other = (open_tun(namespace, sys.argv[3]) for namespace in sys.argv[1:3])
    print("ready")
    while True:
        for descriptor in select.select([one, other], [], [])[0]:
            packet = os.read(descriptor, 65536)
            os.write(other if descriptor == one else one, packet)


main()
