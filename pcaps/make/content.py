#!/usr/bin/env python3
"""Contents for the servers of the lab: generated text and bytes, the same on every run.

content.py DIRECTORY
"""

import random
import sys
from pathlib import Path

WORDS = (
    "alder anchor barley basin beacon birch bramble canal cedar clover copper delta ember fallow "
    "garnet harbour hazel heron inlet juniper kelp larch linen marsh meadow mortar nettle oriole "
    "osprey pebble quarry quill reed ridge rowan saddle sedge slate sorrel thistle timber tundra "
    "vessel walnut willow winter yarrow"
).split()


def text(seed: int, size: int) -> bytes:
    """Numbered lines of words, cut at `size` bytes."""
    source = random.Random(seed)
    lines = []
    length = 0
    while length < size:
        line = f"{len(lines) + 1:05d} " + " ".join(source.choices(WORDS, k=9)) + "\n"
        lines.append(line)
        length += len(line)
    return "".join(lines).encode()[:size]


def noise(seed: int, size: int) -> bytes:
    """Bytes of every value, in no order."""
    return random.Random(seed).randbytes(size)


def main() -> None:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True)
    files = {
        "index.html": b"<!doctype html>\n<title>lab</title>\n<p>A page of the lab.</p>\n",
        "list.json": b'{"birds":["heron","oriole","osprey"],"count":3}\n',
        "empty.txt": b"",
        "short.txt": text(1, 700),
        "page.txt": text(2, 6_000),
        "chapter.txt": text(3, 40_000),
        "book.txt": text(4, 150_000),
        "noise.bin": noise(5, 20_000),
        "letter.txt": letter(),
        # Server-side includes: nginx does not know the length beforehand and answers in chunks.
        "story.shtml": b'<h1>Story</h1>\n<!--#include virtual="/page.txt" -->\n<hr>\n'
        b'<!--#include virtual="/short.txt" -->\n<p>The end.</p>\n',
    }
    for name, content in files.items():
        (directory / name).write_bytes(content)


def letter() -> bytes:
    """A mail with a line that begins with a dot, which SMTP has to double (RFC 5321 section 4.5.2)."""
    head = "From: Ada <ada@example.test>\nTo: Ben <ben@example.test>\nSubject: The marsh in winter\n\n"
    body = text(6, 3_000).decode() + "\n.A line that begins with a dot.\n..And one with two.\n"
    return (head + body).replace("\n", "\r\n").encode()


main()
