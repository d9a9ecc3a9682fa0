// Sends a sample request and shows its answer as it came.

const form = document.getElementById("sample");
const answer = document.getElementById("answer");
const part = (name) => document.getElementById(`answer-${name}`);

async function send(address) {
  const began = performance.now();
  let status = "no answer";
  let ok = false;
  let body = "";
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    body = pretty(await response.text());
    ({ ok } = response);
    status = `${response.status}`;
  } catch {
    body = "The server does not answer.";
  }
  part("request").textContent = `GET ${address}`;
  part("status").textContent = status;
  part("status").dataset.state = ok ? "finished" : "failed";
  part("time").textContent = `${Math.round(performance.now() - began)} ms`;
  part("body").textContent = body;
  answer.hidden = false;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
});
for (const link of document.querySelectorAll("a[data-sample]")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // its own tab, as for any link
    event.preventDefault();
    send(link.getAttribute("href"));
  });
}
