// Panels beside the bar: while one is open, digits tick its choices, Enter sends it, and no other key acts on the card.

export function listen(panel) {
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

// Opens the reasons, on the guideline that the scores suggest.
export function openReasons(reasons) {
  if (!reasons.matches(":popover-open")) reasons.showPopover();
  (reasons.querySelector("[name=guideline]:checked") ?? reasons.querySelector("[name=guideline]"))?.focus();
}
