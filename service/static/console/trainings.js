// Runs of retraining at work: the list asked for every second while anything is to come, conditionally.

import { announce } from "./sentences.js";

const MOVING_MS = 1000;
const RETRY_MS = 5000;

const section = document.querySelector("#trainings");
const list = document.querySelector("#trainings-list");

const isOpen = () => list.querySelector("[data-open]")?.dataset.open === "1";
const states = () => new Map([...list.querySelectorAll("[data-training]")].map((row) => [row.dataset.training, row]));

async function look() {
  if (document.hidden) return setTimeout(look, MOVING_MS);
  try {
    const answer = await fetch(section.dataset.list, { headers: { Accept: "text/html" }, cache: "no-cache" });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    show(await answer.text());
    if (isOpen()) setTimeout(look, MOVING_MS);
  } catch {
    setTimeout(look, RETRY_MS);
  }
}

// The words of a run are said aloud when it changes what it does, not at every step of its bar.
function show(drawn) {
  const before = states();
  const fresh = new DOMParser().parseFromString(drawn, "text/html");
  list.replaceChildren(...fresh.body.childNodes);
  for (const [id, row] of states()) {
    const words = row.querySelector("[data-words]").textContent;
    const former = before.get(id)?.querySelector("[data-words]").textContent;
    if (former && former !== words) announce(words);
  }
}

if (isOpen()) setTimeout(look, MOVING_MS);
