// The queue by keyboard: one key each, and everything it does stands on a button too.

import * as corrections from "./corrections.js";
import { decide, isFull, undo } from "./deciding.js";
import * as hand from "./hand.js";
import { register } from "./keys.js";
import * as panels from "./panels.js";
import { refill, showNew } from "./pulse.js";
import { announce, sentence } from "./sentences.js";

const UNSEEN_MS = 150; // a card this young cannot have been read: a bounced key must not decide it
const PLACEHOLDER = /\{(?!(?:author|article|guideline|site)\})[^{}\n]{0,60}\}|#{3,}[^#\n]{0,60}#{3,}|\[(?:…|\.\.\.)[^\]\n]{0,60}\]/;

const ASKS_OTHERS = new Set(["escalate", "opinion"]); // nothing that waits: others see it at once

const form = document.querySelector("#decide");
const reasons = document.querySelector("#reasons");
const opinion = document.querySelector("#opinion");
const refusal = document.querySelector("#reasons-refused");
const message = document.querySelector("#message");
const words = form.elements.message;

// The form speaks of the card that is open; what the scores suggest is ticked, and un-ticking it is a label.
hand.whenShown((card) => {
  for (const button of form.querySelectorAll("button")) button.disabled = !card;
  if (!card) return;
  form.elements.comment.value = card.dataset.id;
  form.elements.revision.value = card.dataset.revision;
  form.elements.suggested.value = card.dataset.suggested;
  form.elements.spans.value = corrections.spansOf(card);
  words.value = "";
  document.querySelector("#reasons-list").replaceChildren(
    card.querySelector("template[data-guidelines]").content.cloneNode(true),
  );
});

const isReady = () => hand.current() && performance.now() - hand.shownAt > UNSEEN_MS && !isFull()
  && !hand.currentRow().dataset.fate;

function act(name, said) {
  if (!isReady()) return;
  const values = [...new FormData(form)].filter(([field]) => field !== "act");
  decide([...values, ["act", name]], said, !ASKS_OTHERS.has(name));
  refill();
}

function reject() {
  const ticked = [...reasons.querySelectorAll("[name=guideline]:checked")];
  refusal.hidden = ticked.length > 0 && !PLACEHOLDER.test(words.value);
  if (!ticked.length) return refuse(sentence("nameOne"), reasons.querySelector("[name=guideline]"));
  if (PLACEHOLDER.test(words.value)) {
    message.open = true;
    return refuse(sentence("unfilled"), words);
  }
  reasons.hidePopover();
  const names = ticked.map((box) => box.closest("label").querySelector(".name").textContent);
  act("reject", sentence("reject", names.join(", ")));
}

function refuse(why, focus) {
  refusal.textContent = why;
  focus?.focus();
}

function openReasons() {
  if (!isReady()) return;
  refusal.hidden = true;
  panels.open(reasons);
}

const details = (name) => () => {
  const one = hand.current()?.querySelector(`[data-${name}]`);
  if (one) one.open = !one.open;
  if (one?.open) one.querySelector("textarea")?.focus();
};

register("next", "j", "", () => hand.step(1));
register("previous", "k", "", () => hand.step(-1));
register("approve", "a", "", () => act("approve", sentence("approve")));
register("reject", "r", "", openReasons);
register("hold", "h", "", () => act("hold", sentence("hold")));
register("escalate", "e", "", () => act("escalate", sentence("escalate")));
register("opinion", "o", "", () => isReady() && panels.open(opinion));
register("correct", "w", "", corrections.toggle);
register("note", "n", "", details("note"));
register("message", "m", "", write);
register("author", "u", "", () => hand.current()?.querySelector("[data-act=author]").click());
register("thread", "t", "", details("thread"));
register("diff", "d", "", details("diff"));
register("alike", "l", "", () => hand.current()?.querySelector("[data-act=alike]")?.click());
register("undo", "z", "", undo);
register("show-new", ".", "", showNew);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = event.submitter?.value;
  if (name === "reject") reject();
  else if (name === "opinion") {
    opinion.hidePopover();
    act("opinion", sentence("opinion"));
  } else if (name) act(name, sentence(name));
});

for (const panel of [reasons, opinion]) panels.listen(panel);
document.querySelector("#template")?.addEventListener("change", (event) => {
  words.value = event.target.value; // the server fills in what it knows: author, article, guideline, site
});
function write() {
  openReasons();
  message.open = true;
  words.focus();
}

document.querySelector("#bench").addEventListener("click", (event) => {
  const name = event.target.closest("button[data-act]")?.dataset.act;
  if (name === "message") write();
  if (name === "correct") corrections.toggle();
});
for (const select of document.querySelectorAll(".list-tools select")) {
  select.addEventListener("change", () => select.form.submit());
}
document.querySelector("[data-apply]")?.remove();
document.querySelector(".queues [aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });

hand.show(hand.currentRow() ?? null, { moveFocus: Boolean(hand.currentRow()) });
announce("");
