// The palette: any id, address, name or command, from anywhere by Ctrl-K; worked by keys alone or by pointer.

import { acts, keyOf, perform } from "./keys.js";
import { get } from "./requests.js";

const WAIT_MS = 90; // so long a pause in typing means that an answer is wanted

const dialog = document.querySelector("#finder");
const field = dialog.querySelector("[role=combobox]");
const list = dialog.querySelector("[role=listbox]");
const foot = dialog.querySelector("[role=status]");
let entries = [];
let at = 0;
let asked = 0;
let waiting = 0;
let isSettled = true;
let wantsToGo = false;

function open() {
  if (dialog.open) return;
  field.value = "";
  show([]);
  dialog.showModal();
  ask();
}

// Only the answer to what stands in the field now counts; a slower one to what stood there before does not.
async function ask() {
  const text = field.value.trim();
  const own = ++asked;
  isSettled = false;
  let words;
  let found = [];
  try {
    found = (await get(dialog.dataset.address, { q: text })).entries;
  } catch (error) {
    words = error.status === 401 ? foot.dataset.signedOut : foot.dataset.failed;
  }
  if (own !== asked) return;
  isSettled = true;
  show(withActs(text, found), words);
  if (wantsToGo) choose();
}

// What this page itself can do comes before the search that everything else ends in.
function withActs(text, found) {
  const taken = new Set(found.map((entry) => entry.name).filter(Boolean));
  const parts = text.toLowerCase().split(/\s+/);
  const fits = ({ words }) => parts.every((part) => words.toLowerCase().split(/\s+/).some((word) => word.startsWith(part)));
  const own = text
    ? acts().filter((act) => act.words !== act.name && !taken.has(act.name) && !act.name.startsWith("queue-") && fits(act))
    : [];
  const end = text && found.length ? found.length - 1 : found.length;
  return [...found.slice(0, end), ...own, ...found.slice(end)];
}

function show(found, words) {
  entries = found;
  list.replaceChildren(...entries.map(line));
  field.setAttribute("aria-expanded", String(entries.length > 0));
  const { one, many, none } = foot.dataset;
  const n = entries.length;
  foot.textContent = words ?? (!dialog.open ? "" : n === 0 ? none : n === 1 ? one : many.replace("#", n));
  point(0);
}

function line(entry, place) {
  const item = document.createElement("li");
  item.id = `finder-${place}`;
  item.setAttribute("role", "option");
  item.append(told("bdi", "finder-words", entry.words));
  if (entry.detail) item.append(told("bdi", "finder-detail", entry.detail));
  const key = entry.key || (entry.name ? keyOf(entry.name) : "");
  if (key) {
    const keys = told("span", "finder-keys", "");
    keys.append(...key.split(" ").map((one) => told("kbd", "", one)));
    item.append(keys);
  }
  return item;
}

function told(tag, name, words) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = words;
  return element;
}

function point(place) {
  at = entries.length ? (place + entries.length) % entries.length : 0;
  for (const [i, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(i === at));
  const current = list.children[at];
  if (current) field.setAttribute("aria-activedescendant", current.id);
  else field.removeAttribute("aria-activedescendant");
  current?.scrollIntoView({ block: "nearest" });
}

function choose() {
  if (!isSettled) { // Enter came before the answer: the answer's first line is meant
    wantsToGo = true;
    return;
  }
  wantsToGo = false;
  const entry = entries[at];
  if (!entry) return;
  dialog.close();
  if (entry.form) document.getElementById(entry.form).requestSubmit();
  else if (entry.address) location.assign(entry.address);
  else perform(entry.name);
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  isSettled = false;
  wantsToGo = false;
  asked += 1;
  waiting = setTimeout(ask, WAIT_MS);
});
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) point(at + steps[event.key]);
  else if (event.key === "Enter") choose();
  else return;
  event.preventDefault();
});
list.addEventListener("pointermove", (event) => {
  const item = event.target.closest("[role=option]");
  if (item && item !== list.children[at]) point([...list.children].indexOf(item));
});
list.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (!item) return;
  point([...list.children].indexOf(item));
  choose();
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => { clearTimeout(waiting); asked += 1; wantsToGo = false; });

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault(); // else the browser takes it for its own search
  if (dialog.open) dialog.close();
  else if (!document.querySelector("dialog[open]") && !event.repeat) open();
});
for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", open);
