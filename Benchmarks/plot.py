"""A log-log plot of seconds against rows, as SVG without any library."""
import math

COLOURS = ["#1f6feb", "#8250df", "#bf8700", "#cf222e"]
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 400, 60, 20, 170, 50


def decades(low, high):
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def label(value):
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"


def svg(series, x_title, y_title):
    """`series`: name → [(x, y)]; a thin line shows linear growth to the last point of the first."""
    points = [p for line in series.values() for p in line]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x_low, x_high = math.log10(min(xs)), math.log10(max(xs)) or 1
    x_high = max(x_high, x_low + 0.1)
    powers = decades(min(ys), max(ys))
    y_low, y_high = powers[0], max(powers[-1], powers[0] + 1)

    def at(x, y):
        return (LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(y) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM))

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for power in range(y_low, y_high + 1):
        _, y = at(min(xs), 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(10.0**power)}</text>')
    for x_value in sorted(set(xs)):
        x, _ = at(x_value, 10.0**y_low)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{label(x_value)}</text>')
    for index, (name, line) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        line = sorted(line)
        path = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(at(*p) for p in line))
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for p in line:
            x, y = at(*p)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        x, y = at(*line[-1])
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 16 + 18 * index}" fill="{colour}">● {name}</text>')
    # Through the last point: at few rows the start of the process shows.
    last = max(next(iter(series.values())))
    start = max(min(xs), last[0] * 10.0**y_low / last[1])
    (x1, y1), (x2, y2) = at(start, last[1] * start / last[0]), at(*last)
    parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#888" stroke-dasharray="3 4"/>')
    parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 16 + 18 * len(series)}" fill="#888">┄ linear</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{x_title}</text>')
    parts.append(f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">{y_title}</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)
