// Talking to the server: forms sent with this session's token, and answers read as JSON.

export class Refusal extends Error {
  constructor(status, told) {
    super(told.error ?? `HTTP ${status}`);
    this.status = status;
    this.kind = told.kind ?? "";
  }
}

const token = () => document.querySelector("meta[name=csrf-token]").content;

export async function post(address, values) {
  const answer = await fetch(address, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { Accept: "application/json", "X-CSRF-Token": token() },
    redirect: "error",
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}

export async function get(address, values) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Refusal(answer.status, {});
  return answer.json();
}

// Sent even while the page goes away; the token travels in the form, since a beacon has no headers.
export function farewell(address, values) {
  navigator.sendBeacon(address, new URLSearchParams({ ...values, csrf: token() }));
}
