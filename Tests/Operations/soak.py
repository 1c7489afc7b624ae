"""Many idle sockets and some busy users against a gate before a simulated worker; nothing may leak or fail.

usage: soak.py GATE_PORT GATE_PID TOKEN [--idle N] [--users N] [--seconds N] [--growth MB]
Prints the figures; exit code 1 when a request fails, memory grows by more than --growth, or a descriptor is left.
Needs nothing but Python. Loopback only.
"""

import argparse
import asyncio
import base64
import collections
import os
import sys
import time


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS:")).split()[1]) / 1024


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Soak:
    def __init__(self, options):
        self.options = options
        self.errors = collections.Counter()
        self.latencies = []
        self.field = f"Authorization: Bearer {options.token}\r\n"

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.options.port)

    async def answer(self, reader):
        """One answer with a length; the status."""
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if name.lower() == b"transfer-encoding":
                while size := int((await reader.readline()).split(b";")[0], 16):
                    await reader.readexactly(size + 2)
                await reader.readline()
        if length:
            await reader.readexactly(length)
        return status

    async def request(self, reader, writer, path):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self.field}\r\n".encode())
        return await self.answer(reader)

    async def open_keep_alive(self):
        reader, writer = await self.connect()
        if (status := await self.request(reader, writer, "/health")) != 200:
            raise RuntimeError(f"keep-alive {status}")
        return reader, writer

    async def open_web_socket(self, number):
        reader, writer = await self.connect()
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /ws?clientId=soak{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self.field}Connection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if head[9:12] != b"101":
            raise RuntimeError(f"web socket {head[9:12].decode()}")
        # The worker greets with its status.
        await reader.readexactly(2)
        return reader, writer

    async def open_many(self, count, make):
        gate = asyncio.Semaphore(100)

        async def one(number):
            async with gate:
                try:
                    return await asyncio.wait_for(make(number), 60)
                except Exception as error:  # noqa: BLE001
                    self.errors[f"open: {error!r}"] += 1

        return [pair for pair in await asyncio.gather(*(one(number) for number in range(count))) if pair]

    async def busy(self, number, until):
        """A person: a few requests on one connection, every tenth time a new one."""
        paths = ["/queue", "/system_stats", "/health", "/prompt", "/history"]
        reader = writer = None
        count = 0
        while time.monotonic() < until:
            try:
                if writer is None:
                    reader, writer = await self.connect()
                begun = time.monotonic()
                status = await asyncio.wait_for(self.request(reader, writer, paths[count % len(paths)]), 30)
                self.latencies.append(time.monotonic() - begun)
                if status != 200:
                    self.errors[f"{paths[count % len(paths)]}: {status}"] += 1
                count += 1
                if count % 10 == 0:
                    writer.close()
                    writer = None
            except Exception as error:  # noqa: BLE001
                self.errors[repr(error)] += 1
                writer = None
            await asyncio.sleep(0.1)
        if writer:
            writer.close()

    async def one_round(self, seconds):
        idle = self.options.idle
        pairs = await self.open_many(idle // 2, lambda number: self.open_keep_alive())
        pairs += await self.open_many(idle - idle // 2, self.open_web_socket)
        held = resident(self.options.pid), descriptors(self.options.pid)
        until = time.monotonic() + seconds
        await asyncio.gather(*(self.busy(number, until) for number in range(self.options.users)))
        for reader, writer in pairs:
            if reader.at_eof():
                self.errors["an idle socket was closed"] += 1
            writer.close()
        return len(pairs), held

    async def settle(self, least):
        """Until the gate has noticed that everybody has left."""
        end = time.monotonic() + 60
        while descriptors(self.options.pid) > least and time.monotonic() < end:
            await asyncio.sleep(0.1)
        return resident(self.options.pid), descriptors(self.options.pid)

    async def run(self):
        pid, options = self.options.pid, self.options
        started = descriptors(pid)
        cold = resident(pid)
        print(f"soak: at the start {cold:.1f} MB, {started} descriptors", flush=True)
        # Once through everything: buffers, tables and the allocator's arenas reach their size.
        await self.one_round(5)
        # What is kept for reuse ends by itself; it is not part of the comparison.
        await asyncio.sleep(options.kept)
        before = await self.settle(started)
        print(f"soak: warmed up, all closed: {before[0]:.1f} MB, {before[1]} descriptors", flush=True)
        self.latencies = []
        used = processor_seconds(pid)
        begun = time.monotonic()
        count, held = await self.one_round(options.seconds)
        took = time.monotonic() - begun
        used = processor_seconds(pid) - used
        await asyncio.sleep(options.kept)
        after = await self.settle(before[1])
        times = sorted(self.latencies)
        print(
            f"soak: {count} idle sockets and {options.users} users for {options.seconds} s: {len(times)} requests, "
            f"p50 {times[len(times) // 2] * 1e3:.1f} ms, p99 {times[len(times) * 99 // 100] * 1e3:.1f} ms, "
            f"longest {times[-1] * 1e3:.0f} ms")
        print(
            f"soak: held {held[0]:.1f} MB with {held[1]} descriptors, "
            f"{(held[0] - cold) * 1024 * 1024 / max(1, count):.0f} B a socket above the start; "
            f"{used:.1f} s of processor in {took:.0f} s")
        print(
            f"soak: after: {after[0]:.1f} MB ({after[0] - before[0]:+.1f}), "
            f"{after[1]} descriptors ({after[1] - before[1]:+d})")
        failed = False
        for error, times_seen in self.errors.most_common(10):
            print(f"soak: {times_seen} × {error}")
            failed = True
        if count < options.idle:
            print(f"soak: only {count} of {options.idle} idle sockets were opened")
            failed = True
        if after[0] > before[0] + options.growth:
            print(f"soak: memory grew by more than {options.growth} MB")
            failed = True
        if after[1] != before[1]:
            print("soak: descriptors are left")
            failed = True
        return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("pid", type=int)
    parser.add_argument("token")
    parser.add_argument("--idle", type=int, default=5_000)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--growth", type=float, default=4)
    # How long the gate keeps unused connections to the worker: 50 s, and a little more.
    parser.add_argument("--kept", type=int, default=55)
    sys.exit(asyncio.run(Soak(parser.parse_args()).run()))
