"use strict";
// Tables sort by a click on a header, down by a second, and stand as they were after a third; Enter and Space do it too.
const words = new Intl.Collator(undefined, { numeric: true });
for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0], rows = [...body.rows];
  for (const head of table.tHead.rows[0].cells) {
    const at = head.cellIndex, number = head.classList.contains("n");
    const text = row => row.cells[at].dataset.v ?? row.cells[at].textContent;
    const key = number ? row => Number(text(row).replaceAll(",", "")) : text;
    const has = row => text(row) !== "" && !Number.isNaN(key(row));
    const order = number ? (a, b) => a - b || 0 : words.compare;
    const sort = () => {
      const was = head.ariaSort, down = was === "ascending" ? -1 : 1;
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      if (was === "descending") return body.append(...rows);
      head.ariaSort = down < 0 ? "descending" : "ascending";
      // Empty cells come last, whichever way.
      const full = rows.map(row => [key(row), row]).filter(pair => has(pair[1]));
      full.sort((a, b) => down * order(a[0], b[0]));
      body.append(...full.map(pair => pair[1]), ...rows.filter(row => !has(row)));
    };
    head.tabIndex = 0;
    head.classList.add("sort");
    head.addEventListener("click", sort);
    head.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); sort(); } });
  }
}
// A shape's title is shown at once instead of after a second.
const tip = document.createElement("div"), tips = new WeakMap();
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);
const point = e => {
  const shape = e.target, title = shape.querySelector?.(":scope > title");
  if (title && shape.closest("svg")) { tips.set(shape, title.textContent); title.remove(); }
  const text = tips.get(shape);
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  tip.style.left = Math.max(4, Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(e.clientY - tip.offsetHeight - 10, 4) + "px";
};
document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);
