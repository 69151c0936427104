// Deciding: shown at once, sent at once, taken back while the site has not heard; kept here while there is no connection.

import * as hand from "./hand.js";
import { post, Refusal } from "./requests.js";
import { announce, fill, sentence } from "./sentences.js";

const MOST_WAITING = 20;
const RETRY_MS = 4000;

const bench = document.querySelector("#bench");
const toast = document.querySelector("#toast");
const strip = document.querySelector("#strip");
const undoSeconds = Number(bench.dataset.undoSeconds);
const decided = []; // the latest last: {row, words, values, sent, decision, until}
const unsent = [];
let ticking = 0;

export const isFull = () => unsent.length >= MOST_WAITING;

export function decide(values, words) {
  const row = hand.currentRow();
  const one = { row, words, values, decision: null, until: performance.now() + undoSeconds * 1000 };
  hand.settle(row, words);
  hand.goOn(row);
  hand.tell(`${words}. ${sentence("undo")}`);
  decided.push(one);
  one.sent = transmit(one);
  tick();
}

async function transmit(one) {
  try {
    const told = await post("/acts", one.values);
    one.decision = told.decision;
    one.until = performance.now() + undoSeconds * 1000; // the server's clock starts when it records
    settleConnection();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) refused(one, error);
    else keep(one);
    return false;
  }
}

// The server said no: the card comes back as it was, with what it said.
function refused(one, error) {
  forget(one);
  hand.unsettle(one.row);
  hand.show(one.row);
  say(error.message, error.kind === "Stale");
}

function keep(one) {
  if (!unsent.includes(one)) unsent.push(one);
  const words = strip.firstElementChild.dataset;
  strip.hidden = false;
  strip.firstElementChild.textContent = isFull() ? words.full : fill(words.offline, unsent.length);
  setTimeout(retry, RETRY_MS);
}

async function retry() {
  while (unsent.length) {
    const one = unsent[0];
    try {
      const told = await post("/acts", one.values);
      one.decision = told.decision;
      one.until = performance.now() + undoSeconds * 1000;
      unsent.shift();
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) return void setTimeout(retry, RETRY_MS);
      unsent.shift();
      refused(one, error);
    }
  }
  settleConnection();
  tick();
}

function settleConnection() {
  if (!unsent.length) strip.hidden = true;
}

function say(words, mayReload) {
  strip.hidden = false;
  strip.firstElementChild.textContent = words;
  strip.dataset.reload = mayReload ? "1" : "";
  announce(words);
}

export async function undo() {
  const last = decided.pop();
  if (!last) return;
  draw();
  if (unsent.includes(last)) unsent.splice(unsent.indexOf(last), 1);
  else {
    await last.sent;
    if (last.decision === null) return; // escalated or asked: nothing that waits
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
  toast.querySelector(".toast-words").textContent = last.words;
  const wait = toast.querySelector(".toast-wait");
  wait.textContent = fill(wait.dataset.words, Math.max(0, Math.ceil((last.until - performance.now()) / 1000)));
}

toast.querySelector("[data-undo]").addEventListener("click", undo);
strip.querySelector("[data-retry]").addEventListener("click", () => {
  if (strip.dataset.reload) location.reload();
  else retry();
});
window.addEventListener("online", retry);
window.addEventListener("beforeunload", (event) => {
  if (unsent.length) event.preventDefault();
});
