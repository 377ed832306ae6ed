// Numbers, days and CSV.

const plain = new Map();

/** Intl formatters are dear: one for every kind. */
function formatter(options) {
  const key = JSON.stringify(options);
  if (!plain.has(key)) {
    let made;
    try {
      made = new Intl.NumberFormat("en", options);
    } catch {
      made = new Intl.NumberFormat("en", { maximumFractionDigits: 2 }); // no such currency
    }
    plain.set(key, made);
  }
  return plain.get(key);
}

/** `unit` is {currency} or {name}. */
function formatAmount(value, unit) {
  if (unit.currency) return formatter({ style: "currency", currency: unit.currency }).format(value);
  const digits = Math.abs(value) < 100 ? 2 : Math.abs(value) < 10000 ? 1 : 0;
  return formatter({ minimumFractionDigits: 0, maximumFractionDigits: digits }).format(value);
}

function formatAmountWithUnit(value, unit) {
  return unit.currency || !unit.name
    ? formatAmount(value, unit)
    : `${formatAmount(value, unit)} ${unit.name}`;
}

function formatShort(value, unit) {
  const options = { notation: "compact", maximumFractionDigits: 1 };
  if (unit.currency) Object.assign(options, { style: "currency", currency: unit.currency });
  return formatter(options).format(value);
}

function formatShare(part, whole) {
  if (!whole) return "–";
  return formatter({ style: "percent", maximumFractionDigits: 1 }).format(part / whole);
}

const dayNames = new Intl.DateTimeFormat("en", {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const dayNamesWithYear = new Intl.DateTimeFormat("en", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

function formatDay(iso) {
  return dayNames.format(new Date(`${iso}T00:00:00Z`));
}

function formatDayWithYear(iso) {
  return dayNamesWithYear.format(new Date(`${iso}T00:00:00Z`));
}

/** `count` days from `first` on, as ISO texts. */
function listDays(first, count) {
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: count }, (_, i) =>
    new Date(start + i * 86400000).toISOString().slice(0, 10),
  );
}

/** One CSV cell; texts that a spreadsheet would run as a formula get an apostrophe. */
function csvCell(value) {
  if (typeof value === "number") return String(Math.round(value * 1e6) / 1e6);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function downloadCsv(name, header, rows) {
  const text = [header, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
