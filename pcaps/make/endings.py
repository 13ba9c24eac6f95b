#!/usr/bin/env python3
"""Steps that ordinary programs take rarely or not in a foreseeable order: resets, half-closes, urgent data.

endings.py NAME
"""

import socket
import sys
import time

from hosts import (
    CLIENT, CLIENT4, SERVER, SERVER4, SERVER6, abort, connect, end_of_input, lines,
    listen, make, say, take, take_urgent,
)

PAUSE = 0.1  # seconds: longer than any step of the kernels needs on this cable


def reset() -> None:
    for address in (SERVER4, SERVER6):  # nobody listens: RST answers the SYN
        try:
            make(CLIENT, address).connect((address, 7999))
        except ConnectionRefusedError:
            pass
    for address in (SERVER4, SERVER6):
        listener = listen(7001, address)
        client, server = connect(listener)
        say(client, server, lines(20))
        say(server, client, lines(30))
        abort(client)  # RST by the client
        time.sleep(PAUSE)
        server.close()
        client, server = connect(listener)
        say(client, server, b"give me a long answer\n")
        say(server, client, lines(300))
        abort(server)  # RST by the server
        time.sleep(PAUSE)
        client.close()
        client, server = connect(listener)
        client.sendall(b"nobody reads this\n")
        time.sleep(PAUSE)
        server.close()  # unread input: RST without a FIN
        time.sleep(PAUSE)
        client.close()
        client, server = connect(listener)
        say(client, server, b"hello\n")
        server.close()  # FIN, but what the client still says meets no reader: RST after the FIN
        time.sleep(PAUSE)
        client.sendall(b"are you still there?\n")
        time.sleep(PAUSE)
        client.close()
        client, server = connect(listener)  # RST straight after the handshake
        abort(client)
        time.sleep(PAUSE)
        server.close()
        listener.close()


def half_close() -> None:
    listener = listen(7002)
    client, server = connect(listener)
    say(client, server, b"that was all from me\n")
    client.shutdown(socket.SHUT_WR)
    end_of_input(server)
    for _ in range(3):  # the server goes on
        say(server, client, lines(100))
        time.sleep(PAUSE)
    server.close()
    end_of_input(client)
    client.close()
    client, server = connect(listener)
    say(server, client, b"I only listen\n")
    server.shutdown(socket.SHUT_WR)
    end_of_input(client)
    for _ in range(3):  # the client goes on
        say(client, server, lines(100))
        time.sleep(PAUSE)
    client.close()
    end_of_input(server)
    server.close()


def keep_alive() -> None:
    listener = listen(7003)
    client, server = connect(listener)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    say(client, server, b"before the pause\n")
    say(server, client, b"heard\n")
    time.sleep(4.5)  # four probes, each an old sequence number without data
    say(client, server, b"after the pause\n")
    client.close()
    end_of_input(server)
    server.close()


def zero_window() -> None:
    listener = listen(7004, receive_buffer=4096)
    client, server = connect(listener)
    content = lines(1500)
    client.setblocking(False)
    sent = client.send(content)
    time.sleep(1.5)  # the server does not read: its window closes, the client probes
    client.settimeout(10)
    take(server, sent)
    say(client, server, b"and then the rest\n")
    client.close()
    end_of_input(server)
    server.close()


def port_reuse() -> None:
    """The same two ports four times: after a RST, after a FIN of the client, after a FIN of the server."""
    listener = listen(7005)
    for number, closed_by in enumerate(("reset", "client", "server", "client")):
        client, server = connect(listener, local_port=40005)
        say(client, server, b"connection %d from the same port\n" % number)
        say(server, client, lines(10 + number))
        if closed_by == "reset":
            abort(client)
            time.sleep(PAUSE)
            server.close()
            continue
        first, last = (client, server) if closed_by == "client" else (server, client)
        first.close()
        end_of_input(last)
        last.close()
        time.sleep(1.2)  # a timestamp later: then the kernel takes a SYN for a pair in TIME-WAIT (RFC 6191)


def urgent() -> None:
    listener = listen(7006)
    client, server = connect(listener)
    say(client, server, b"ordinary text before, ")
    client.send(b"!", socket.MSG_OOB)
    time.sleep(PAUSE)
    take_urgent(server)
    say(client, server, b"ordinary text after. ")
    client.send(b"several bytes, the last is urgent?", socket.MSG_OOB)
    time.sleep(PAUSE)
    take_urgent(server)
    take(server, 33)
    # Urgent data in the middle of much other data, then from the server.
    client.sendall(lines(200))
    client.send(b"#", socket.MSG_OOB)
    client.sendall(lines(200))
    take(server, 400 * len(lines(1)))
    server.send(b"$", socket.MSG_OOB)
    time.sleep(PAUSE)
    take_urgent(client)
    say(server, client, b"good bye\n")
    client.close()
    end_of_input(server)
    server.close()
    # The receiver takes urgent data in line.
    client, server = connect(listener)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    client.sendall(b"one ")
    client.send(b"*", socket.MSG_OOB)
    client.sendall(b" two")
    take(server, 9)
    # The urgent byte amid one segment: held back until the text behind it is there.
    client.send(b"before", socket.MSG_MORE)
    client.send(b"?", socket.MSG_OOB | socket.MSG_MORE)
    client.send(b"behind")
    take(server, 13)
    client.close()
    end_of_input(server)
    server.close()
    # A closed window holds the urgent byte back, but not the word of it: segments point beyond their end.
    client, server = connect(listen(7011, receive_buffer=4096))
    client.setblocking(False)
    ahead = client.send(lines(400))
    client.send(b"%", socket.MSG_OOB)
    time.sleep(PAUSE)
    client.settimeout(10)
    take(server, ahead)
    client.close()
    end_of_input(server)
    server.close()


def wraparound() -> None:
    """Sequence numbers of the client pass 2^32: once amid the data, once with the SYN itself."""
    listener = listen(7007)
    for first in (0xFFFFFFFF, 0xFFFFFFFF - 10_000):
        client, server = connect(listener, first_sequence=first)
        say(client, server, lines(1000))
        say(server, client, b"all here\n")
        client.close()
        end_of_input(server)
        server.close()


def simultaneous() -> None:
    """Both hosts connect, talk and close at the same time (RFC 9293 sections 3.5 and 3.6)."""
    warm, peer = connect(listen(7008))  # so that both know the other's hardware address
    say(warm, peer, b"ready\n")
    warm.close()
    peer.close()
    time.sleep(0.3)
    one, other = make(CLIENT, SERVER4), make(SERVER, SERVER4)
    one.bind((CLIENT4, 7009))
    other.bind((SERVER4, 7010))
    one.setblocking(False)
    other.setblocking(False)
    one.connect_ex((SERVER4, 7010))
    other.connect_ex((CLIENT4, 7009))
    time.sleep(0.3)
    one.settimeout(10)
    other.settimeout(10)
    one.sendall(b"from the client\n")
    other.sendall(b"from the server\n")
    take(one, 16)
    take(other, 16)
    time.sleep(0.3)
    one.close()
    other.close()
    time.sleep(0.5)


STEPS = (reset, half_close, keep_alive, zero_window, port_reuse, urgent, wraparound, simultaneous)
{step.__name__: step for step in STEPS}[sys.argv[1]]()
