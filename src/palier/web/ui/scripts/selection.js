// Rows chosen in a table: <form data-selection> holds the table, its checkboxes (name="row") and the batch bar
// (<div class="batch" data-batch hidden> with [data-count] and [data-clear]).
import { fresh } from "./dom.js";

export function selectRows(root) {
  for (const zone of fresh(root, "selection")) {
    const boxes = () => [...zone.querySelectorAll('tbody input[type="checkbox"]')];
    const all = zone.querySelector("[data-select-all]");
    const bar = zone.querySelector("[data-batch]");
    const count = bar?.querySelector("[data-count]");
    const refresh = () => {
      const chosen = boxes().filter((box) => box.checked).length;
      if (bar) bar.hidden = !chosen;
      if (count) count.textContent = `${chosen} ${chosen > 1 ? count.dataset.many : count.dataset.one}`;
      if (all) {
        all.checked = chosen > 0 && chosen === boxes().length;
        all.indeterminate = chosen > 0 && chosen < boxes().length;
      }
    };
    const setAll = (checked) => {
      boxes().forEach((box) => {
        box.checked = checked;
      });
      refresh();
    };
    all?.addEventListener("change", () => setAll(all.checked));
    bar?.querySelector("[data-clear]")?.addEventListener("click", () => setAll(false));
    zone.addEventListener("change", refresh);
    refresh();
  }
}
