"""The network below httpx: a deadline for each whole answer, and no local addresses.

httpx bounds one read, not the answer: a server that sends a byte a second, or its headers so,
is waited for without end. So every read here gets no more than what is left of the deadline.
The address a name stands for is checked where it is connected to, and that address is
connected to, not another that the name stands for a moment later.
"""

from __future__ import annotations

import ipaddress
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore
import httpx

from kcna_ingest.errors import BlockedPage, UsageError

_KEPT_OPEN = 60.0
#: Seconds without a byte after which it counts as waiting.
_AT_ONCE = 0.05
#: Bytes of an answer among which its head is looked for; h11 allows a head of 100 KB.
_LONGEST_HEAD = 200_000
#: The head of an answer, interim ones (1xx) before it included; h11 ends heads so.
_HEAD = re.compile(rb"(?:HTTP/1\.\d 1\d\d.*?\n\r?\n)*HTTP/.*?\n\r?\n", re.DOTALL)


class Failure(Exception):
    """An answer that did not arrive whole. Never leaves ``sources``: it becomes Unreachable."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        #: False where another try would end the same.
        self.again = again


class Deadline:
    """The moment by which an answer must be whole."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = math.inf
        self._seconds = math.inf

    def start(self, seconds: float) -> None:
        """Give the next answer so many seconds."""
        self._seconds = seconds
        self._until = self._monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Tell whether there is no time left."""
        return self._monotonic() >= self._until

    @property
    def failure(self) -> Failure:
        """What there is to say when it has passed."""
        return Failure(f"the answer was not whole after {self._seconds:g} seconds")

    def bound(self, timeout: float | None) -> float | None:
        """Give the time that one wait may take. Raises Failure where none is left."""
        left = self._until - self._monotonic()
        if left <= 0:
            raise self.failure
        if timeout is None:
            return None if math.isinf(left) else left
        return min(timeout, left)


class Wire(httpx.BaseTransport):
    """Carry one request at a time over one connection.

    ``public_only`` refuses names that stand for private or local addresses: BlockedPage.
    ``waiting`` is called before every wait that is not over at once.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        proxy: str | None,
        public_only: bool,
        waiting: Callable[[], None],
    ) -> None:
        network = _Network(deadline, waiting, public_only=public_only)
        self._pool = _pool(proxy, network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises what httpcore raises, Failure, or BlockedPage."""
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Content(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Hang up."""
        self._pool.close()


def surplus(response: httpx.Response) -> int:
    """Count the bytes that arrived after the end that Content-Length gives; 0 where none did.

    h11 cuts a longer body silently.
    """
    stream = response.extensions.get("network_stream")
    length = response.headers.get("content-length", "")
    if not isinstance(stream, _Stream) or not length.isdecimal():
        return 0
    if "transfer-encoding" in response.headers or response.status_code in {204, 304}:
        return 0
    head = _HEAD.match(stream.opening)
    return stream.received - head.end() - int(length) if head else 0


def hang_up(response: httpx.Response) -> None:
    """Break the connection: h11 would read what is left on it as the next answer."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, _Stream):
        stream.close()


class _Content(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _pool(proxy: str | None, network: _Network) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(
            max_connections=1, keepalive_expiry=_KEPT_OPEN, network_backend=network
        )
    told = httpx.Proxy(proxy)
    url = httpcore.URL(
        scheme=told.url.raw_scheme, host=told.url.raw_host, port=told.url.port, target=b"/"
    )
    kind = httpcore.SOCKSProxy if told.url.scheme.startswith("socks") else httpcore.HTTPProxy
    try:
        return kind(
            proxy_url=url,
            proxy_auth=told.raw_auth,
            max_connections=1,
            keepalive_expiry=_KEPT_OPEN,
            network_backend=network,
        )
    except (ImportError, RuntimeError) as error:
        raise UsageError(
            "this kind of proxy needs the package socksio", "pip install 'httpx[socks]'"
        ) from error


class _Network(httpcore.NetworkBackend):
    """Connect to the addresses of a name, one after the other: some may be dead."""

    def __init__(
        self, deadline: Deadline, waiting: Callable[[], None], *, public_only: bool
    ) -> None:
        self._deadline = deadline
        self._waiting = waiting
        self._public_only = public_only
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._waiting()
        failure: Exception = httpcore.ConnectError(f"no address is known for {host}")
        for address in addresses(host, port, public_only=self._public_only):
            limit = self._deadline.bound(timeout)
            try:
                stream = self._inner.connect_tcp(
                    address, port, limit, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline, self._waiting)
        raise failure


class _Stream(httpcore.NetworkStream):
    def __init__(
        self, inner: httpcore.NetworkStream, deadline: Deadline, waiting: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._deadline = deadline
        self._waiting = waiting
        #: Bytes of the present answer, and the first of them: its head and what follows.
        self.received = 0
        self.opening = bytearray()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        got = self._read(max_bytes, timeout)
        self.received += len(got)
        if len(self.opening) < _LONGEST_HEAD:
            self.opening += got
        return got

    def _read(self, max_bytes: int, timeout: float | None) -> bytes:
        limit = self._deadline.bound(timeout)
        if limit is None or limit > _AT_ONCE:
            try:
                return self._inner.read(max_bytes, _AT_ONCE)
            except httpcore.ReadTimeout:
                self._waiting()
            limit = self._deadline.bound(timeout)
        return self._inner.read(max_bytes, limit)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.received, self.opening = 0, bytearray()
        self._inner.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = self._deadline.bound(timeout)
        secured = self._inner.start_tls(ssl_context, server_hostname, limit)
        return _Stream(secured, self._deadline, self._waiting)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def addresses(host: str, port: int, *, public_only: bool) -> list[str]:
    """Give the numeric addresses of a name. Raises BlockedPage where none of them may be asked.

    A filter that answers for the name itself leads to an address of the local network.
    The look-up is the system's and ends when the system gives up.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"the name {host} has no address: {error}") from error
    numbers = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not public_only:
        return numbers
    allowed = [number for number in numbers if is_public(number)]
    if numbers and not allowed:
        raise BlockedPage(
            f"the name {host} leads to {numbers[0]}, on the local network: a filter answers for it",
            "ask from another place, or through --proxy; name a local copy with --origin",
        )
    return allowed


def is_public(number: str) -> bool:
    """Tell whether an address lies on the public network.

    >>> is_public("175.45.176.71"), is_public("169.254.169.254"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast
