"""Asks an address by ICMP, and writes what it hears of those who have it.

  prober.py ADDRESS PERIOD INTERFACE    PERIOD in seconds; ends with its standard input

Lines, each with the time on the monotonic clock in seconds:

  TIME answer MAC             another machine begins to answer
  TIME advert MAC PRIORITY    an advertisement of VRRP over IPv4
  TIME lost                   at the end: a question of that time, with no answer in time; none before the first answer
"""

import os
import socket
import struct
import sys
import time
from select import select

ETH_P_IP = 0x0800
IPPROTO_VRRP = 112
HEADERS = 14 + 20  # Ethernet, and IPv4 without options.
IN_TIME = 0.01  # Seconds. Where the kernel must look for the address, a question waits until somebody has it.

address, period, interface = sys.argv[1], float(sys.argv[2]), sys.argv[3]
own = os.getpid() & 0xFFFF


def question(number):
    words = struct.unpack("!6H", struct.pack("!BBHHHI", 8, 0, 0, own, 0, number))
    total = sum(words)
    total = (total >> 16) + (total & 0xFFFF)
    return struct.pack("!BBHHHI", 8, 0, ~(total + (total >> 16)) & 0xFFFF, own, 0, number)


def say(when, *words):
    print(f"{when:.6f}", *words, flush=True)


asking = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
asking.setblocking(False)
hearing = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
hearing.bind((interface, ETH_P_IP))

number, waiting, answering = 0, {}, None
due, end = time.monotonic(), None
while end is None or time.monotonic() < end:
    now = time.monotonic()
    if end is None and now >= due:
        due = max(due + period, now)
        number += 1
        if answering:
            waiting[number] = now
        try:
            asking.sendto(question(number), (address, 0))
        except OSError:
            pass  # Nobody has the address: that is what is measured.
    pause = max(0, (end or due) - time.monotonic())
    ready, _, _ = select([hearing] if end else [hearing, sys.stdin], [], [], pause)
    if sys.stdin in ready:
        end = time.monotonic() + IN_TIME
    if hearing not in ready:
        continue
    frame = hearing.recv(256)
    now = time.monotonic()
    sender, protocol, message = frame[6:12], frame[HEADERS - 11], frame[HEADERS:]
    if protocol == IPPROTO_VRRP and len(message) >= 8:
        say(now, "advert", sender.hex(":"), message[2])
    if protocol != socket.IPPROTO_ICMP or len(message) < 12:
        continue
    kind, _, _, asker, _, number_answered = struct.unpack_from("!BBHHHI", message)
    if kind != 0 or asker != own:
        continue
    if number_answered in waiting and now - waiting[number_answered] < IN_TIME:
        del waiting[number_answered]
    if sender != answering:
        answering = sender
        say(now, "answer", sender.hex(":"))
for when in waiting.values():
    say(when, "lost")
