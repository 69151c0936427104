"""Compare HTTP servers for the API: granian and gunicorn, the same small application, side by side in one run.

The application does what ours does around its own work: JSON in, one row read from SQLite, JSON out. The load comes
from another process over kept-alive connections: a closed loop (as fast as the server answers) and a steady 50 requests
a second. Rounds are interleaved and the medians are printed, so that a busy moment of the machine hits both.

    python benchmarks/http_server.py
    python benchmarks/http_server.py --rounds 5 --threads 16
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import Flask, request
from rich.console import Console
from rich.table import Table

HOST = "127.0.0.1"
N_CONNECTIONS = 16
STEADY_PER_SECOND = 50
WARM_SECONDS = 1.0
LARGEST_BODY_BYTES = 1_048_576
COMMENT = {
    "id": "c-1",
    "text": "Thank you for this piece, the map made it clear to me. " * 6,
    "author": {"ref": "reader-1", "name": "A Reader"},
    "article": {"url": "https://news.example/bridge", "title": "The bridge opens in May"},
}


def create_app() -> Flask:
    """Make the application that both servers run."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    path = os.environ["BENCH_DATABASE"]

    @app.post("/v1/comments")
    def accept() -> tuple[dict[str, object], int]:
        comment = request.get_json()
        database = sqlite3.connect(path)
        try:
            (name,) = database.execute("SELECT name FROM sites WHERE id = ?", (7,)).fetchone()
        finally:
            database.close()
        return {"id": comment["id"], "site": name, "length": len(comment["text"]), "status": "PENDING"}, 202

    return app


@dataclass(frozen=True)
class Load:
    """What a load met with: seconds of each answer, and how long it all took."""

    latencies: list[float]
    seconds: float


@dataclass(frozen=True)
class Measurement:
    """One server in one round."""

    per_second: float
    closed_p50: float
    closed_p99: float
    steady_p50: float
    steady_p99: float
    closed_cpu: float
    steady_cpu: float
    rss: float


def request_bytes(headers: str = "", body: bytes | None = None) -> bytes:
    """Write one POST."""
    content = json.dumps(COMMENT).encode() if body is None else body
    head = f"POST /v1/comments HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def answer_end(data: bytes) -> int | None:
    """Find where the first answer ends; None while it is incomplete."""
    head, separator, _ = data.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    end = len(head) + 4 + length
    return end if len(data) >= end else None


