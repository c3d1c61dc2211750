"""Detects that the machine is about to sleep, from logind over the system D-Bus; Linux only.

A delay inhibitor holds the sleep back for the second that it takes to end the process with the keys. Without
logind, a clock that counts time asleep detects the sleep on waking (`web.perimeter.timeouts`).
"""

import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

_LOGIND = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_MANAGER = "org.freedesktop.login1.Manager"
_PREPARE = "PrepareForSleep"
# A system bus that does not answer within this time counts as not available.
_REPLY_TIMEOUT_SECONDS = 5.0


class SleepMonitor:
    """Watches for sleep: `reader` becomes readable when the machine is about to sleep.

    The machine goes to sleep after `release_inhibitor`.
    """

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.setblocking(False)
        self._writer.setblocking(False)
        self._lock = threading.Lock()
        self._inhibitor: Any = None

    def start_listening(self) -> None:
        """Start listening in a background thread; does nothing except on Linux."""
        if sys.platform == "linux":
            threading.Thread(target=self._run, name="suspend", daemon=True).start()

    def is_sleep_announced(self) -> bool:
        """Whether sleep was announced since the last call."""
        with suppress(BlockingIOError):
            return bool(self.reader.recv(64))
        return False

    def release_inhibitor(self) -> None:
        """Let the machine sleep, after the keys are gone."""
        with self._lock:
            inhibitor, self._inhibitor = self._inhibitor, None
        if inhibitor is not None:
            inhibitor.close()

    def _run(self) -> None:
        # A bus that is missing, refuses or stops answering is no error: most containers have none.
        with suppress(Exception):
            from jeepney.io.blocking import open_dbus_connection

            with open_dbus_connection(bus="SYSTEM", enable_fds=True) as bus:
                self._follow_signals(bus)

    def _follow_signals(self, bus: "DBusConnection") -> None:
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import Proxy

        # The rule on the bus admits only logind; the local filter cannot name the sender, because signals
        # carry the unique name of its connection, which is not known here.
        rule = {"type": "signal", "interface": _MANAGER, "member": _PREPARE, "path": _PATH}
        Proxy(message_bus, bus, timeout=_REPLY_TIMEOUT_SECONDS).AddMatch(MatchRule(sender=_LOGIND, **rule))
        with bus.filter(MatchRule(**rule)) as signals:
            self._take_inhibitor(bus)
            while True:
                (is_going_to_sleep,) = bus.recv_until_filtered(signals).body
                if is_going_to_sleep:
                    with suppress(BlockingIOError):
                        self._writer.send(b"\0")
                else:
                    self._take_inhibitor(bus)

    def _take_inhibitor(self, bus: "DBusConnection") -> None:
        from jeepney import DBusAddress, new_method_call

        manager = DBusAddress(_PATH, bus_name=_LOGIND, interface=_MANAGER)
        arguments = ("sleep", "Clinic Toolkit", "ends the process that holds the keys", "delay")
        reply = bus.send_and_get_reply(
            new_method_call(manager, "Inhibit", "ssss", arguments), timeout=_REPLY_TIMEOUT_SECONDS
        )
        self.release_inhibitor()
        with self._lock:
            self._inhibitor = reply.body[0]
