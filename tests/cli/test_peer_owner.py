"""The system tells whose program is at the other end of a connection."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median

import pytest

from clinic_toolkit.cli import peer_owner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
NOBODY = 65534


@contextmanager
def connected(family: int, host: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection on this machine: the one that asked, and ours."""
    with socket.create_server((host, 0), family=family) as server:
        asking = socket.socket(family)
        asking.connect(server.getsockname())
        ours, _ = server.accept()
        with closing(asking), closing(ours):
            yield asking, ours


FAMILIES = pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"]
)


WAYS = pytest.mark.parametrize("way", ["query_kernel", "search_proc_tables"])


@WAYS
@FAMILIES
def test_our_own_end_is_ours(family: int, host: str, way: str) -> None:
    with connected(family, host) as (asking, ours):
        assert getattr(peer_owner, way)(family, asking.getsockname(), ours.getsockname()) == os.geteuid()
        assert peer_owner.is_same_user(family, asking.getsockname(), ours.getsockname())


@WAYS
@FAMILIES
def test_an_end_that_was_closed_is_nobodys(family: int, host: str, way: str) -> None:
    with connected(family, host) as (asking, ours):
        theirs = asking.getsockname()
        asking.close()
        # For the system it now belongs to user 0, who may be us.
        assert getattr(peer_owner, way)(family, theirs, ours.getsockname()) is None
        assert not peer_owner.is_same_user(family, theirs, ours.getsockname())


@pytest.mark.allow_hosts(["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@WAYS
def test_an_address_written_the_other_way_is_found(way: str) -> None:
    """A program may ask an IPv4 address through an IPv6 socket."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_INET6) as asking:
        asking.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        asking.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
        ours, theirs = server.accept()
        with closing(ours):
            assert getattr(peer_owner, way)(socket.AF_INET, theirs, ours.getsockname()) == os.geteuid()


def test_a_connection_that_there_is_not_is_nobodys() -> None:
    with connected(socket.AF_INET, "127.0.0.1") as (asking, ours):
        assert peer_owner.find_owner_uid(socket.AF_INET, ("127.0.0.1", 1), ours.getsockname()) is None
        assert peer_owner.find_owner_uid(socket.AF_UNIX, "", "") is None
        assert peer_owner.find_owner_uid(socket.AF_INET, asking.getsockname(), ("127.0.0.1", 1)) is None


ASK = """
import os, socket, sys
os.setuid(65534)
sock = socket.socket()
sock.connect(("127.0.0.1", int(sys.argv[1])))
sock.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
sys.stdin.read()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask as somebody else")
def test_another_users_end_is_not_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        port = server.getsockname()[1]
        words = [sys.executable, "-I", "-c", ASK, str(port)]
        with subprocess.Popen(words, stdin=subprocess.PIPE) as other:
            ours, theirs = server.accept()
            with closing(ours):
                assert peer_owner.query_kernel(socket.AF_INET, theirs, ours.getsockname()) == NOBODY
                assert peer_owner.search_proc_tables(socket.AF_INET, theirs, ours.getsockname()) == NOBODY
                assert not peer_owner.is_same_user(socket.AF_INET, theirs, ours.getsockname())
            other.communicate()


GUARDED = """
import os, resource, socket
from clinic_toolkit.cli import peer_owner, process_limits
os.setgid(65534); os.setuid(65534)
process_limits.protect_memory()
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
asking = socket.socket()
asking.connect(server.getsockname())
ours, theirs = server.accept()
print(peer_owner.is_same_user(socket.AF_INET, theirs, ours.getsockname()))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_whose_memory_is_guarded_is_told_too() -> None:
    done = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


def test_where_asking_is_forbidden_the_table_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(peer_owner, "query_kernel", forbidden)
    with connected(socket.AF_INET, "127.0.0.1") as (asking, ours):
        assert peer_owner.is_same_user(socket.AF_INET, asking.getsockname(), ours.getsockname())


def test_where_the_kernel_cannot_answer_the_table_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where it was built without this part: it then knows no way to ask, and says "no such thing"."""
    monkeypatch.setattr(peer_owner, "_SOCK_DIAG_BY_FAMILY", 99)
    with connected(socket.AF_INET, "127.0.0.1") as (asking, ours):
        theirs = asking.getsockname()
        with pytest.raises(OSError, match="does not tell"):
            peer_owner.query_kernel(socket.AF_INET, theirs, ours.getsockname())
        assert peer_owner.is_same_user(socket.AF_INET, theirs, ours.getsockname())


@WAYS
def test_it_is_quick(way: str) -> None:
    with connected(socket.AF_INET, "127.0.0.1") as (asking, ours):
        theirs, here, took = asking.getsockname(), ours.getsockname(), []
        for _ in range(50):
            began = time.thread_time()
            getattr(peer_owner, way)(socket.AF_INET, theirs, here)
            took.append(time.thread_time() - began)
    print(f"owner of a connection, {way}: median {median(took) * 1000:.2f} ms")
    assert median(took) < 0.1