def load(port: int, seconds: float, per_second: float | None) -> Load:
    """Send requests over kept-alive connections: at a steady rate, or (None) each as soon as the last was answered.

    At a steady rate a request's time counts from when it was due, so a server that stalls cannot hide the queue.
    """
    message = request_bytes()
    poller = selectors.DefaultSelector()
    idle: deque[socket.socket] = deque()
    for _ in range(N_CONNECTIONS):
        connection = socket.create_connection((HOST, port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poller.register(connection, selectors.EVENT_READ)
        idle.append(connection)
    begun = time.perf_counter()
    sent_at: dict[socket.socket, float] = {}
    received: dict[socket.socket, bytes] = {}
    latencies: list[float] = []
    n_sent = 0
    while True:
        now = time.perf_counter()
        is_over = now - begun >= seconds
        if is_over and not sent_at:
            break
        while idle and not is_over:
            due = now if per_second is None else begun + n_sent / per_second
            if due > now:
                break
            connection = idle.popleft()
            sent_at[connection], received[connection] = due, b""
            connection.sendall(message)
            n_sent += 1
        patience = 0.1 if per_second is None else max(begun + n_sent / per_second - time.perf_counter(), 0.0005)
        for key, _ in poller.select(patience):
            connection = key.fileobj  # type: ignore[assignment]
            received[connection] += connection.recv(65_536)
            if answer_end(received[connection]) is not None:
                assert received[connection].startswith(b"HTTP/1.1 202"), received[connection][:200]
                latencies.append(time.perf_counter() - sent_at.pop(connection))
                idle.append(connection)
    elapsed = time.perf_counter() - begun
    for connection in idle:
        connection.close()
    return Load(latencies, elapsed)


class Server:
    """One of the servers, running in processes of its own."""

    def __init__(self, name: str, n_threads: int, database: str) -> None:
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        folder = Path(__file__).parent
        granian = f"granian --interface wsgi --factory --http 1 --no-ws --no-log --workers 1 --host {HOST}"
        gunicorn = "gunicorn --worker-class gthread --log-level error --workers 1"
        commands = {
            "granian": f"{granian} --port {self.port} --blocking-threads {n_threads} http_server:create_app",
            "gunicorn": f"{gunicorn} --bind {HOST}:{self.port} --threads {n_threads} http_server:create_app()",
        }
        environment = {**os.environ, "BENCH_DATABASE": database, "PYTHONPATH": str(folder)}
        self.process = subprocess.Popen([sys.executable, "-m", *commands[name].split()], cwd=folder, env=environment)
        until = time.monotonic() + 15
        while True:
            try:
                socket.create_connection((HOST, self.port)).close()
            except OSError:
                assert time.monotonic() < until, f"{name} did not begin to listen"
                time.sleep(0.05)
            else:
                break

    def tree(self) -> list[psutil.Process]:
        """Name all its processes."""
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Add up the processor time of all its processes."""
        return sum(times.user + times.system for times in (process.cpu_times() for process in self.tree()))

    def rss_megabytes(self) -> float:
        """Add up the resident memory of all its processes."""
        return sum(process.memory_info().rss for process in self.tree()) / 1e6

    def stop(self) -> float:
        """Ask it to stop and tell the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
        return time.monotonic() - begun


def loaded(server: Server, seconds: float, per_second: float | None) -> tuple[Load, float]:
    """Put a load on the server from another process; gives it with the server's CPU milliseconds per request."""
    command = [sys.executable, __file__, "--load", str(server.port), str(seconds), str(per_second or 0)]
    before = server.cpu_seconds()
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    spent = server.cpu_seconds() - before
    met = Load(**answer)
    return met, spent / len(met.latencies) * 1000


def quantile(latencies: list[float], share: float) -> float:
    """Give the quantile in milliseconds."""
    return sorted(latencies)[min(int(len(latencies) * share), len(latencies) - 1)] * 1000


def measure(server: Server, closed_seconds: float, steady_seconds: float) -> Measurement:
    """Measure one server in one round."""
    loaded(server, WARM_SECONDS, None)
    closed, closed_cpu = loaded(server, closed_seconds, None)
    steady, steady_cpu = loaded(server, steady_seconds, STEADY_PER_SECOND)
    return Measurement(
        per_second=len(closed.latencies) / closed.seconds,
        closed_p50=quantile(closed.latencies, 0.5),
        closed_p99=quantile(closed.latencies, 0.99),
        steady_p50=quantile(steady.latencies, 0.5),
        steady_p99=quantile(steady.latencies, 0.99),
        closed_cpu=closed_cpu,
        steady_cpu=steady_cpu,
        rss=server.rss_megabytes(),
    )


def conversation(port: int, *parts: bytes, n_answers: int = 1) -> str:
    """Say the parts on one connection and give the status codes that come back."""
    codes: list[str] = []
    with socket.create_connection((HOST, port), timeout=5) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
        data = b""
        try:
            while len(codes) < n_answers:
                chunk = connection.recv(65_536)
                if not chunk:
                    return " ".join([*codes, "closed"])
                data += chunk
                if data.startswith(b"HTTP/1.1 100"):
                    codes.append("100")
                    data = data.partition(b"\r\n\r\n")[2]
                while data and (end := answer_end(data)) is not None:
                    codes.append(data[9:12].decode())
                    data = data[end:]
        except OSError as error:
            codes.append(type(error).__name__)
    return " ".join(codes)


def manners(server: Server) -> dict[str, str]:
    """Try what a public API meets with."""
    body = json.dumps(COMMENT).encode()
    head = f"POST /v1/comments HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    announced = f"{head}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    too_large = f"{head}Content-Length: {50 * LARGEST_BODY_BYTES}\r\n\r\n".encode()
    endless = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 40
    return {
        "keep-alive, two requests": conversation(server.port, request_bytes(), request_bytes(), n_answers=2),
        "Expect: 100-continue": conversation(server.port, announced, body, n_answers=2),
        "chunked request": conversation(server.port, chunked),
        "50 MiB announced, none sent": conversation(server.port, too_large),
        "2.5 MiB in chunks, no end": conversation(server.port, endless),
        "not HTTP": conversation(server.port, b"\x16\x03\x01 nonsense\r\n\r\n"),
    }


def print_tables(measured: dict[str, list[Measurement]], behaved: dict[str, dict[str, str]]) -> None:
    """Print medians, then manners."""
    console = Console(width=110)
    table = Table(title=f"medians; closed loop of {N_CONNECTIONS} connections, then {STEADY_PER_SECOND} requests/s")
    heads = (
        "server",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "p50 ms at 50/s",
        "p99 ms at 50/s",
        "CPU ms at 50/s",
        "RSS MB",
    )
    for head in heads:
        table.add_column(head, justify="left" if head == "server" else "right")
    fields = ("per_second", "closed_p50", "closed_p99", "closed_cpu", "steady_p50", "steady_p99", "steady_cpu", "rss")
    for name, rounds in measured.items():
        medians = [statistics.median(getattr(one, field) for one in rounds) for field in fields]
        table.add_row(name, f"{medians[0]:.0f}", *(f"{value:.2f}" for value in medians[1:-1]), f"{medians[-1]:.0f}")
    console.print(table)
    table = Table(title="manners")
    table.add_column("case")
    for name in behaved:
        table.add_column(name)
    for case in next(iter(behaved.values())):
        table.add_row(case, *(behaved[name][case] for name in behaved))
    console.print(table)


def main() -> None:
    """Run the comparison, or (with --load) be the process that makes the load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--closed-seconds", type=float, default=2.5)
    parser.add_argument("--steady-seconds", type=float, default=4.0)
    parser.add_argument("--load", nargs=3, type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        port, seconds, per_second = options.load
        met = load(int(port), seconds, per_second or None)
        print(json.dumps({"latencies": met.latencies, "seconds": met.seconds}))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "bench.sqlite3")
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE sites (id INTEGER PRIMARY KEY, name TEXT)")
            database.execute("INSERT INTO sites VALUES (7, 'news.example')")
        names = ("granian", "gunicorn")
        measured: dict[str, list[Measurement]] = {name: [] for name in names}
        behaved: dict[str, dict[str, str]] = {}
        for turn in range(options.rounds):
            for name in names if turn % 2 == 0 else names[::-1]:
                server = Server(name, options.threads, path)
                try:
                    measured[name].append(measure(server, options.closed_seconds, options.steady_seconds))
                    if turn == 0:
                        behaved[name] = manners(server)
                finally:
                    seconds = server.stop()
                behaved[name]["SIGTERM, seconds until gone"] = f"{seconds:.2f}"
        print_tables(measured, behaved)


if __name__ == "__main__":
    main()
