"""What a worksheet to fill in costs above drawing its glyphs on a bare canvas (`bench_pdf.py`)."""

from time import process_time

from clinic_toolkit.documents import fillable_sheet, worksheet
from tests.bench.rounds import ratio
from tests.documents import bench_pdf, values
from tests.fixtures.filled_in import CODE

GOAL = 3.5


def bench_fillable(rounds: int = 41) -> float:
    """Median over paired rounds of the file with its fields against the page without them, drawn bare."""
    size, pages = bench_pdf.record(lambda: worksheet.render_worksheet(values.sheet()))

    def make() -> bytes:
        return fillable_sheet.render_fillable_sheet(values.sheet(), CODE)

    def redraw() -> bytes:
        return bench_pdf.redraw(size, pages)

    return ratio(make, redraw, times=3, clock=process_time, rounds=rounds)


if __name__ == "__main__":
    import sys

    sys.stdout.write(
        f"a worksheet to fill in: {bench_fillable():.2f} x the bare canvas (goal: at most {GOAL})\n"
    )
