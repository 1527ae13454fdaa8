"""Asks an address by ICMP, and writes a line whenever another machine begins to answer.

  prober.py ADDRESS PERIOD INTERFACE    PERIOD in seconds

A line has the time of the answer on the monotonic clock, the MAC address it came from, and for how long nobody had
answered, in seconds.
"""

import os
import select
import socket
import struct
import sys
import time

ETH_P_IP = 0x0800
HEADERS = 14 + 20  # Ethernet, and IPv4 without options.

address, period, interface = sys.argv[1], float(sys.argv[2]), sys.argv[3]
own = os.getpid() & 0xFFFF
question = struct.pack("!BBHHH", 8, 0, 0xFFFF - 0x0800 - own & 0xFFFF, own, 0)

asking = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
asking.setblocking(False)
hearing = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
hearing.bind((interface, ETH_P_IP))
hearing.setblocking(False)

answering, answered = None, time.monotonic()
due = answered
while True:
    now = time.monotonic()
    if now >= due:
        due = max(due + period, now)
        try:
            asking.sendto(question, (address, 0))
        except OSError:
            pass  # Nobody has the address: that is what is measured.
    if not select.select([hearing], [], [], max(0, due - time.monotonic()))[0]:
        continue
    frame = hearing.recv(256)
    now = time.monotonic()
    if len(frame) < HEADERS + 8 or frame[HEADERS] != 0 or frame[23] != socket.IPPROTO_ICMP:
        continue
    if struct.unpack_from("!H", frame, HEADERS + 4)[0] != own:
        continue
    if frame[6:12] != answering:
        answering = frame[6:12]
        print(f"{now:.6f} {answering.hex(':')} {now - answered:.6f}", flush=True)
    answered = now
