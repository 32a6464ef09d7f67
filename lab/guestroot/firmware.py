# SPDX-License-Identifier: Apache-2.0
"""In the twin: write the device tree by the kernel's /proc/powerpc/ofdt, as the platform's tools do after a migration.

  firmware.py set [NODE NAME=KIND:VALUE...]...   add or change properties (KIND: hex or text)
  firmware.py complete NODE NAME=KIND:VALUE...   replace a node by a copy that has a phandle and these properties too

The kernel finds a node by its phandle, and a node that QEMU plugged in has none; hence the second form.
"""

import os
import sys

OFDT = "/proc/powerpc/ofdt"
TREE = "/proc/device-tree"
# Of what is plugged in; high enough to be nobody else's.
FIRST_PHANDLE = 0x7F000000


def main(verb, *words):
    nodes = {}
    for word in words:
        if word.startswith("/"):
            properties = nodes.setdefault(word, {})
        else:
            name, data = parsed(word)
            properties[name] = data
    for node, properties in nodes.items():
        {"set": change, "complete": complete}[verb](node, properties)


def parsed(setting):
    name, _, value = setting.partition("=")
    kind, _, text = value.partition(":")
    return name, bytes.fromhex(text) if kind == "hex" else text.encode() + b"\0"


def change(node, properties):
    with open(f"{node}/phandle", "rb") as file:
        phandle = int.from_bytes(file.read(), "big")
    for name, data in properties.items():
        verb = "update_property" if os.path.exists(f"{node}/{name}") else "add_property"
        write(f"{verb} {phandle} {name} {len(data)} ".encode() + data)


def complete(node, properties):
    path = node.removeprefix(TREE)
    copied = {}
    for name in os.listdir(node):
        # The kernel adds the name by itself.
        if name != "name" and os.path.isfile(f"{node}/{name}"):
            with open(f"{node}/{name}", "rb") as file:
                copied[name] = file.read()
    copied.update(properties, phandle=(FIRST_PHANDLE + next_number()).to_bytes(4, "big"))
    write(f"remove_node {path}".encode())
    write(f"add_node {path}".encode() + b"".join(f" {name} {len(data)} ".encode() + data for name, data in copied.items()))


def next_number():
    """A number that was not used before in this boot."""
    file = "/run/hnv-lab/phandles"
    number = os.path.getsize(file) if os.path.exists(file) else 0
    with open(file, "a") as used:
        used.write(".")
    return number


def write(command):
    # One command is one write; the kernel does not put pieces together.
    descriptor = os.open(OFDT, os.O_WRONLY)
    try:
        os.write(descriptor, command)
    finally:
        os.close(descriptor)


main(*sys.argv[1:])
