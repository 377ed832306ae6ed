// The data of the page and how it is summed up.
//
//   cost      [currency, cluster, namespace, product, [a number a day]]
//   node      [currency, cluster, node, […]]
//   tag       [currency, cluster, tag key, tag value, […]]
//   usage     [cluster, namespace, […] × 8 in the order of USAGE]
//   capacity  [cluster, node, [CPU], [memory]]
//
// Dimensions are numbers into the lists of names; zeros at the end of a list of days are left out.
// Without money, nodes and tags are measured in core-hours.

const data = JSON.parse(document.getElementById("data").textContent);
const days = listDays(data.first, data.day_count);

const USAGE = [
  "cpu_used",
  "cpu_requested",
  "cpu_effective",
  "memory_used",
  "memory_requested",
  "memory_effective",
  "volume_capacity",
  "volume_used",
];

const UNCLAIMED = {
  "Platform unallocated": "Capacity of control-plane and infrastructure nodes that no pod used.",
  "Worker unallocated": "Capacity of worker nodes that no pod used.",
  "Storage unattributed": "Disks, or parts of disks, that no claim accounts for.",
  "Network unattributed": "Data transfer, which is billed by node and names no project.",
};

const MEASURES = [
  { id: "cost", label: "Cost", money: true, there: data.has_money },
  {
    id: "cpu_effective",
    label: "CPU paid for by use or request",
    unit: "core-hours",
    there: data.has_usage,
  },
  { id: "cpu_used", label: "CPU used", unit: "core-hours", there: data.has_usage },
  { id: "cpu_requested", label: "CPU requested", unit: "core-hours", there: data.has_usage },
  { id: "memory_used", label: "Memory used", unit: "GiB-hours", there: data.has_usage },
  { id: "memory_requested", label: "Memory requested", unit: "GiB-hours", there: data.has_usage },
  { id: "volume_capacity", label: "Storage capacity", unit: "GiB-months", there: data.has_usage },
  { id: "volume_used", label: "Storage used", unit: "GiB-months", there: data.has_usage },
].filter((measure) => measure.there);

const DIMENSIONS = [
  { id: "namespace", label: "Namespace" },
  { id: "cluster", label: "Cluster" },
  { id: "node", label: "Node" },
  { id: "product", label: "Product" },
  { id: "tag", label: "Tag" },
];

function clusterLabel(index) {
  const id = data.clusters[index];
  const alias = id === null ? undefined : data.aliases[id];
  return alias ?? id ?? "(no cluster)";
}

const LABELS = {
  namespace: (index) => data.namespaces[index] ?? "(no namespace)",
  cluster: clusterLabel,
  node: (index) => data.nodes[index] ?? "(no node)",
  product: (index) => data.products[index] || "(no product)",
  tag: (index) => data.tag_values[index] || "(empty)",
};

/** What the user chose; `null` means everything. */
const state = {
  measure: MEASURES[0]?.id,
  currency: 0,
  cluster: null,
  from: 0,
  to: days.length - 1,
  namespace: null,
  product: null,
  group: "namespace",
  tagKey: null,
  theme: null,
};

function currentMeasure() {
  return MEASURES.find((measure) => measure.id === state.measure);
}

function currentUnit() {
  const measure = currentMeasure();
  if (!measure.money) return { name: measure.unit };
  const currency = data.currencies[state.currency];
  return currency ? { currency } : { name: "" };
}

/** Nodes and tags are known for one measure only, and not by namespace or product. */
function dimensionIsThere(dimension) {
  const measure = currentMeasure();
  const filtered = state.namespace !== null || state.product !== null;
  switch (dimension) {
    case "product":
      return Boolean(measure.money);
    case "node":
      return !filtered && measure.id === (data.has_money ? "cost" : "cpu_effective");
    case "tag":
      return (
        data.tag_keys.length > 0 &&
        !filtered &&
        measure.id === (data.has_money ? "cost" : "cpu_effective")
      );
    default:
      return true;
  }
}

