"""The two hosts of the lab as pairs of sockets, and the small steps conversations are made of.

One process holds both ends of each connection, one socket in tsnids-client and one in tsnids-server
(netns.py), so that the order of the steps is the order of the lines that call them.
"""

import socket
import struct

from netns import inside

CLIENT, SERVER = "tsnids-client", "tsnids-server"
CLIENT4, SERVER4 = "10.9.0.2", "10.9.0.1"
SERVER6 = "2001:db8:9::1"
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
SEND_QUEUE = 2


def make(namespace: str, address: str) -> socket.socket:
    """A TCP socket of one host, of the family of `address`."""
    with inside(namespace):
        made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(10)
    return made


def listen(port: int, address: str = SERVER4, receive_buffer: int = 0) -> socket.socket:
    listener = make(SERVER, address)
    if receive_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.bind((address, port))
    listener.listen()
    return listener


def connect(
    listener: socket.socket, local_port: int = 0, first_sequence: int = 0
) -> tuple[socket.socket, socket.socket]:
    """Client and server end of a new connection."""
    address = listener.getsockname()[0]
    client = make(CLIENT, address)
    if local_port:
        client.bind((CLIENT4, local_port))
    if first_sequence:
        choose_sequence(client, first_sequence)
    client.connect(listener.getsockname()[:2])
    server, _ = listener.accept()
    server.settimeout(10)
    return client, server


def choose_sequence(client: socket.socket, first: int) -> None:
    """Fixes the initial sequence number; the kernel lets a closed socket in repair mode do that."""
    client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE)
    client.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack("=I", first))
    client.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)


def say(sender: socket.socket, receiver: socket.socket, content: bytes) -> None:
    """Sends and takes in on the other side, all of it."""
    sender.sendall(content)
    take(receiver, len(content))


def take(receiver: socket.socket, length: int) -> None:
    while length > 0:
        part = receiver.recv(min(length, 65536))
        if not part:
            raise SystemExit("hosts.py: connection ended early")
        length -= len(part)


def abort(end: socket.socket) -> None:
    """Closes with a RST instead of a FIN."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def end_of_input(receiver: socket.socket) -> None:
    if receiver.recv(1) != b"":
        raise SystemExit("hosts.py: expected the end of input")


def take_urgent(receiver: socket.socket) -> None:
    """Takes the one urgent byte that has arrived. Without time limit: waiting for ordinary input would not see it."""
    receiver.settimeout(None)
    receiver.recv(1, socket.MSG_OOB)
    receiver.settimeout(10)


def lines(count: int) -> bytes:
    return b"".join(b"line %05d of the conversation\n" % number for number in range(count))
