"""What a worksheet to fill in costs above drawing its glyphs on a bare canvas (`bench_pdf.py`)."""

import statistics

from clinic_toolkit.documents import fillable_sheet, worksheet
from tests.documents import bench_pdf, values
from tests.documents.reading import CODE

GOAL = 3.5


def bench_fillable(rounds: int = 41) -> float:
    """Median over paired rounds of the file with its fields against the page without them, drawn bare."""
    size, pages = bench_pdf.record(lambda: worksheet.render_worksheet(values.sheet()))

    def make() -> bytes:
        return fillable_sheet.render_fillable_sheet(values.sheet(), CODE)

    def redraw() -> bytes:
        return bench_pdf.redraw(size, pages)

    for _ in range(3):
        make(), redraw()
    return statistics.median(bench_pdf.cost(make) / bench_pdf.cost(redraw) for _ in range(rounds))


if __name__ == "__main__":
    import sys

    sys.stdout.write(
        f"a worksheet to fill in: {bench_fillable():.2f} x the bare canvas (goal: at most {GOAL})\n"
    )
