// Correcting the words: whoever decides marks what breaks the guideline; places count code points, not units.

import { current } from "./hand.js";

const panel = document.querySelector("#corrections");
const list = document.querySelector("#corrections-list");
const form = document.querySelector("#decide");
const marked = new Map(); // by card: [[begin, end], …]

export const isOpen = () => panel.matches(":popover-open");

export function toggle() {
  if (isOpen()) panel.hidePopover();
  else if (current()) {
    panel.showPopover();
    draw();
  }
}

export function spansOf(card) {
  return marked.has(card.id) ? JSON.stringify(marked.get(card.id)) : "";
}

function place(words, node, offset) {
  const range = document.createRange();
  range.setStart(words, 0);
  range.setEnd(node, offset);
  return [...range.toString()].length;
}

function draw() {
  const card = current();
  const text = [...(card?.querySelector(".words").textContent ?? "")];
  list.replaceChildren();
  for (const [begin, end] of marked.get(card.id) ?? []) {
    const item = document.createElement("li");
    const words = document.createElement("mark");
    words.textContent = text.slice(begin, end).join("");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--plain";
    button.textContent = list.dataset.remove;
    button.addEventListener("click", () => {
      marked.set(card.id, marked.get(card.id).filter((one) => one[0] !== begin || one[1] !== end));
      draw();
    });
    item.append(words, " ", button);
    list.append(item);
  }
  if (!list.children.length) list.append(Object.assign(document.createElement("li"), { textContent: list.dataset.none }));
  form.elements.spans.value = spansOf(card);
}

document.addEventListener("mouseup", () => {
  const selection = getSelection();
  const words = current()?.querySelector(".words");
  if (!isOpen() || !words || selection.isCollapsed || !words.contains(selection.anchorNode)) return;
  const range = selection.getRangeAt(0);
  if (!words.contains(range.endContainer)) return;
  const span = [place(words, range.startContainer, range.startOffset), place(words, range.endContainer, range.endOffset)];
  marked.set(current().id, [...(marked.get(current().id) ?? []), span].sort((a, b) => a[0] - b[0]));
  selection.removeAllRanges();
  draw();
});
panel.addEventListener("click", (event) => {
  const act = event.target.closest("[data-corrections]")?.dataset.corrections;
  if (act === "none") marked.set(current().id, []);
  if (act) panel.hidePopover();
  if (act) form.elements.spans.value = spansOf(current());
});
