"use strict";
// Filters and sorts the records; without it they stand there all, the worst first.
for (const section of document.querySelectorAll("[data-records]")) {
  const find = (name) => section.querySelector(`[data-${name}]`);
  const [list, search, metric, category, order, shown] = ["list", "search", "metric", "category", "order", "shown"].map(find);
  const records = [...list.children].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    metrics: element.dataset.metrics.split("\n"),
    category: element.dataset.category,
    place: Number(element.dataset.place),
    line: Number(element.dataset.line),
  }));
  const orders = {
    place: (a, b) => a.place - b.place,
    line: (a, b) => a.line - b.line,
    category: (a, b) => a.category.localeCompare(b.category) || a.place - b.place,
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of records) {
      const fits = words.every((word) => one.text.includes(word))
        && (!metric.value || one.metrics.includes(metric.value))
        && (!category || !category.value || one.category === category.value);
      one.element.hidden = !fits;
      count += fits;
    }
    list.append(...records.sort(orders[order.value]).map((one) => one.element));
    shown.textContent = `${count} of ${records.length} records`;
  };
  for (const control of [search, metric, category, order]) {
    control?.addEventListener("input", apply);
  }
  section.querySelector(".tools").hidden = false;
  apply();
}
