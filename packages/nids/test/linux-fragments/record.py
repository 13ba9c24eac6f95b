"""
Records what the Linux kernel makes of fragments that are duplicated, overlap, contradict each other, are empty, or
have no whole units of 8 bytes:

    unshare -n sh linux-fragments/record.sh > linux-fragments/recorded.txt

Fragments of UDP datagrams of 80 bytes go as raw frames to the loopback device of a network namespace, and what a socket
receives is written down. A line is a datagram, in units of 8 bytes:

    2-4a+ 8-10b. 0-2F+ … = FaaFFFFbb        fragments in order of arrival (letter: contents, +: more fragments), then the
                                            contents of units 1 to 9 of what was received; "-" for nothing
    2-4,5a+                                 this one has 5 bytes more
"""
import random
import socket
import struct
import sys
import time

UNITS = 10
UDP_NO_CHECK6_RX = 102


def random_pieces(rng):
    """A clean cover with one piece too many, or random pieces and then what is missing."""
    if rng.random() < 0.5:
        edges = [0, *sorted(rng.sample(range(1, UNITS), 3)), UNITS]
        pieces = [(edges[i], edges[i + 1], "ABCD"[i]) for i in range(4)]
        rng.shuffle(pieces)
        kind = rng.random()
        if kind < 0.3:
            start, end, _ = rng.choice(pieces)
            pieces.insert(rng.randint(0, 4), (start, end, "x"))
        elif kind < 0.8:
            start = rng.randint(0, UNITS - 1)
            pieces.insert(rng.randint(0, 4), (start, min(UNITS, start + rng.randint(1, 3)), "y"))
    else:
        pieces = []
        for letter in "abcdef"[: rng.randint(1, 6)]:
            start = rng.randint(1, UNITS - 1)
            pieces.append((start, min(UNITS, start + rng.randint(1, 4)), letter))
        covered = {unit for start, end, _ in pieces for unit in range(start, end)}
        pieces += [(unit, unit + 1, "F") for unit in reversed(range(UNITS)) if unit not in covered]
    odd = rng.random() < 0.3
    pieces = [(s, e, 0, letter, (e < UNITS) != (odd and rng.random() < 0.12)) for s, e, letter in pieces]
    kind = rng.random()
    if kind < 0.15:
        start = rng.randint(0, UNITS)
        pieces.insert(rng.randint(0, len(pieces)), (start, start, 0, "z", start == 0 or rng.random() < 0.7))
    elif kind < 0.4:
        index = rng.randrange(len(pieces))
        start, end, _, letter, more = pieces[index]
        pieces[index] = (start, end - rng.randint(0, 1), rng.randint(1, 7), letter, more)
    return pieces


def piece_text(start, end, rest, letter, more):
    return f"{start}-{end}{f',{rest}' if rest else ''}{letter}{'+' if more else '.'}"


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4_frame(identification, offset, more, data):
    fields = (0x45, 0, 20 + len(data), identification, (0x2000 if more else 0) | offset // 8, 64, 17)
    addresses = socket.inet_aton("127.0.0.1") * 2
    header = struct.pack(">BBHHHBB", *fields)
    header += struct.pack(">H", checksum(header + b"\0\0" + addresses)) + addresses
    return bytes(12) + b"\x08\x00" + header + data


def ipv6_frame(identification, offset, more, data):
    address = socket.inet_pton(socket.AF_INET6, "::1")
    header = struct.pack(">IHBB", 0x60000000, 8 + len(data), 44, 64) + address * 2
    return bytes(12) + b"\x86\xdd" + header + struct.pack(">BBHI", 17, 0, offset | more, identification) + data


def record(rng, receiver, sender, make_frame, count):
    for identification in range(1, count + 1):
        pieces = random_pieces(rng)
        for start, end, rest, letter, more in pieces:
            data = letter.encode() * (8 * (end - start) + rest)
            if start == 0 and end > 0:
                data = struct.pack(">HHHH", 7, 9, UNITS * 8, 0) + data[8:]
            sender.send(make_frame(identification, start * 8, more, data))
        time.sleep(0.002)
        try:
            received = receiver.recv(4096).decode()[::8]
        except BlockingIOError:
            received = "-"
        print(f"{' '.join(piece_text(*piece) for piece in pieces)} = {received}")


def main():
    rng = random.Random(5)
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind(("lo", 0))
    for family, address, make_frame in ((socket.AF_INET, "127.0.0.1", ipv4_frame), (socket.AF_INET6, "::1", ipv6_frame)):
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            receiver.setsockopt(socket.IPPROTO_UDP, UDP_NO_CHECK6_RX, 1)
        receiver.bind((address, 9))
        receiver.setblocking(False)
        print("ipv4" if family == socket.AF_INET else "ipv6")
        record(rng, receiver, sender, make_frame, int(sys.argv[1]))


main()
