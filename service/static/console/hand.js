// The hand: rows and cards of one page, which of them is open, and which are decided.

import { announce, fill, sentence } from "./sentences.js";

const list = document.querySelector("#rows");
const work = document.querySelector("#work");
const place = document.querySelector("#place");
const empty = document.querySelector("#empty");
const name = document.querySelector("#list-name");
const KEPT_ROWS = 16; // decided rows stay a while where they were; then the oldest go

export let shownAt = performance.now();
const listeners = [];

export const rows = () => [...list.querySelectorAll(".row")];
export const cardOf = (row) => row && document.querySelector(`#c-${row.dataset.id}`);
export const rowOf = (id) => list.querySelector(`.row[data-id="${id}"]`);
export const open = () => rows().filter((row) => !row.dataset.fate);
export const currentRow = () => list.querySelector(".row:has([aria-current])");
export const current = () => cardOf(currentRow());
export const whenShown = (act) => listeners.push(act);

export function show(row, { moveFocus = true } = {}) {
  for (const one of rows()) {
    const link = one.querySelector("a");
    if (one === row) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
  for (const card of work.querySelectorAll(".card")) card.hidden = card !== cardOf(row);
  empty.hidden = Boolean(row);
  count();
  if (row) {
    row.scrollIntoView({ block: "nearest" });
    work.scrollTop = 0;
    shownAt = performance.now();
    if (moveFocus) cardOf(row).focus({ preventScroll: true });
  }
  for (const act of listeners) act(cardOf(row));
}

export function step(by) {
  const all = rows().filter((row) => cardOf(row) && !row.dataset.fate);
  const at = all.indexOf(currentRow());
  const next = all[Math.max(0, Math.min(at + by, all.length - 1))];
  if (next) {
    show(next);
    tell();
  }
}

export function tell(before = "") {
  const card = current();
  if (!card) return announce(before);
  const waiting = open();
  const where = sentence("place", waiting.indexOf(currentRow()) + 1, waiting.length, card.dataset.author);
  announce(`${before} ${where} ${card.dataset.why}`.trim());
}

// Goes on to the next that is undecided, below if there is one, else from the top.
export function goOn(from) {
  const all = rows();
  const at = all.indexOf(from);
  const next = all.slice(at + 1).find((row) => !row.dataset.fate) ?? all.find((row) => !row.dataset.fate);
  show(next ?? null);
}

// Marks a row as decided, by oneself or by somebody else: it keeps its height, so that nothing below it moves.
export function settle(row, words) {
  row.dataset.fate = words;
  row.classList.add("is-decided");
  const fate = document.createElement("span");
  fate.className = "row-fate";
  fate.textContent = words;
  row.querySelector(".row-head").after(fate);
}

export function unsettle(row) {
  delete row.dataset.fate;
  row.classList.remove("is-decided");
  row.querySelector(".row-fate")?.remove();
}

// Puts a comment as it stands now in the place of what was drawn of it; answers with its new row.
export function replace(row, rowHtml, cardHtml) {
  const fresh = parsed(rowHtml);
  cardOf(row).replaceWith(parsed(cardHtml));
  row.replaceWith(fresh);
  return fresh;
}

export function add(rowsOfNew, cardsOfNew) {
  rowsOfNew.forEach((html, i) => {
    const row = parsed(html);
    if (!row || rowOf(row.dataset.id)) return;
    list.append(row);
    empty.before(parsed(cardsOfNew[i]));
  });
  const gone = rows().filter((row) => row.dataset.fate && row !== currentRow() && row.dataset.released);
  for (const row of gone.slice(0, Math.max(0, rows().length - KEPT_ROWS))) {
    const before = list.scrollTop;
    const height = row.offsetHeight;
    cardOf(row)?.remove();
    row.remove();
    list.scrollTop = Math.max(0, before - height);
  }
  if (!currentRow() || currentRow().dataset.fate) goOn(currentRow());
  else count(); // the card that is open stays as it is: someone may be choosing reasons for it
}

function count() {
  const waiting = open();
  const at = waiting.indexOf(currentRow());
  place.textContent = at >= 0 ? fill(place.dataset.words, at + 1, waiting.length) : "";
  name.textContent = fill(name.dataset.words, waiting.length);
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // drawn and escaped by our own server
  return holder.content.firstElementChild;
}

list.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const row = link.closest(".row");
  if (row.dataset.fate || !cardOf(row)) return;
  show(row);
  tell();
});
for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => {
    step(Number(button.dataset.step));
    button.focus();
  });
}
