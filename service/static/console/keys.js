// Keys: one each, by name, so that everyone can remap them; never while someone types, composes or holds a key down.

const PAGES = { q: "/queues/held", b: "/batches/new", n: "/numbers", d: "/deliveries", s: "/search" };
const QUEUES = ["held", "reported", "appealed", "second-opinion", "sampled"];
const SECOND_KEY_MS = 3000; // after the leader, or after g: so long the next key counts as theirs

const chosen = JSON.parse(document.body.dataset.keys || "{}");
const map = chosen.map ?? {};
const names = new Map(); // by name: {key, fallback, words, act}
const dialog = document.querySelector("#keys");
const led = new WeakSet(); // events that came right after the leader
let ledUntil = 0;
let goesUntil = 0;

// Give a name its key; someone's own choice goes before what a page suggests. `words` say what it does.
export function register(name, key, words, act) {
  names.set(name, { key: map[name] ?? key, fallback: key, words: words || spoken(name), act });
}

export const keyOf = (name) => (chosen.off ? "" : (names.get(name)?.key ?? map[name] ?? ""));

// What can be done on this page, for the palette.
export const acts = () => [...names].filter(([, { act }]) => act)
  .map(([name, { words }]) => ({ name, words, key: keyOf(name) }));

export const perform = (name, event) => names.get(name)?.act?.(event);

// Tell whether a key belongs to a name and may be acted on now; for keys that are held, such as the one that lifts masks.
export const isFor = (name, event) => isFree(event) && pressed(event) === keyOf(name) && (!chosen.leader || led.has(event));

const spoken = (name) => dialog?.querySelector(`[data-key="${name}"]`)?.dataset.words ?? name;

const isTyping = (target) => target instanceof Element
  && target.closest("input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit]), textarea, select, [contenteditable]");

const isFree = (event) => !event.defaultPrevented && !event.isComposing && !event.ctrlKey && !event.metaKey
  && !event.altKey && !chosen.off && !isTyping(event.target);

// Caps Lock alone makes no other key of a letter.
const pressed = (event) => (event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key);

// A key that somebody chose for one act goes before the same key where a page suggests it for another.
function named(key) {
  const found = [...names].filter(([, one]) => one.key === key && one.act);
  return found.find(([name]) => map[name] === key) ?? found.at(-1);
}

document.addEventListener("keydown", (event) => {
  if (!isFree(event) || event.repeat || ["Shift", "CapsLock"].includes(event.key)) return;
  const key = pressed(event);
  if (document.querySelector("dialog[open], [role=dialog][popover='']:popover-open") && key !== keyOf("help")) return;
  const now = performance.now();
  if (now < goesUntil) {
    goesUntil = 0;
    if (PAGES[key]) location.assign(PAGES[key]);
    return;
  }
  if (chosen.leader && now >= ledUntil) {
    if (key === chosen.leader) ledUntil = now + SECOND_KEY_MS;
    return;
  }
  ledUntil = 0;
  led.add(event);
  const [, one] = named(key) ?? [];
  if (!one) return;
  event.preventDefault();
  one.act(event);
});

function show() {
  if (!dialog) return;
  for (const term of dialog.querySelectorAll("[data-key]")) {
    const own = names.get(term.dataset.key)?.key ?? map[term.dataset.key];
    if (own) term.textContent = own;
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

// Buttons name their keys: what someone remapped is written on them too, on cards that come later as well.
function relabel(root) {
  const changed = new Map([...names].filter(([, one]) => one.key !== one.fallback).map(([, one]) => [one.fallback, one.key]));
  for (const label of root.querySelectorAll("kbd:not([data-key], [data-own])")) {
    const own = changed.get(label.textContent.trim().toLowerCase());
    if (!own || label.closest("#keys, label")) continue;
    label.dataset.own = "";
    (label.firstElementChild ?? label).textContent = own.toUpperCase();
  }
}

register("help", "?", "", show);
register("search", "/", "", () => {
  const field = document.querySelector("[data-search]");
  if (!field) return location.assign("/search");
  field.focus();
  field.select();
});
register("go", "g", "", () => { goesUntil = performance.now() + SECOND_KEY_MS; });
for (const [i, queue] of QUEUES.entries()) {
  register(`queue-${i + 1}`, String(i + 1), "", () => location.assign(`/queues/${queue}`));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-act=help]")) show();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

document.body.classList.toggle("has-no-keys", Boolean(chosen.off));
if (Object.keys(map).length) {
  const relabelAll = () => relabel(document);
  window.addEventListener("load", relabelAll); // by then every module has registered its keys
  new MutationObserver(relabelAll).observe(document.body, { childList: true, subtree: true });
}
