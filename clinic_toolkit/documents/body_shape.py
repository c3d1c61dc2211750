"""The shape of a body from the front, nobody's in particular, for paper and for the screen."""

from functools import cache

Point = tuple[float, float]
Curve = tuple[Point, Point, Point]

# The right half of the figure as seen, from the neck to between the legs, on a height of 100.
_HALF: tuple[Point, ...] = (
    (2.9, 86.6),
    (3.0, 83.4),
    (5.2, 81.4),
    (10.0, 79.8),
    (13.2, 76.4),
    (14.6, 70.0),
    (16.4, 61.0),
    (18.6, 52.5),
    (20.6, 45.4),
    (21.6, 40.6),
    (19.9, 38.6),
    (18.0, 41.2),
    (16.6, 46.6),
    (13.6, 55.4),
    (11.2, 64.0),
    (10.0, 68.6),
    (9.5, 62.5),
    (9.2, 56.5),
    (9.9, 50.0),
    (10.3, 43.0),
    (9.9, 33.0),
    (8.9, 22.5),
    (7.9, 11.0),
    (7.6, 5.6),
    (9.4, 2.6),
    (8.6, 0.7),
    (5.4, 0.6),
    (3.5, 2.4),
    (3.6, 8.0),
    (3.1, 18.0),
    (2.3, 30.0),
    (1.2, 41.0),
)
_CROTCH: Point = (0.0, 43.2)
HEAD = (0.0, 92.3, 6.1, 7.6)


@cache
def format_svg_path() -> str:
    """The figure as the path of an SVG drawing: 100 high, its middle at 0, its foot at 100."""

    def point(place: Point) -> str:
        return f"{place[0]:.1f} {100 - place[1]:.1f}"

    start, curves = find_outline()
    outline = " ".join(f"C{point(first)} {point(second)} {point(end)}" for first, second, end in curves)
    x, y, across, up = HEAD
    arc = f"a{across} {up} 0 1 0"
    head = f"M{point((x - across, y))} {arc} {2 * across} 0 {arc} {-2 * across} 0"
    return f"M{point(start)} {outline} {head}"


@cache
def find_outline() -> tuple[Point, list[Curve]]:
    """The outline, from one side of the neck to the other: its start, and curves from point to point."""
    points = [*_HALF, _CROTCH, *((-across, up) for across, up in reversed(_HALF))]
    curves: list[Curve] = []
    for index in range(len(points) - 1):
        before, start = points[max(index - 1, 0)], points[index]
        end, after = points[index + 1], points[min(index + 2, len(points) - 1)]
        # Catmull and Rom: the curve leaves a point in the direction from the one before to the one after.
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        curves.append((first, second, end))
    return points[0], curves
