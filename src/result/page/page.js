// The page: controls, figures, chart, tables.

const at = (id) => document.getElementById(id);

// ---- controls ----

function fillSelect(id, options, chosen) {
  at(id).replaceChildren(
    ...options.map(([value, label]) =>
      element("option", { value, selected: String(value) === String(chosen) }, label),
    ),
  );
}

function fillControls() {
  fillSelect(
    "measure",
    MEASURES.map((measure) => [
      measure.id,
      measure.label + (measure.unit ? ` (${measure.unit})` : ""),
    ]),
    state.measure,
  );
  fillSelect(
    "currency",
    data.currencies.map((currency, i) => [i, currency ?? "(none)"]),
    state.currency,
  );
  fillSelect(
    "cluster",
    [["", "all"], ...data.clusters.map((_, i) => [i, clusterLabel(i)])],
    state.cluster ?? "",
  );
  fillSelect(
    "from",
    days.map((day, i) => [i, day]),
    state.from,
  );
  fillSelect(
    "to",
    days.map((day, i) => [i, day]),
    state.to,
  );
  fillSelect(
    "tag-key",
    data.tag_keys.map((key, i) => [i, key]),
    state.tagKey,
  );
  at("measure-label").hidden = MEASURES.length < 2;
  at("currency-label").hidden = data.currencies.length < 2 || !data.has_money;
}

function setState(change) {
  Object.assign(state, change);
  if (state.from > state.to) [state.from, state.to] = [state.to, state.from];
  if (!currentMeasure().money) state.product = null;
  if (!dimensionIsThere(state.group)) state.group = "namespace";
  draw();
}

function listen() {
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("measure").onchange = (event) => setState({ measure: event.target.value });
  at("currency").onchange = (event) => setState({ currency: Number(event.target.value) });
  at("cluster").onchange = (event) =>
    setState({ cluster: event.target.value === "" ? null : Number(event.target.value) });
  at("from").onchange = (event) => setState({ from: Number(event.target.value) });
  at("to").onchange = (event) => setState({ to: Number(event.target.value) });
  at("tag-key").onchange = (event) => setState({ tagKey: Number(event.target.value) });
  at("reset").onclick = () =>
    setState({
      cluster: null,
      from: 0,
      to: days.length - 1,
      namespace: null,
      product: null,
      group: "namespace",
      measure: MEASURES[0].id,
    });
  at("theme").onclick = () =>
    setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
  setTheme(dark.matches ? "dark" : "light");
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (Math.abs(entry.contentRect.width - width) > 4) {
      width = entry.contentRect.width;
      drawTrend();
    }
  }).observe(at("trend"));
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  at("theme").textContent = theme === "dark" ? "Light" : "Dark";
  at("theme").setAttribute(
    "aria-label",
    `Switch to ${theme === "dark" ? "light" : "dark"} colours`,
  );
}

function drawChips() {
  const chips = [];
  const chip = (label, clear) =>
    chips.push(
      element(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-label": `Remove the filter ${label}`,
          onclick: () => setState(clear),
        },
        `${label} ✕`,
      ),
    );
  if (state.namespace !== null)
    chip(`Namespace ${LABELS.namespace(state.namespace)}`, { namespace: null });
  if (state.product !== null) chip(`Product ${LABELS.product(state.product)}`, { product: null });
  at("chips").replaceChildren(...chips);
}

function drawTabs() {
  const buttons = DIMENSIONS.filter((dimension) => dimension.id !== "product" || data.has_money)
    .filter((dimension) => dimension.id !== "tag" || data.tag_keys.length > 0)
    .map((dimension) => {
      const there = dimensionIsThere(dimension.id);
      return element(
        "button",
        {
          type: "button",
          "aria-pressed": String(state.group === dimension.id),
          disabled: !there,
          title: there ? undefined : "Not known for this measure or filter",
          onclick: () => setState({ group: dimension.id }),
        },
        dimension.label,
      );
    });
  const focused = document.activeElement?.textContent;
  const inTabs = at("tabs").contains(document.activeElement);
  at("tabs").replaceChildren(...buttons);
  if (inTabs) buttons.find((button) => button.textContent === focused)?.focus();
  at("tag-label").hidden = state.group !== "tag";
}

// ---- figures ----

