"""What a packet of three sheets costs, and how much memory, against the same sheets one by one."""

import subprocess
import sys
from functools import partial
from time import process_time

from clinic_toolkit.documents import packet, worksheet
from clinic_toolkit.record.values.page_values import WorksheetPage
from clinic_toolkit.worksheets import catalogue
from tests.bench.rounds import ratio
from tests.documents import values

MOST_COST, MOST_PEAK = 1.15, 1.3
PACKETS = 500


def make_packets(count: int) -> None:
    """Make so many packets, one after the other."""
    for turn in range(count):
        packet.render_packet([partial(worksheet.lay_out_worksheet, page) for page in _pages(turn)], _silent)


def make_singles(count: int) -> None:
    """Make the same sheets, each as a file of its own."""
    for turn in range(count):
        for page in _pages(turn):
            worksheet.render_worksheet(page)


def cost_ratio(rounds: int = 15) -> float:
    """The median over paired rounds of the processor time of ten packets against that of their sheets."""
    packets, singles = partial(make_packets, 10), partial(make_singles, 10)
    return ratio(packets, singles, times=1, clock=process_time, rounds=rounds)


def peak_ratio() -> float:
    """The peak memory of a process that makes 500 packets against one that makes their sheets."""
    return _peak_of("make_packets") / _peak_of("make_singles")


def _peak_of(function: str) -> int:
    lines = (
        f"from tests.documents import bench_packets; bench_packets.{function}({PACKETS})",
        "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _pages(turn: int) -> list[WorksheetPage]:
    return [
        WorksheetPage(
            letterhead=values.letterhead(),
            worksheet=sheet,
            initials="",
            client_sentence=f"I can rest, {turn}.",
        )
        for sheet in catalogue.list_worksheets()[:3]
    ]


def _silent(done: int, total: int) -> None:
    """Nobody looks on."""
