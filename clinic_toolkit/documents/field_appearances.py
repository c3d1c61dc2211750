"""How a field looks before and after it is filled in, drawn by us, so that every reader shows the same.

The shapes are our own paths: no font of symbols is needed, which a reader might not have.
"""

# How far the mark of a tick box stays from its edge, as a share of its size.
_INSET = 0.24
# The length of the handles of a curve that draws a quarter of a circle.
_QUARTER = 0.5523
# The colour of edges and marks, on white.
EDGE = "0.35 0.35 0.35"


def text_box(width: float, height: float) -> bytes:
    """An empty box to type in, white, so that no writing line runs through what is typed."""
    frame = f"1 g 0 0 {width:.2f} {height:.2f} re f {EDGE} RG 0.7 w "
    frame += f"0.35 0.35 {width - 0.7:.2f} {height - 0.7:.2f} re S"
    return f"q {frame} Q /Tx BMC EMC".encode("ascii")


def tick_box(size: float, *, is_on: bool) -> bytes:
    """A square, with a tick in it or not."""
    frame = f"q 1 g {EDGE} RG 0.9 w 0.5 0.5 {size - 1:.2f} {size - 1:.2f} re B "
    if is_on:
        low, high = size * _INSET, size * (1 - _INSET)
        frame += f"0 G {size * 0.12:.2f} w 1 J 1 j {low:.2f} {size * 0.5:.2f} m "
        frame += f"{size * 0.43:.2f} {low:.2f} l {high:.2f} {high:.2f} l S "
    return f"{frame}Q".encode("ascii")


def choice_circle(size: float, *, is_on: bool) -> bytes:
    """A circle, with a dot in it or not."""
    middle = size / 2
    frame = f"q 1 g {EDGE} RG 0.9 w {_circle(middle, middle - 0.6)} B "
    if is_on:
        frame += f"0 g {_circle(middle, size * 0.26)} f "
    return f"{frame}Q".encode("ascii")


def _circle(middle: float, radius: float) -> str:
    handle = radius * _QUARTER
    low, high, near, far = middle - radius, middle + radius, middle - handle, middle + handle
    curves = (
        (high, far, far, high, middle, high),
        (near, high, low, far, low, middle),
        (low, near, near, low, middle, low),
        (far, low, high, near, high, middle),
    )
    path = [f"{high:.2f} {middle:.2f} m"]
    path += [" ".join(f"{value:.2f}" for value in curve) + " c" for curve in curves]
    return " ".join(path)
