"""Sends frames on a device: from standard input, each behind four bytes of length."""
import socket, sys

link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((sys.argv[1], 0))
while length := sys.stdin.buffer.read(4):
    link.send(sys.stdin.buffer.read(int.from_bytes(length, "big")))
