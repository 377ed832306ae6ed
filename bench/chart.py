"""Time and memory over size, as an SVG drawn by hand: no library, small, readable in a diff."""

import math

WIDTH, HEIGHT, LEFT, TOP, PANEL_W, PANEL_H, GAP = 860, 380, 64, 48, 330, 260, 110
COLOURS = {"costagg": "#0b6e4f", "DuckDB": "#c8553d", "bare scan + write": "#7d8597"}


class Axis:
    """A logarithmic axis from a power of ten to a power of ten."""

    def __init__(self, values, start, length):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.length = start, length

    def place(self, value):
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * self.length

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def short(value):
    for limit, unit in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def panel(left, title, unit, series):
    """One diagram. `series`: name → [(rows, value)]."""
    points = [point for line in series.values() for point in line]
    if not points:
        return []
    x = Axis([p[0] for p in points], left, PANEL_W)
    y = Axis([p[1] for p in points], TOP + PANEL_H, -PANEL_H)
    out = [f'<text x="{left}" y="{TOP - 18}" class="title">{title}</text>']
    for tick in y.ticks():
        at = y.place(tick)
        out += [f'<line x1="{left}" y1="{at:.1f}" x2="{left + PANEL_W}" y2="{at:.1f}" '
                'class="grid"/>',
                f'<text x="{left - 8}" y="{at + 4:.1f}" class="right">{tick:g}{unit}</text>']
    for tick in x.ticks():
        at = x.place(tick)
        out += [f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{TOP + PANEL_H}" class="grid"/>',
                f'<text x="{at:.1f}" y="{TOP + PANEL_H + 18}" class="middle">{short(tick)}</text>']
    out.append(f'<text x="{left + PANEL_W / 2}" y="{TOP + PANEL_H + 38}" class="middle">'
               "hourly rows</text>")
    for name, line in series.items():
        colour = COLOURS.get(name, "#333333")
        places = [(x.place(rows), y.place(value)) for rows, value in sorted(line)]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in places]
    return out


def draw(seconds, megabytes):
    """The chart: CPU seconds on the left, peak memory on the right."""
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           "<style>.grid{stroke:#d9d9d9}.right{text-anchor:end}.middle{text-anchor:middle}"
           ".title{font-size:14px;font-weight:bold}text{fill:#222}</style>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
    out += panel(LEFT, "CPU time", " s", seconds)
    out += panel(LEFT + PANEL_W + GAP, "Peak memory", " MB", megabytes)
    for number, name in enumerate(seconds):
        at = LEFT + number * 170
        out += [f'<rect x="{at}" y="{HEIGHT - 22}" width="12" height="12" '
                f'fill="{COLOURS.get(name, "#333333")}"/>',
                f'<text x="{at + 18}" y="{HEIGHT - 12}">{name}</text>']
    return "\n".join(out + ["</svg>", ""])
