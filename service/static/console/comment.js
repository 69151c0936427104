// One comment on its own page, by the same keys as in a queue. Everything they do stands on a button or a link.

import { register } from "./keys.js";
import { listen, open } from "./panels.js";

const form = document.querySelector("#decide");
const reasons = document.querySelector("#reasons");
const message = document.querySelector("#message");

const click = (selector) => () => document.querySelector(selector)?.click();
const press = (name) => click(`.decide > div:not([popover]) [name=act][value=${name}]`);
const details = (name) => () => {
  const one = document.querySelector(`[data-${name}]`);
  if (one) one.open = !one.open;
  if (one?.open) one.querySelector("textarea")?.focus();
};

function write() {
  open(reasons);
  message.open = true;
  form.elements.message.focus();
}

if (form) {
  register("approve", "a", "", press("approve"));
  register("reject", "r", "", () => open(reasons));
  register("hold", "h", "", press("hold"));
  register("escalate", "e", "", press("escalate"));
  register("opinion", "o", "", () => open(document.querySelector("#opinion")));
  register("message", "m", "", write);
  form.querySelectorAll("[popover]").forEach(listen);
  form.querySelector("[data-act=message]").addEventListener("click", write);
  document.querySelector("#template")?.addEventListener("change", (event) => {
    form.elements.message.value = event.target.value;
  });
}
register("note", "n", "", details("note"));
register("author", "u", "", click("[data-act=author]"));
register("thread", "t", "", details("thread"));
register("diff", "d", "", details("diff"));
register("alike", "l", "", click("[data-act=alike]"));
register("undo", "z", "", click("#did [type=submit]"));
