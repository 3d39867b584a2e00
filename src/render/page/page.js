"use strict";
// Tables sort by a click on a header; Enter and Space do the same.
for (const head of document.querySelectorAll("th")) {
  const table = head.closest("table"), at = head.cellIndex;
  const key = row => {
    const cell = row.cells[at], text = cell.dataset.v ?? cell.textContent;
    return head.classList.contains("n") ? (text === "" ? -Infinity : Number(text.replaceAll(",", ""))) : text;
  };
  const sort = () => {
    const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].map(row => [key(row), row]);
    rows.sort((a, b) => (a[0] < b[0] ? -down : a[0] > b[0] ? down : 0));
    table.tBodies[0].append(...rows.map(row => row[1]));
  };
  head.tabIndex = 0;
  head.classList.add("sort");
  head.addEventListener("click", sort);
  head.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); sort(); } });
}
// A shape's title is shown at once instead of after a second.
const tip = document.createElement("div"), tips = new WeakMap();
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);
document.addEventListener("pointermove", e => {
  const shape = e.target, title = shape.querySelector?.(":scope > title");
  if (title && shape.closest("svg")) { tips.set(shape, title.textContent); title.remove(); }
  const text = tips.get(shape);
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  tip.style.left = Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = Math.max(e.clientY - tip.offsetHeight - 10, 4) + "px";
});
