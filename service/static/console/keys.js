// Keys: one each, by name, so that everyone can remap them; never while someone types, composes or holds a key down.

const chosen = JSON.parse(document.body.dataset.keys || "{}");
const acts = new Map(); // by key: {name, words, act}
const names = new Map(); // by name: {key, words}
let isLed = !chosen.leader;
let goesTo = false;

const PAGES = { q: "/queues/held", b: "/batches/new", n: "/numbers", d: "/deliveries", s: "/search" };

export function register(name, key, words, act) {
  const own = chosen.map?.[name] ?? key;
  names.set(name, { key: own, words: words || spoken(name) });
  acts.set(own, act);
}

export const keyOf = (name) => names.get(name)?.key ?? "";

const dialog = document.querySelector("#keys");
const spoken = (name) => dialog?.querySelector(`[data-key="${name}"]`)?.dataset.words ?? name;

const isTyping = (event) => event.target.closest("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat || event.altKey) return;
  if (event.ctrlKey || event.metaKey || chosen.off || isTyping(event)) return;
  if (document.querySelector("dialog[open]") && event.key !== "?") return;
  if (goesTo) {
    goesTo = false;
    const page = PAGES[event.key];
    if (page) location.assign(page);
    return;
  }
  if (chosen.leader && !isLed) {
    isLed = event.key === chosen.leader;
    return;
  }
  isLed = !chosen.leader;
  if (event.key === "g") {
    goesTo = true;
    return;
  }
  const act = acts.get(event.key);
  if (!act) return;
  event.preventDefault();
  act(event);
});

function show() {
  if (!dialog) return;
  for (const term of dialog.querySelectorAll("[data-key]")) {
    const own = names.get(term.dataset.key)?.key ?? chosen.map?.[term.dataset.key];
    if (own) term.textContent = own;
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

register("help", "?", "", show);
register("search", "/", "", () => location.assign("/search"));
for (const [i, queue] of ["held", "reported", "appealed", "second-opinion", "sampled"].entries()) {
  register(`queue-${i + 1}`, String(i + 1), "", () => location.assign(`/queues/${queue}`));
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-act=help]")) show();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});