/** Calls visit(key, numbers) for every series that passes the filters. */
function eachSeries(dimension, visit) {
  const measure = currentMeasure();
  const passesCluster = (cluster) => state.cluster === null || state.cluster === cluster;
  if (dimension === "node" || dimension === "tag") {
    for (const series of data[dimension]) {
      const [currency, cluster, first, second] = series;
      if (!passesCluster(cluster) || (data.has_money && currency !== state.currency)) continue;
      if (dimension === "node") visit(first, series[3]);
      else if (first === state.tagKey) visit(second, series[4]);
    }
  } else if (measure.money) {
    for (const [currency, cluster, namespace, product, numbers] of data.cost) {
      if (currency !== state.currency || !passesCluster(cluster)) continue;
      if (state.namespace !== null && state.namespace !== namespace) continue;
      if (state.product !== null && state.product !== product) continue;
      visit({ cluster, namespace, product }[dimension], numbers);
    }
  } else {
    const which = USAGE.indexOf(measure.id) + 2;
    for (const series of data.usage) {
      if (!passesCluster(series[0])) continue;
      if (state.namespace !== null && state.namespace !== series[1]) continue;
      visit(dimension === "cluster" ? series[0] : series[1], series[which]);
    }
  }
}

function isUnclaimed(dimension, index) {
  return dimension === "namespace" && Object.hasOwn(UNCLAIMED, data.namespaces[index] ?? "");
}

/** Rows {key, label, total, days, unclaimed} of a dimension, greatest first. */
function sumBy(dimension) {
  const rows = new Map();
  const count = state.to - state.from + 1;
  eachSeries(dimension, (key, numbers) => {
    let row = rows.get(key);
    if (!row) {
      row = {
        key,
        label: LABELS[dimension](key),
        total: 0,
        days: new Array(count).fill(0),
        unclaimed: isUnclaimed(dimension, key),
      };
      rows.set(key, row);
    }
    for (let day = state.from; day <= state.to && day < numbers.length; day++) {
      row.days[day - state.from] += numbers[day];
      row.total += numbers[day];
    }
  });
  return [...rows.values()].sort((a, b) => b.total - a.total || a.label.localeCompare(b.label));
}

function sumOfTotals(rows) {
  return rows.reduce((sum, row) => sum + row.total, 0);
}

/** Untagged money of the tag key at hand: all of it less what carries the key. */
function untaggedRow(rows) {
  const all = sumBy("cluster");
  const count = state.to - state.from + 1;
  const row = {
    key: -1,
    label: "(without this tag)",
    total: 0,
    days: new Array(count).fill(0),
    unclaimed: false,
    rest: true,
  };
  for (const cluster of all) cluster.days.forEach((value, i) => (row.days[i] += value));
  for (const tagged of rows) tagged.days.forEach((value, i) => (row.days[i] -= value));
  row.total = row.days.reduce((sum, value) => sum + value, 0);
  return row;
}

/** Sums of the usage measures by namespace, and of the capacity by cluster. */
function usageByNamespace() {
  const rows = new Map();
  for (const series of data.usage) {
    if (state.cluster !== null && state.cluster !== series[0]) continue;
    const label = LABELS.namespace(series[1]);
    if (isUnclaimed("namespace", series[1])) continue;
    if (!rows.has(series[1]))
      rows.set(series[1], { label, numbers: new Array(USAGE.length).fill(0) });
    addUsage(rows.get(series[1]).numbers, series.slice(2));
  }
  return [...rows.values()];
}

function addUsage(to, series) {
  series.forEach((numbers, which) => {
    for (let day = state.from; day <= state.to && day < numbers.length; day++)
      to[which] += numbers[day];
  });
}

function usageByCluster() {
  const rows = new Map();
  const row = (cluster) => {
    if (!rows.has(cluster))
      rows.set(cluster, {
        label: clusterLabel(cluster),
        numbers: new Array(USAGE.length).fill(0),
        capacity: [0, 0],
      });
    return rows.get(cluster);
  };
  for (const series of data.usage) {
    if (state.cluster !== null && state.cluster !== series[0]) continue;
    if (!isUnclaimed("namespace", series[1])) addUsage(row(series[0]).numbers, series.slice(2));
  }
  for (const [cluster, , ...capacity] of data.capacity) {
    if (state.cluster !== null && state.cluster !== cluster) continue;
    addUsage(row(cluster).capacity, capacity);
  }
  return [...rows.values()].sort((a, b) => b.capacity[0] - a.capacity[0]);
}
