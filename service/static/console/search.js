// What was found, by keys: next and previous go from one comment's link to another's.

import { register } from "./keys.js";

const links = [...document.querySelectorAll(".found .entry-head a")];

function step(by) {
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)].focus();
}

register("next", "j", "", () => step(1));
register("previous", "k", "", () => step(-1));
