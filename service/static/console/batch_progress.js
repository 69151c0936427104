// A batch at work: how far it is, asked every half second while it moves, and the time left to take it back.

import { register } from "./keys.js";
import { get } from "./requests.js";
import { announce, fill, sentence } from "./sentences.js";

const MOVING_MS = 500;
const RETRY_MS = 3000;
const MOVING = new Set(["running", "undoing"]);
const UNDOABLE = new Set(["running", "waiting"]);

const run = document.querySelector("#run");
const undo = document.querySelector("#undo");
const left = document.querySelector("#left");
let until = performance.now() + Number(run.dataset.secondsLeft) * 1000;

async function look() {
  try {
    const told = await get(run.dataset.progress, {});
    show(told);
    if (MOVING.has(told.state)) setTimeout(look, MOVING_MS);
  } catch {
    setTimeout(look, RETRY_MS);
  }
}

function show(told) {
  document.querySelector("#bar").value = told.n;
  document.querySelector("#words").textContent = told.words;
  if (run.dataset.state !== told.state) announce(told.words);
  run.dataset.state = told.state;
  until = performance.now() + told.seconds_left * 1000;
  if (undo) undo.hidden = !UNDOABLE.has(told.state);
  count();
}

function count() {
  if (!left) return;
  const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
  const isWaiting = run.dataset.state === "waiting";
  left.textContent = isWaiting ? fill(left.dataset.words, `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`) : "";
  if (isWaiting && !seconds) setTimeout(look, 1000);
}

if (MOVING.has(run.dataset.state)) setTimeout(look, MOVING_MS);
setInterval(() => run.dataset.state === "waiting" && count(), 1000);
register("undo", "z", sentence("undo"), () => undo && !undo.hidden && undo.requestSubmit());
