"""A proxy that makes loopback as slow as a long way: everything, the TCP handshake too, takes half a round trip in
each direction; bandwidth is not limited."""

import asyncio
import threading
from functools import partial


class DelayingProxy:
    """Forwards connections to hosts while it is entered as a context; `ports` tells where, by host."""

    def __init__(self, hosts, port, round_trip):
        self.hosts, self.port, self.round_trip = hosts, port, round_trip
        self.ports = {}
        self.connections = set()
        self.is_listening = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()))

    def __enter__(self):
        self.thread.start()
        self.is_listening.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join()

    async def serve(self):
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        for host in self.hosts:
            server = await asyncio.start_server(partial(self.forward, host), "127.0.0.1", 0)
            self.ports[host] = server.sockets[0].getsockname()[1]
        self.is_listening.set()
        await self.end.wait()
        await asyncio.gather(*self.connections)

    async def forward(self, host, reader, writer):
        self.connections.add(asyncio.current_task())
        # The kernel answered the client at once. Over the long way the client could begin to speak a round trip
        # later, and the server would take the connection half a round trip after that.
        begin = self.loop.time() + self.round_trip
        outward = self.carry(reader, begin)
        await asyncio.sleep(self.round_trip * 1.5)
        far_reader, far_writer = await asyncio.open_connection(host, self.port)
        await asyncio.gather(self.deliver(outward, far_writer), self.deliver(self.carry(far_reader, begin), writer))

    def carry(self, reader, begin):
        """Takes in all that comes; returns the queue of what is under way, with the times of arrival."""
        under_way = asyncio.Queue()

        async def receive():
            chunk = None
            while chunk != b"":
                try:
                    chunk = await reader.read(1 << 16)
                except ConnectionError:
                    chunk = b""
                under_way.put_nowait((max(self.loop.time(), begin) + self.round_trip / 2, chunk))

        under_way.receiving = asyncio.create_task(receive())
        return under_way

    async def deliver(self, under_way, writer):
        chunk = None
        while chunk != b"":
            due, chunk = await under_way.get()
            await asyncio.sleep(due - self.loop.time())
            writer.write(chunk)
        writer.close()
