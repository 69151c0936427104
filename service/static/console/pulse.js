// The pulse: every five seconds what changed since, asked conditionally; and the hand refilled as it empties.

import * as hand from "./hand.js";
import { get, farewell, post } from "./requests.js";
import { fill, sentence } from "./sentences.js";

const EVERY_MS = 5000;
const REFILL_BELOW = 4;

const bench = document.querySelector("#bench");
const pill = document.querySelector("#show-new");
const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);
let until = bench.dataset.until;
let since = bench.dataset.since;
let isRefilling = false;

export async function refill() {
  if (isRefilling || hand.open().length >= REFILL_BELOW) return;
  isRefilling = true;
  try {
    const had = hand.rows().map((row) => row.dataset.id).join(",");
    const told = await get(bench.dataset.hand, { had });
    until = told.until;
    hand.add(told.rows, told.cards);
  } catch {
    // the next pulse tries again
  } finally {
    isRefilling = false;
  }
}

async function beat() {
  if (document.hidden) return;
  try {
    const have = hand.open().map((row) => row.dataset.id).join(",");
    const told = await get(bench.dataset.pulse, { since, have });
    draw(told);
    await refill();
  } catch {
    // deciding says when there is no connection
  }
}

function draw(told) {
  for (const link of document.querySelectorAll(".queues [data-queue]")) {
    const tally = told.queues[link.dataset.queue];
    const count = link.querySelector("[data-count]");
    if (!tally || !count) continue;
    count.textContent = numbers.format(tally.n);
  }
  pill.hidden = !told.n_new;
  pill.firstElementChild.textContent = fill(pill.dataset.words, numbers.format(told.n_new));
  for (const [id, fate] of Object.entries(told.fates)) {
    const row = hand.rowOf(id);
    if (!row || row.dataset.fate) continue;
    const what = sentence({ APPROVED: "approve", REJECTED: "rejected", HELD: "hold" }[fate.status] ?? "lost");
    const wasCurrent = row === hand.currentRow();
    hand.settle(row, sentence("by", what, fate.who));
    row.dataset.released = "1";
    if (wasCurrent) hand.cardOf(row)?.classList.add("is-gone");
  }
}

// Arrivals wait until they are asked for: the hand is let go, and dealt anew.
export function showNew() {
  if (!pill.hidden) location.assign(pill.href);
}

function count() {
  const left = Math.max(0, Math.round((new Date(until) - Date.now()) / 1000));
  const written = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  for (const clock of document.querySelectorAll(".claim [data-until]")) clock.textContent = written;
  for (const button of document.querySelectorAll(".claim [data-keep]")) button.hidden = left > 60;
}

document.querySelector("#work").addEventListener("click", async (event) => {
  if (!event.target.closest("button[data-keep]")) return;
  ({ until } = await post(bench.dataset.keep, {}));
  count();
});
// What this page had is let go of; what the next one, asked for meanwhile, was dealt is claimed for longer, and stays.
window.addEventListener("pagehide", () => farewell(bench.dataset.leave, { until }));
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

setInterval(beat, EVERY_MS);
setInterval(count, 1000);
count();