function card(label, figure, aside, first) {
  return element(
    "div",
    { class: first ? "card first" : "card" },
    element(
      "dl",
      {},
      element("dt", {}, label),
      element("dd", { class: "figure" }, figure),
      element("dd", { class: "aside" }, aside),
    ),
  );
}

function drawCards() {
  const unit = currentUnit();
  const namespaces = sumBy("namespace");
  const total = sumOfTotals(namespaces);
  const unclaimed = sumOfTotals(namespaces.filter((row) => row.unclaimed));
  const count = state.to - state.from + 1;
  const cards = [
    card(
      currentMeasure().label,
      formatAmount(total, unit),
      unit.currency ? `${formatDay(days[state.from])} – ${formatDay(days[state.to])}` : unit.name,
      true,
    ),
  ];
  cards.push(
    card(
      "A day, on average",
      formatAmount(total / count, unit),
      `${count} day${count === 1 ? "" : "s"}`,
    ),
  );
  const top = namespaces.find((row) => !row.unclaimed);
  if (top && state.namespace === null)
    cards.push(
      card(
        "Greatest namespace",
        formatAmount(top.total, unit),
        `${top.label}, ${formatShare(top.total, total)}`,
      ),
    );
  if (state.namespace === null) {
    cards.push(
      card(
        "Used by projects",
        formatShare(total - unclaimed, total),
        formatAmountWithUnit(total - unclaimed, unit),
      ),
    );
    cards.push(
      card(
        "Unallocated and unattributed",
        formatShare(unclaimed, total),
        formatAmountWithUnit(unclaimed, unit),
      ),
    );
  }
  at("cards").replaceChildren(...cards);
}

// ---- trend and table ----

function groupedRows() {
  const rows = sumBy(state.group);
  if (state.group === "tag") {
    const rest = untaggedRow(rows);
    if (Math.abs(rest.total) > 0.005) rows.push(rest);
  }
  return rows;
}

function showTooltip(layers, shownDays, unit, day, x, y) {
  const tooltip = at("tooltip");
  if (day === null) {
    tooltip.hidden = true;
    return;
  }
  const total = layers.reduce((sum, layer) => sum + layer.days[day], 0);
  const table = element(
    "table",
    {},
    element("caption", {}, `${formatDay(shownDays[day])}: ${formatAmountWithUnit(total, unit)}`),
  );
  for (const layer of layers) {
    if (!layer.days[day]) continue;
    const swatch = element("span", { class: layer.hatched ? "swatch hatched" : "swatch" });
    if (!layer.hatched) swatch.style.background = layer.fill;
    table.append(
      element(
        "tr",
        {},
        element("th", {}, swatch, ` ${layer.label}`),
        element("td", {}, formatAmount(layer.days[day], unit)),
      ),
    );
  }
  tooltip.replaceChildren(table);
  tooltip.hidden = false;
  const room = document.documentElement.clientWidth;
  const left = x + tooltip.offsetWidth + 16 > room ? x - tooltip.offsetWidth - 60 : x + 12;
  tooltip.style.left = `${Math.max(4, left) + scrollX}px`;
  tooltip.style.top = `${Math.max(8, y - 20) + scrollY}px`;
  at("live").textContent = `${formatDay(shownDays[day])}: ${formatAmountWithUnit(total, unit)}`;
}

function drawTrend() {
  const unit = currentUnit();
  const rows = groupedRows();
  const layers = stackLayers(rows);
  const shownDays = days.slice(state.from, state.to + 1);
  const totals = shownDays.map((_, day) => layers.reduce((sum, layer) => sum + layer.days[day], 0));
  const highest = totals.indexOf(Math.max(...totals));
  const description = `${currentMeasure().label} by day and ${state.group}: ${formatAmountWithUnit(sumOfTotals(rows), unit)} in ${shownDays.length} days, highest on ${formatDay(shownDays[highest])} with ${formatAmountWithUnit(totals[highest], unit)}. Arrow keys read the days.`;
  drawStack(at("trend"), layers, shownDays, unit, description, (day, x, y) =>
    showTooltip(layers, shownDays, unit, day ?? null, x, y),
  );
  at("legend").replaceChildren(
    ...layers.map((layer) => {
      const swatch = element("span", { class: layer.hatched ? "swatch hatched" : "swatch" });
      if (!layer.hatched) swatch.style.background = layer.fill;
      return element("li", {}, swatch, layer.label);
    }),
  );
}

