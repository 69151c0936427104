// Two handles over the dots: range, count and dots move together; the ten below and the address follow.

import { register } from "./keys.js";
import { get } from "./requests.js";
import { announce, sentence } from "./sentences.js";

const PAUSE_MS = 250; // after the last move, before the server is asked
const UNSEEN_MS = 500; // a page this young cannot have been read

const scope = document.querySelector("#scope");
const form = document.querySelector("#batch");

for (const select of scope?.querySelectorAll("select") ?? []) {
  select.addEventListener("change", () => scope.submit());
}

if (form) {
  const dots = document.querySelector("#dots");
  const counts = JSON.parse(dots.dataset.counts);
  const lines = [...dots.querySelectorAll(".dots")];
  const handles = [...document.querySelectorAll(".handle")];
  const fields = [document.querySelector("#low"), document.querySelector("#high")];
  const hidden = [document.querySelector("#chosen-from"), document.querySelector("#chosen-to")];
  const chosen = document.querySelector("#chosen");
  const list = document.querySelector("#peek");
  const leftOut = document.querySelector("#left-out");
  const limit = document.querySelector("#limit");
  const limitWords = limit.textContent;
  const locale = document.documentElement.lang;
  const openedAt = performance.now();
  let lot = Number(form.dataset.lot);
  let asked = 0;
  let pause = 0;

  const written = (hundredths) => (hundredths >= 100 ? "1.00" : `.${String(hundredths).padStart(2, "0")}`);
  const ends = () => handles.map((handle) => Math.round(Number(handle.value) * 100));

  const peekedOf = (box) => box.closest("li").querySelector("[name=peeked]");
  const unticked = () => [...leftOut.children, ...[...list.querySelectorAll("[name=keep]:not(:checked)")].map(peekedOf)];
  const within = (one, low, high) => {
    const column = Math.min(99, Math.floor(Number(one.dataset.score) * 100 + 1e-9));
    return column >= low && column < high;
  };

  function draw() {
    const [low, high] = ends();
    for (const line of lines) {
      const column = Number(line.dataset.column);
      line.classList.toggle("is-in", column >= low && column < high);
    }
    chosen.setAttribute("x", `${low}%`);
    chosen.setAttribute("width", `${high - low}%`);
    [low, high].forEach((end, i) => {
      fields[i].value = hidden[i].value = written(end);
      handles[i].setAttribute("aria-valuetext", written(end));
    });
    handles[0].classList.toggle("is-over", low > 50); // where both meet at the end, the lower one must stay within reach
    tally(low, high);
  }

  function tally(low, high) {
    const n = counts.slice(low, high).reduce((sum, one) => sum + one, 0);
    const out = unticked().filter((one) => within(one, low, high)).length;
    const rest = Math.max(0, n - out).toLocaleString(locale);
    const isTooMany = n - out > Number(limit.dataset.most);
    document.querySelector("#count").textContent = rest;
    for (const span of form.querySelectorAll(".how-many")) span.textContent = rest;
    for (const button of form.querySelectorAll("[data-decides]")) button.disabled = n - out <= 0 || isTooMany;
    limit.textContent = isTooMany ? limit.dataset.words : limitWords;
  }

  function moved(i) {
    const [low, high] = ends();
    if (low >= high) handles[i].value = i === 0 ? (high - 1) / 100 : (low + 1) / 100;
    draw();
    clearTimeout(pause);
    pause = setTimeout(() => look(true), PAUSE_MS);
  }

  // What was un-ticked stays out though others are drawn.
  async function look(isOtherRange) {
    const values = Object.fromEntries(new FormData(form));
    const wanted = { site: values.site, queue: values.queue, by: values.by, section: values.section, seen: values.seen, from: values.from, to: values.to, lot };
    const mine = ++asked;
    list.setAttribute("aria-busy", "true");
    if (isOtherRange) remember(wanted);
    try {
      const told = await get(form.dataset.peek, wanted);
      if (mine !== asked) return;
      leftOut.replaceChildren(...unticked());
      list.innerHTML = told.peek; // drawn by the server, which escapes every word of it
      for (const one of [...leftOut.children]) {
        const box = list.querySelector(`[name=keep][value="${one.value}"]`);
        if (!box) continue;
        box.checked = false;
        one.remove();
      }
      document.querySelector("#expect").innerHTML = told.expect;
      tally(...ends());
      const [low, high] = ends();
      announce(sentence("selected", document.querySelector("#count").textContent, written(low), written(high)));
    } catch {
      announce(sentence("offline"));
    } finally {
      if (mine === asked) list.removeAttribute("aria-busy");
    }
  }

  function remember(wanted) {
    const url = new URL(location.href);
    url.searchParams.delete("failed");
    url.searchParams.delete("lot");
    for (const name of ["from", "to"]) url.searchParams.set(name, wanted[name]);
    history.replaceState(null, "", url);
  }

  handles.forEach((handle, i) => {
    handle.addEventListener("input", () => moved(i));
    handle.addEventListener("keydown", (event) => {
      if (!event.shiftKey || !event.key.startsWith("Arrow")) return; // Shift makes a step of five
      event.preventDefault();
      handle.value = Number(handle.value) + (/Right|Up/.test(event.key) ? 0.05 : -0.05);
      moved(i);
    });
  });
  fields.forEach((field, i) => {
    field.addEventListener("change", () => {
      const value = Number(field.value.replace(",", "."));
      if (Number.isFinite(value)) handles[i].value = value;
      moved(i);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // Enter ends the field; it does not decide about two hundred comments
      field.dispatchEvent(new Event("change"));
    });
  });
  list.addEventListener("change", () => tally(...ends()));

  const others = document.querySelector("#others");
  const draws = () => {
    lot += 1;
    look(false);
  };
  others.addEventListener("click", (event) => {
    event.preventDefault();
    draws();
  });

  form.addEventListener("submit", (event) => {
    const isReject = event.submitter?.value === "reject";
    if (isReject && !form.querySelector("[name=guideline]:checked")) {
      event.preventDefault();
      announce(sentence("nameOne"));
      form.querySelector("[name=guideline]").focus();
    }
  });
  const press = (name) => () => {
    const button = form.querySelector(`[value=${name}]`);
    if (performance.now() - openedAt > UNSEEN_MS && !button.disabled) button.click();
  };
  register("approve", "a", sentence("approve"), press("approve"));
  register("reject", "r", sentence("reject"), press("reject"));
  register("hold", "h", sentence("hold"), press("hold"));
  register("peek", "p", "", draws);
  // Those who never leave the keys walk down the ten and untick as they read.
  const boxes = () => [...list.querySelectorAll("[name=keep]")];
  const step = (by) => () => {
    const all = boxes();
    const at = all.indexOf(document.activeElement);
    all[Math.min(Math.max(at < 0 ? 0 : at + by, 0), all.length - 1)]?.focus();
  };
  register("next", "j", "", step(1));
  register("previous", "k", "", step(-1));
  register("select", "x", "", () => boxes().includes(document.activeElement) && document.activeElement.click());
  draw();
}
