// The cut-offs of a guideline: two handles, the bands under them, and what people's decisions say of such cuts.

import { get } from "./requests.js";
import { announce, fill } from "./sentences.js";

const PAUSE_MS = 250;

for (const select of document.querySelectorAll(".scope select")) {
  select.addEventListener("change", () => select.form.submit());
}

const foretold = document.querySelector("#foretold");
const handles = [...document.querySelectorAll(".handle")];

if (foretold && handles.length) {
  const chosen = document.querySelector("#chosen");
  const bands = document.querySelector(".ruler--bands");
  const hold = document.querySelector(".ruler--bands .band-hold");
  const reject = document.querySelector(".ruler--bands .band-reject");
  const ticks = ["low", "high"].map((name) => document.querySelector(`.ruler--bands [data-cut=${name}]`));
  const said = ["low", "high"].map((name) => document.querySelector(`#${name}-said`));
  const texts = [...document.querySelectorAll(".ruler--bands text[y='62']")];
  let asked = 0;
  let pause = 0;

  const written = (hundredths) => (hundredths >= 100 ? "1.00" : `.${String(hundredths).padStart(2, "0")}`);
  const ends = () => handles.map((handle) => Math.round(Number(handle.value) * 100));

  function draw() {
    const [low, high] = ends();
    chosen.setAttribute("x", `${low}%`);
    chosen.setAttribute("width", `${high - low}%`);
    hold.setAttribute("x", `${low}%`);
    hold.setAttribute("width", `${high - low}%`);
    reject.setAttribute("x", `${high}%`);
    reject.setAttribute("width", `${100 - high}%`);
    bands.setAttribute("aria-label", fill(bands.dataset.words, written(low), written(high)));
    for (const text of texts) text.remove(); // their places no longer fit; the bands speak for themselves
    [low, high].forEach((end, i) => {
      for (const name of ["x1", "x2"]) ticks[i].setAttribute(name, `${end}%`);
      said[i].textContent = written(end);
      handles[i].setAttribute("aria-valuetext", written(end));
    });
    handles[0].classList.toggle("is-over", low > 50);
  }

  function moved(i) {
    const [low, high] = ends();
    if (low > high) handles[i].value = handles[1 - i].value;
    draw();
    clearTimeout(pause);
    pause = setTimeout(look, PAUSE_MS);
  }

  async function look() {
    const mine = ++asked;
    const [low, high] = ends().map(written);
    try {
      const told = await get(foretold.dataset.address, { low, high });
      if (mine !== asked) return;
      foretold.innerHTML = told.foretold; // drawn by the server, which escapes every word of it
      announce(foretold.querySelector("ul, p")?.innerText.replaceAll("\n", " ") ?? "");
    } catch {
      // the former words stay; the next move asks again
    }
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
}