/** Narrows the page to a row and goes where its story starts. */
function narrow(change) {
  setState(change);
  at("main").focus({ preventScroll: true });
  at("chips").scrollIntoView({ block: "start" });
}

function openRow(row) {
  if (row.rest) return null;
  if (state.group === "namespace")
    return () =>
      narrow({ namespace: row.key, group: currentMeasure().money ? "product" : "cluster" });
  if (state.group === "product") return () => narrow({ product: row.key, group: "namespace" });
  if (state.group === "cluster") return () => narrow({ cluster: row.key, group: "namespace" });
  return null;
}

function drawGroupTable() {
  const unit = currentUnit();
  const rows = groupedRows();
  const total = sumOfTotals(rows);
  const highest = Math.max(...rows.map((row) => Math.abs(row.total)), 1e-12);
  const label =
    state.group === "tag"
      ? data.tag_keys[state.tagKey]
      : DIMENSIONS.find((dimension) => dimension.id === state.group).label;
  const amount = unit.currency
    ? `${currentMeasure().label}, ${unit.currency}`
    : `${currentMeasure().label}${unit.name ? `, ${unit.name}` : ""}`;
  const columns = [
    { id: "label", label, value: (row) => row.label },
    {
      id: "total",
      label: amount,
      number: true,
      value: (row) => row.total,
      text: (row) => formatAmount(row.total, unit),
    },
    {
      id: "share",
      label: "Share",
      number: true,
      value: (row) => (total ? row.total / total : 0),
      text: (row) => formatShare(row.total, total),
    },
    {
      id: "bar",
      label: "Size",
      class: "bar",
      sort: false,
      csv: false,
      value: (row) => row.total,
      cell: (row, cell) => {
        const bar = element("span", { class: row.unclaimed || row.rest ? "special" : "" });
        bar.style.width = `${(Math.abs(row.total) / highest) * 100}%`;
        cell.append(bar);
      },
    },
    {
      id: "trend",
      label: "Trend",
      class: "trend",
      sort: false,
      csv: false,
      value: () => "",
      cell: (row, cell) => cell.append(sparkline(row.days)),
    },
  ];
  at("table-title").textContent = `By ${state.group === "tag" ? `tag ${label}` : state.group}`;
  at("table-note").textContent =
    state.group === "tag"
      ? "A row may carry several tags; each key splits the whole once."
      : state.group === "namespace"
        ? "Open a namespace to see what it is made of."
        : "";
  drawTable(at("table"), {
    name: `by-${state.group}`,
    caption: `${currentMeasure().label} by ${state.group}`,
    columns,
    rows,
    onOpen: openRow,
    footer: { label: "All", total: formatAmount(total, unit), share: total ? "100%" : "" },
    empty: "No rows.",
  });
}

// ---- what no project used ----

function drawUnclaimed() {
  const unit = currentUnit();
  const rows = sumBy("namespace");
  const total = sumOfTotals(rows);
  const unclaimed = rows.filter((row) => row.unclaimed);
  const claimed = total - sumOfTotals(unclaimed);
  at("unclaimed-section").hidden = state.namespace !== null || unclaimed.length === 0;
  at("unclaimed-note").textContent = unit.currency
    ? "These rows are part of the total above. Bill lines that match no cluster at all are not in this result; costagg reconcile lists them."
    : "These rows are what the nodes offered beyond what pods used.";
  const share = element("div", {
    class: "share",
    role: "img",
    "aria-label": `Projects ${formatShare(claimed, total)}, the rest ${formatShare(total - claimed, total)}`,
  });
  const part = (value, look) => {
    const span = element("span", look);
    span.style.width = `${total > 0 ? Math.max(0, value / total) * 100 : 0}%`;
    share.append(span);
    return span;
  };
  part(claimed, { title: "Projects" }).style.background = "var(--c1)";
  unclaimed.forEach((row) => part(row.total, { class: "hatched", title: row.label }));
  const body = unclaimed.map((row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, row.label),
      element("td", {}, UNCLAIMED[row.label]),
      element("td", { class: "number" }, formatAmount(row.total, unit)),
      element("td", { class: "number" }, formatShare(row.total, total)),
    ),
  );
  at("unclaimed").replaceChildren(
    share,
    element(
      "div",
      { class: "scroll" },
      element(
        "table",
        { class: "data" },
        element("caption", { class: "visually-hidden" }, "What no project used"),
        element("tbody", {}, ...body),
      ),
    ),
  );
}

