#!/usr/bin/env python3
"""An access port of a switch, for kernels without 802.1Q devices (IEEE 802.1Q clause 9).

vlan_port.py ACCESS TRUNK VLAN

    ACCESS  | dst src | type | payload |            untagged frames of one host
               |
    TRUNK   | dst src | 8100 | TCI | type | payload |

Frames from the access device leave on the trunk with a tag; frames of our VLAN come back without it.
"""

import select
import signal
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET = 263
PACKET_AUXDATA = 8
TP_STATUS_VLAN_VALID = 1 << 4
AUXDATA = struct.Struct("=IIIHHHH")  # status, len, snaplen, mac, net, vlan_tci, vlan_tpid
PRIORITY = 3


def open_device(name: str) -> socket.socket:
    """A packet socket on the device. The kernel takes the tag off a received frame and reports it beside it."""
    device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    device.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    device.bind((name, ETH_P_ALL))
    return device


def receive(device: socket.socket) -> tuple[bytes, int | None] | None:
    """The next frame and its VLAN, or None for a frame this host sent itself."""
    frame, ancillary, _, address = device.recvmsg(65536, socket.CMSG_SPACE(AUXDATA.size))
    if address[2] == PACKET_OUTGOING:
        return None
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, _ = AUXDATA.unpack(data[: AUXDATA.size])
            return frame, tci & 0xFFF if status & TP_STATUS_VLAN_VALID else None
    return frame, None


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    access, trunk, vlan = open_device(sys.argv[1]), open_device(sys.argv[2]), int(sys.argv[3])
    tag = struct.pack("!HH", 0x8100, PRIORITY << 13 | vlan)
    print("ready")
    while True:
        for device in select.select([access, trunk], [], [])[0]:
            received = receive(device)
            if received is None:
                continue
            frame, seen = received
            if device is access and seen is None:
                trunk.send(frame[:12] + tag + frame[12:])
            elif device is trunk and seen == vlan:
                access.send(frame)


main()
