// Tables that sort, filter, download and open rows.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined)
      made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const FIRST_ROWS = 25;
const tableStates = new Map(); // of every table by its name: sorting, filter, whether all is shown

/**
 * Fills `place` with a table.
 *   columns  {id, label, value(row), cell?(row, node), number?, csv?: false, sort?: false}
 *   onOpen   makes the first column a button
 *   footer   cells of the last line, by column id
 */
function drawTable(place, { name, caption, columns, rows, footer, onOpen, empty }) {
  if (!tableStates.has(name))
    tableStates.set(name, { column: null, descending: true, filter: "", all: false });
  const shown = tableStates.get(name);
  const body = element("tbody");
  const count = element("span", { class: "count", role: "status" });
  const more = element("button", {
    type: "button",
    class: "no-print",
    onclick: () => {
      shown.all = true;
      fill();
    },
  });
  const head = element("tr");
  const csvColumns = columns.filter((column) => column.csv !== false);

  const visible = () => {
    const needle = shown.filter.toLowerCase();
    const found = rows.filter((row) =>
      String(columns[0].value(row)).toLowerCase().includes(needle),
    );
    const column = columns.find((some) => some.id === shown.column);
    if (!column) return found;
    const order = (a, b) => {
      const left = column.value(a);
      const right = column.value(b);
      const result =
        typeof left === "number" ? left - right : String(left).localeCompare(String(right));
      return shown.descending ? -result : result;
    };
    return [...found].sort(order);
  };
  const cellOf = (column, row, i) => {
    const cell = element(i === 0 ? "th" : "td", {
      class: [column.number ? "number" : "", column.class ?? ""].join(" ").trim(),
      scope: i === 0 ? "row" : undefined,
    });
    if (column.cell) column.cell(row, cell);
    else if (i === 0 && onOpen && onOpen(row))
      cell.append(
        element(
          "button",
          { type: "button", class: "link", onclick: onOpen(row) },
          String(column.value(row)),
        ),
      );
    else cell.textContent = column.text ? column.text(row) : String(column.value(row));
    return cell;
  };
  const fill = () => {
    const found = visible();
    const some = shown.all ? found : found.slice(0, FIRST_ROWS);
    body.replaceChildren(
      ...some.map((row) =>
        element("tr", {}, ...columns.map((column, i) => cellOf(column, row, i))),
      ),
    );
    if (found.length === 0)
      body.append(
        element("tr", {}, element("td", { colspan: columns.length }, empty ?? "Nothing matches.")),
      );
    count.textContent = `${found.length} of ${rows.length} rows`;
    more.hidden = some.length === found.length;
    more.textContent = `Show all ${found.length}`;
    for (const [i, header] of [...head.children].entries()) {
      if (columns[i].id === shown.column)
        header.setAttribute("aria-sort", shown.descending ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
      const button = header.querySelector("button");
      if (button)
        button.textContent =
          columns[i].label +
          (columns[i].id === shown.column ? (shown.descending ? " ↓" : " ↑") : "");
    }
  };
  for (const column of columns) {
    const header = element("th", {
      scope: "col",
      class: column.number ? "number" : (column.class ?? ""),
    });
    const sort = () => {
      shown.descending = shown.column === column.id ? !shown.descending : Boolean(column.number);
      shown.column = column.id;
      fill();
    };
    header.append(
      column.sort === false
        ? element("span", { class: "visually-hidden" }, column.label)
        : element("button", { type: "button", onclick: sort }, column.label),
    );
    head.append(header);
  }
  const filter = element("input", {
    type: "search",
    placeholder: `Filter ${columns[0].label.toLowerCase()}`,
    "aria-label": `Filter by ${columns[0].label.toLowerCase()}`,
    oninput: (event) => {
      shown.filter = event.target.value;
      fill();
    },
  });
  filter.value = shown.filter;
  const download = element(
    "button",
    {
      type: "button",
      onclick: () =>
        downloadCsv(
          `${name}.csv`,
          csvColumns.map((column) => column.label),
          visible().map((row) => csvColumns.map((column) => column.value(row))),
        ),
    },
    "Download CSV",
  );
  const table = element(
    "table",
    { class: "data" },
    element("caption", { class: "visually-hidden" }, caption),
    element("thead", {}, head),
    body,
  );
  if (footer)
    table.append(
      element(
        "tfoot",
        {},
        element(
          "tr",
          {},
          ...columns.map((column, i) =>
            element(
              i === 0 ? "th" : "td",
              {
                class: column.number ? "number" : (column.class ?? ""),
                scope: i === 0 ? "row" : undefined,
              },
              footer[column.id] ?? "",
            ),
          ),
        ),
      ),
    );
  place.replaceChildren(
    element("div", { class: "table-tools" }, count, filter, download),
    element("div", { class: "scroll" }, table),
    more,
  );
  fill();
}
