// Panels beside the bar: while one is open, digits tick its choices, Enter sends it, and no other key acts on the card.

export function listen(panel) {
  panel.addEventListener("toggle", (event) => { // opened by a pointer
    if (event.newState === "open" && !panel.contains(document.activeElement)) focusIn(panel);
  });
  panel.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || ["Escape", "Tab"].includes(event.key)) return;
    event.stopPropagation();
    if (event.target.matches("textarea, select, summary, button")) return;
    const box = /^[1-9]$/.test(event.key) && panel.querySelectorAll("fieldset input")[Number(event.key) - 1];
    if (box) {
      box.checked = box.type === "radio" || !box.checked;
      box.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      panel.querySelector("[type=submit]").click();
    }
  });
}

export function open(panel) {
  if (!panel.matches(":popover-open")) panel.showPopover();
  focusIn(panel);
}

// On what is ticked already, such as the guideline that the scores suggest.
function focusIn(panel) {
  (panel.querySelector("fieldset input:checked") ?? panel.querySelector("fieldset input"))?.focus();
}
