// The form: starts a job, then asks for it until it has ended.
"use strict";

const form = document.getElementById("count");
const button = form.querySelector("button");
const progress = document.getElementById("progress");
const state = document.getElementById("state");
const POLL = 500; // milliseconds between two questions
const PATIENCE = 10; // questions in a row that may fail, while the server restarts

class Refused extends Error {}

async function ask(url, options) {
  const answer = await fetch(url, options);
  const type = answer.headers.get("Content-Type") || "";
  if (answer.ok) return answer.json();
  const reason = type.includes("json") ? (await answer.json()).detail : `The server answered ${answer.status}.`;
  if (answer.status < 500) throw new Refused(reason);
  throw new Error(reason);
}

function show(text, wrong = false) {
  if (state.textContent !== text) state.textContent = text; // or screen readers would repeat it
  state.classList.toggle("wrong", wrong);
}

async function watch(url) {
  let failures = 0;
  for (;;) {
    try {
      const job = await ask(url);
      failures = 0;
      progress.value = job.progress;
      if (job.state === "finished") return show(`Finished: counted to ${job.result}.`);
      if (["failed", "stopped", "canceled"].includes(job.state)) return show(job.reason || `The job was ${job.state}.`, true);
      show(job.state === "started" ? "Counting …" : "Waiting for a worker …");
    } catch (error) {
      failures += 1;
      if (error instanceof Refused || failures > PATIENCE) throw error;
      show("The server does not answer; trying again …");
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("job").hidden = false;
  button.disabled = true;
  progress.value = 0;
  show("Starting …");
  try {
    const job = await ask(form.dataset.action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ number: form.elements.number.valueAsNumber }),
    });
    await watch(job.url);
  } catch (error) {
    show(error.message, true);
  } finally {
    button.disabled = false;
  }
});