// ---- used, requested, available ----

function bullet(title, used, requested, capacity, unit) {
  const whole = Math.max(capacity, requested, used) || 1;
  const track = element("div", {
    class: "track",
    role: "img",
    "aria-label": `${title}: used ${formatShare(used, capacity)}, requested ${formatShare(requested, capacity)} of what is available`,
  });
  for (const [name, value] of [
    ["requested", requested],
    ["used", used],
  ]) {
    const bar = element("span", { class: name });
    bar.style.width = `${(value / whole) * 100}%`;
    track.append(bar);
  }
  return element(
    "div",
    { class: "bullet" },
    element("h3", {}, title, element("span", {}, `${formatAmount(capacity, {})} ${unit}`)),
    track,
    element(
      "p",
      {},
      `used ${formatAmount(used, {})} (${formatShare(used, capacity)}), requested ${formatAmount(requested, {})} (${formatShare(requested, capacity)})`,
    ),
  );
}

function drawWaste() {
  at("waste-section").hidden = !data.has_usage;
  if (!data.has_usage) return;
  const bullets = [];
  for (const row of usageByCluster()) {
    const [cpuUsed, cpuRequested, , memoryUsed, memoryRequested] = row.numbers;
    bullets.push(bullet(`${row.label}: CPU`, cpuUsed, cpuRequested, row.capacity[0], "core-hours"));
    bullets.push(
      bullet(`${row.label}: memory`, memoryUsed, memoryRequested, row.capacity[1], "GiB-hours"),
    );
  }
  at("bullets").replaceChildren(...bullets);
  const number = (id, label, which) => ({
    id,
    label,
    number: true,
    value: which,
    text: (row) => formatAmount(which(row), {}),
  });
  const idle = (used, requested) => (row) =>
    Math.max(0, row.numbers[requested] - row.numbers[used]);
  const columns = [
    { id: "namespace", label: "Namespace", value: (row) => row.label },
    number("cpu_used", "CPU used, core-h", (row) => row.numbers[0]),
    number("cpu_requested", "CPU requested", (row) => row.numbers[1]),
    number("cpu_idle", "CPU idle", idle(0, 1)),
    number("memory_used", "Memory used, GiB-h", (row) => row.numbers[3]),
    number("memory_requested", "Memory requested", (row) => row.numbers[4]),
    number("memory_idle", "Memory idle", idle(3, 4)),
    number("volume_capacity", "Storage, GiB-months", (row) => row.numbers[6]),
    number("volume_used", "Storage used", (row) => row.numbers[7]),
  ];
  const rows = usageByNamespace().sort((a, b) => idle(0, 1)(b) - idle(0, 1)(a));
  drawTable(at("waste"), {
    name: "used-and-requested",
    caption: "Used and requested by namespace",
    columns,
    rows,
  });
}

// ---- all of it ----

function drawHead() {
  const clusters = data.clusters.length;
  const period = `${formatDayWithYear(days[0])} to ${formatDayWithYear(days[days.length - 1])}`;
  document.title = `OpenShift costs, ${days[0]} to ${days[days.length - 1]}`;
  at("title").textContent = data.has_money ? "Who spent what" : "Who used what";
  at("subtitle").textContent =
    `${period} · ${clusters} cluster${clusters === 1 ? "" : "s"} · ${data.namespaces.filter((name) => name !== null && !Object.hasOwn(UNCLAIMED, name)).length} namespaces`;
  at("footer").textContent =
    `Made by costagg from ${data.location}: ${data.cost_rows.toLocaleString("en")} cost rows, ${data.usage_rows.toLocaleString("en")} usage rows. ${data.has_money ? "Cost is the amortized cost with its markup. " : ""}Days are UTC. This page loads nothing from anywhere.`;
}

function draw() {
  fillControls();
  drawChips();
  drawTabs();
  drawCards();
  drawTrend();
  drawGroupTable();
  drawUnclaimed();
  drawWaste();
}

function greatestTagKey() {
  const sums = new Map();
  for (const series of data.tag)
    sums.set(
      series[2],
      (sums.get(series[2]) ?? 0) + series[4].reduce((sum, value) => sum + value, 0),
    );
  return [...sums.entries()].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

state.tagKey = greatestTagKey();
state.currency = 0; // series come greatest first, so the first currency is the main one
drawHead();
listen();
draw();
