#!/usr/bin/env python3
"""A bad wire, for kernels without netem: forwards frames between two devices, and loses, delays and doubles some.

relay.py LEFT RIGHT [--seed N] [--drop P] [--late P] [--double P] [--delay SECONDS]

    arrival --> dropped?  --> waits `delay`, and LATE more with probability `late` --> the other device
                    (those that come behind a late frame overtake it: reordering)

Probabilities are per frame, both directions alike. The seed fixes the sequence of decisions.
"""

import argparse
import heapq
import random
import select
import signal
import socket
import sys
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4
LATE = 0.004  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("left")
    parser.add_argument("right")
    parser.add_argument("--seed", type=int, default=1)
    for name in ("--drop", "--late", "--double", "--delay"):
        parser.add_argument(name, type=float, default=0.0)
    return parser.parse_args()


def open_device(name: str) -> socket.socket:
    device = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    device.bind((name, ETH_P_ALL))
    return device


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options = arguments()
    chance = random.Random(options.seed)
    left, right = open_device(options.left), open_device(options.right)
    waiting: list[tuple[float, int, socket.socket, bytes]] = []  # a heap by time of departure
    arrivals = 0
    print("ready")
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for device in select.select([left, right], [], [], pause)[0]:
            frame, address = device.recvfrom(65536)
            if address[2] == PACKET_OUTGOING or chance.random() < options.drop:
                continue
            copies = 2 if chance.random() < options.double else 1
            for _ in range(copies):
                late = LATE if chance.random() < options.late else 0.0
                arrivals += 1
                departure = time.monotonic() + options.delay + late
                heapq.heappush(waiting, (departure, arrivals, right if device is left else left, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, device, frame = heapq.heappop(waiting)
            device.send(frame)


main()
