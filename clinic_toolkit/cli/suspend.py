"""Hears that the machine is about to sleep, where the system tells: logind, over its own bus.

A delay lock holds the sleep back for the second that it takes to end the process with the keys.
Where there is no such bus, the clock that goes on during sleep tells it on waking (`web.activity`).
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
# A system that does not answer at all is treated as one that does not tell.
_PATIENCE = 5.0


class Suspend:
    """The keeper's ear for sleep. `heard` becomes readable; after `let_go` the machine may sleep."""

    def __init__(self) -> None:
        self.heard, self._bell = socket.socketpair()
        self.heard.setblocking(False)
        self._bell.setblocking(False)
        self._lock = threading.Lock()
        self._held: Any = None

    def listen(self) -> None:
        """Begin to listen, beside whatever else is done."""
        if sys.platform == "linux":
            threading.Thread(target=self._listen, name="suspend", daemon=True).start()

    def about_to_sleep(self) -> bool:
        """Whether the system has said so since this was last asked."""
        with suppress(BlockingIOError):
            return bool(self.heard.recv(64))
        return False

    def let_go(self) -> None:
        """The keys are gone: the machine may sleep."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            held.close()

    def _listen(self) -> None:
        # A bus that is not there, refuses or falls silent is no error: most containers have none.
        with suppress(Exception):
            from jeepney.io.blocking import open_dbus_connection

            with open_dbus_connection(bus="SYSTEM", enable_fds=True) as bus:
                self._follow(bus)

    def _follow(self, bus: "DBusConnection") -> None:
        from jeepney import MatchRule, message_bus
        from jeepney.io.blocking import Proxy

        # Only logind itself is let through by the bus; here the name of its connection is not known.
        wanted = {"type": "signal", "interface": _MANAGER, "member": _PREPARE, "path": _PATH}
        Proxy(message_bus, bus, timeout=_PATIENCE).AddMatch(MatchRule(sender=_LOGIND, **wanted))
        with bus.filter(MatchRule(**wanted)) as signals:
            self._hold_back(bus)
            while True:
                (asleep,) = bus.recv_until_filtered(signals).body
                if asleep:
                    with suppress(BlockingIOError):
                        self._bell.send(b"\0")
                else:
                    self._hold_back(bus)

    def _hold_back(self, bus: "DBusConnection") -> None:
        from jeepney import DBusAddress, new_method_call

        manager = DBusAddress(_PATH, bus_name=_LOGIND, interface=_MANAGER)
        what = ("sleep", "Clinic Toolkit", "ends the process that holds the keys", "delay")
        answer = bus.send_and_get_reply(new_method_call(manager, "Inhibit", "ssss", what), timeout=_PATIENCE)
        self.let_go()
        with self._lock:
            self._held = answer.body[0]
