// Asks the API, and tells what it refuses from what it cannot answer now.

const PATIENCE = 10_000; // milliseconds for one answer

/** The server answered, and what was asked is wrong or came too late. */
export class Refused extends Error {}

/** There was no usable answer: asking again may help, after `seconds` if the server says so. */
export class Unanswered extends Error {
  constructor(message, seconds = 0) {
    super(message);
    this.seconds = seconds;
  }
}

/** The JSON that a GET answers. Throws Refused or Unanswered. */
export function get(address) {
  return ask(address, {});
}

/** The JSON that a POST answers. Throws Refused or Unanswered. */
export function post(address, body = {}) {
  return ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function ask(address, options) {
  let answer;
  let body;
  try {
    answer = await fetch(address, { ...options, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    body = await answer.json();
  } catch {
    const status = answer && !answer.ok ? ` (${answer.status})` : "";
    throw new Unanswered(`The server does not answer${status}.`);
  }
  if (answer.ok) return body;
  const reason = body.detail || `The server answered ${answer.status}.`;
  if (answer.status < 500 && answer.status !== 429) throw new Refused(reason);
  throw new Unanswered(reason, Number(answer.headers.get("Retry-After")) || 0);
}
