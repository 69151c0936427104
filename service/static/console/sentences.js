// What the page says by itself: whole sentences from the server, in the reader's language, with places to fill.

const held = document.querySelector("#sentences");
const status = document.querySelector("#said");

export function sentence(name, ...values) {
  return fill(held?.dataset[name] ?? "", ...values);
}

// Fills "#", "##", "###" with the first, second and third value.
export function fill(words, ...values) {
  return words.replace(/#+/g, (mark) => String(values[mark.length - 1] ?? mark));
}

export function announce(words) {
  if (status) status.textContent = words;
}
