// Deciding: shown at once, sent at once, taken back while the site has not heard; kept here while there is no connection.

import * as hand from "./hand.js";
import { get, post, Refusal } from "./requests.js";
import { announce, fill, sentence } from "./sentences.js";

const MOST_WAITING = 20;
const RETRY_MS = 4000;
const OVER = new Set(["CommentRemoved", "UnknownComment"]); // refusals after which there is nothing to decide

const bench = document.querySelector("#bench");
const toast = document.querySelector("#toast");
const strip = document.querySelector("#strip");
const stripWords = strip.firstElementChild;
const again = strip.querySelector("[data-retry]");
const undoSeconds = Number(bench.dataset.undoSeconds);
const decided = []; // what can be taken back, the latest last: {row, words, values, sent, decision, until}
const unsent = [];
let ticking = 0;
let waiting = 0;
let isSending = false;

export const isFull = () => unsent.length >= MOST_WAITING;

export function decide(values, words, canUndo = true) {
  const row = hand.currentRow();
  const one = { row, words, values, decision: null, until: performance.now() + undoSeconds * 1000 };
  hand.settle(row, words);
  hand.goOn(row);
  hand.tell(canUndo ? `${words}. ${sentence("undo")}` : `${words}.`);
  if (canUndo) decided.push(one);
  else row.dataset.released = "1";
  one.sent = transmit(one);
  tick();
}

// Sends one; whoever awaits `sent` knows afterwards whether it has a decision, or is back among the unsent.
async function transmit(one) {
  try {
    const told = await post("/acts", one.values);
    one.decision = told.decision;
    one.until = performance.now() + undoSeconds * 1000; // the server's clock starts when it records
    forgetUnsent(one);
    if (!unsent.length) strip.hidden = true;
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) {
      forgetUnsent(one);
      await refused(one, error);
    } else keep(one, error);
    return false;
  }
}

// The server said no: the card comes back, with what it said; where the comment has changed, as it stands now.
async function refused(one, error) {
  forget(one);
  hand.unsettle(one.row);
  if (OVER.has(error.kind)) {
    hand.settle(one.row, error.message);
    one.row.dataset.released = "1";
  } else hand.show(error.kind === "Stale" ? await renewed(one.row) : one.row);
  show(error.message);
  announce(error.message);
}

async function renewed(row) {
  try {
    const told = await get(bench.dataset.card, { comment: row.dataset.id });
    return hand.replace(row, told.row, told.card);
  } catch {
    return row; // it stands as it was, with what the server said
  }
}

function keep(one, error) {
  if (!unsent.includes(one)) unsent.push(one);
  const { full, failed, offline } = stripWords.dataset;
  const isHeard = error instanceof Refusal; // the server answers, but cannot record
  show(isFull() ? full : isHeard ? failed : fill(offline, unsent.length), { canRetry: true });
  clearTimeout(waiting);
  waiting = setTimeout(retry, RETRY_MS);
}

// One at a time and in order, however many timers and events ask for it.
async function retry() {
  clearTimeout(waiting);
  if (isSending) return;
  isSending = true;
  while (unsent.length) {
    const [one] = unsent;
    one.sent = transmit(one);
    if (!(await one.sent) && unsent.includes(one)) break;
  }
  isSending = false;
  tick();
}

function show(words, { canRetry = false } = {}) {
  strip.hidden = false;
  stripWords.textContent = words;
  again.hidden = !canRetry;
}

export async function undo() {
  const last = decided.pop();
  if (!last) return document.querySelector("#did")?.requestSubmit();
  draw();
  await last.sent;
  if (unsent.includes(last)) {
    forgetUnsent(last);
    if (unsent.length) show(fill(stripWords.dataset.offline, unsent.length), { canRetry: true });
    else strip.hidden = true;
  } else {
    if (last.decision === null) return; // it was refused meanwhile, and its card is back
    try {
      await post("/undo", { decision: last.decision });
    } catch (error) {
      announce(error instanceof Refusal ? sentence("late") : error.message);
      return;
    }
  }
  hand.unsettle(last.row);
  hand.show(last.row);
  announce(sentence("undone", last.words));
}

function forget(one) {
  const at = decided.indexOf(one);
  if (at >= 0) decided.splice(at, 1);
  draw();
}

function forgetUnsent(one) {
  const at = unsent.indexOf(one);
  if (at >= 0) unsent.splice(at, 1);
}

function tick() {
  draw();
  clearInterval(ticking);
  ticking = setInterval(() => {
    const now = performance.now();
    while (decided.length && decided[0].until <= now && !unsent.includes(decided[0])) {
      const [over] = decided.splice(0, 1);
      over.row.dataset.released = "1";
    }
    if (!decided.length) clearInterval(ticking);
    draw();
  }, 500);
}

function draw() {
  const last = decided.at(-1);
  toast.hidden = !last;
  if (!last) return;
  document.querySelector("#did")?.remove();
  toast.querySelector(".toast-words").textContent = last.words;
  const wait = toast.querySelector(".toast-wait");
  const seconds = Math.max(0, Math.ceil((last.until - performance.now()) / 1000));
  wait.textContent = unsent.includes(last) ? "" : fill(wait.dataset.words, seconds);
}

toast.querySelector("[data-undo]").addEventListener("click", undo);
again.addEventListener("click", retry);
window.addEventListener("online", retry);
window.addEventListener("beforeunload", (event) => {
  if (unsent.length) event.preventDefault();
});
