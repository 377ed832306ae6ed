// Charts as SVG.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Round steps of an axis from `low` to `high`. */
function axisSteps(low, high) {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
  const steps = [];
  for (let at = Math.floor(low / step) * step; at < high + step * 0.999; at += step)
    steps.push(Math.abs(at) < step / 1e6 ? 0 : at);
  return steps;
}

/** A layer of the stack: {label, days, fill, hatched}. The greatest six, the rest, the unclaimed. */
function stackLayers(rows) {
  const most = 6;
  const layers = [];
  const claimed = rows.filter((row) => !row.unclaimed && !row.rest);
  claimed
    .slice(0, most)
    .forEach((row, i) =>
      layers.push({ label: row.label, days: row.days, fill: `var(--c${i + 1})` }),
    );
  const fold = (label, some, look) => {
    if (some.length === 0) return;
    const sums = some[0].days.map((_, day) => some.reduce((sum, row) => sum + row.days[day], 0));
    layers.push({ label, days: sums, ...look });
  };
  fold(
    claimed.length === most + 1 ? claimed[most]?.label : `${claimed.length - most} others`,
    claimed.slice(most),
    { fill: "var(--other)" },
  );
  fold(
    "Without this tag",
    rows.filter((row) => row.rest),
    { fill: "url(#hatch)", hatched: true },
  );
  fold(
    "Unallocated and unattributed",
    rows.filter((row) => row.unclaimed),
    { fill: "url(#hatch)", hatched: true },
  );
  return layers;
}

function hatchPattern() {
  return svg(
    "defs",
    {},
    svg(
      "pattern",
      {
        id: "hatch",
        width: 6,
        height: 6,
        patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)",
      },
      svg("rect", { width: 6, height: 6, fill: "var(--panel)" }),
      svg("rect", { width: 2, height: 6, fill: "var(--hatch)" }),
    ),
  );
}

/** Where negative and positive parts of a day's stack end. */
function stackEnds(layers, day) {
  let up = 0;
  let down = 0;
  for (const layer of layers) {
    if (layer.days[day] > 0) up += layer.days[day];
    else down += layer.days[day];
  }
  return [down, up];
}

/** Draws stacked bars, one a day, into `place`; `onDay(index | null, x, y)` tells which one is looked at. */
function drawStack(place, layers, dayLabels, unit, description, onDay) {
  const width = Math.max(320, place.clientWidth || 960);
  const height = Math.min(340, Math.max(220, width * 0.34));
  const left = 58;
  const bottom = 26;
  const top = 10;
  const count = dayLabels.length;
  const ends = dayLabels.map((_, day) => stackEnds(layers, day));
  const steps = axisSteps(
    Math.min(0, ...ends.map((end) => end[0])),
    Math.max(...ends.map((end) => end[1]), 1e-9),
  );
  const low = steps[0];
  const high = steps[steps.length - 1];
  const y = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
  const slot = (width - left) / count;
  const bar = Math.max(1, Math.min(46, slot * 0.72));
  const x = (day) => left + slot * day + (slot - bar) / 2;

  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    hatchPattern(),
  );
  for (const step of steps) {
    drawing.append(
      svg("line", {
        x1: left,
        x2: width,
        y1: y(step),
        y2: y(step),
        class: step === 0 ? "axis" : "grid",
      }),
    );
    const label = svg("text", { x: left - 8, y: y(step) + 4, "text-anchor": "end" });
    label.textContent = formatShort(step, unit);
    drawing.append(label);
  }
  const cursor = svg("rect", {
    class: "cursor",
    y: top,
    width: slot,
    height: height - top - bottom,
    visibility: "hidden",
  });
  drawing.append(cursor);
  for (let day = 0; day < count; day++) {
    let up = 0;
    let down = 0;
    for (const layer of layers) {
      const value = layer.days[day];
      if (!value) continue;
      const from = value > 0 ? up : down;
      const to = from + value;
      if (value > 0) up = to;
      else down = to;
      const yTop = y(Math.max(from, to));
      drawing.append(
        svg("rect", {
          x: x(day),
          y: yTop,
          width: bar,
          height: Math.max(0.5, y(Math.min(from, to)) - yTop),
          fill: layer.fill,
        }),
      );
    }
  }
  const every = Math.ceil(count / Math.max(1, Math.floor((width - left) / 64)));
  for (let day = 0; day < count; day += every) {
    const label = svg("text", { x: x(day) + bar / 2, y: height - 6, "text-anchor": "middle" });
    label.textContent =
      dayLabels[day].slice(8) === "01" || day === 0
        ? formatDay(dayLabels[day]).replace(/^\w+,? /, "")
        : String(Number(dayLabels[day].slice(8)));
    drawing.append(label);
  }

  let looked = null;
  const look = (day) => {
    looked = day;
    cursor.setAttribute("visibility", day === null ? "hidden" : "visible");
    if (day === null) return onDay(null);
    cursor.setAttribute("x", left + slot * day);
    const box = place.getBoundingClientRect();
    const scale = box.width / width;
    onDay(day, box.left + (x(day) + bar) * scale, box.top + y(ends[day][1]) * scale);
  };
  place.replaceChildren(drawing);
  place.tabIndex = 0;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", description);
  place.onpointermove = (event) => {
    const box = place.getBoundingClientRect();
    const day = Math.floor((((event.clientX - box.left) / box.width) * width - left) / slot);
    look(day >= 0 && day < count ? day : null);
  };
  place.onpointerleave = () => look(null);
  place.onblur = () => look(null);
  place.onkeydown = (event) => {
    const moves = { ArrowRight: 1, ArrowLeft: -1 };
    if (event.key === "Escape") return look(null);
    if (event.key === "Home") look(0);
    else if (event.key === "End") look(count - 1);
    else if (event.key in moves)
      look(
        Math.min(
          count - 1,
          Math.max(0, (looked ?? (moves[event.key] > 0 ? -1 : count)) + moves[event.key]),
        ),
      );
    else return undefined;
    event.preventDefault();
    return undefined;
  };
}

/** A small line of a row's days. */
function sparkline(numbers) {
  const high = Math.max(...numbers, 0);
  const low = Math.min(...numbers, 0);
  const span = high - low || 1;
  const points = numbers.map(
    (value, i) =>
      `${numbers.length > 1 ? (i / (numbers.length - 1)) * 100 : 50} ${22 - ((value - low) / span) * 20}`,
  );
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: points.length > 1 ? `M${points.join("L")}` : `M0 12L100 12` }),
  );
}
