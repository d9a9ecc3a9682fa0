// The console: starts jobs, shows the newest, lets them be cancelled and retried.

import { get, post, Refused } from "./api.js";
import { JobCard, hasEnded, shortId, summary } from "./job_card.js";
import { Polling } from "./polling.js";

const SHOWN = 10; // jobs
const BUSY = 700; // milliseconds between two looks while a job moves
const IDLE = 5_000; // and while none does: others may start one

const section = document.getElementById("console");
const list = document.getElementById("jobs");
const empty = document.getElementById("no-jobs");
const connection = document.getElementById("connection");
const news = document.getElementById("news");
const form = document.getElementById("start");
const startError = document.getElementById("start-error");

const cards = new Map(); // by job id
const polling = new Polling(look, lost);

async function look() {
  const { jobs } = await get(`${section.dataset.jobs}?limit=${SHOWN}`);
  announce(jobs);
  jobs.forEach(place);
  for (const [id, card] of cards) {
    if (!jobs.some((job) => job.id === id)) {
      card.element.remove();
      cards.delete(id);
    }
  }
  empty.hidden = jobs.length > 0;
  const moving = jobs.filter((job) => !hasEnded(job)).length;
  say(connection, moving ? `${moving} in progress` : "");
  connection.classList.remove("wrong");
  return moving ? BUSY : IDLE;
}

/** Show a job at its place in the list, moving nothing that stands right. */
function place(job, index) {
  let card = cards.get(job.id);
  if (card) {
    card.show(job);
  } else {
    card = new JobCard(job, act);
    cards.set(job.id, card);
  }
  const there = list.children[index];
  if (there !== card.element) list.insertBefore(card.element, there || null);
}

/** Tell those who cannot see the list which jobs have come to another state. */
function announce(jobs) {
  const changed = jobs.filter((job) => cards.has(job.id) && cards.get(job.id).job.state !== job.state);
  if (changed.length) {
    say(news, changed.map((job) => `Job ${shortId(job)} ${job.state}. ${hasEnded(job) ? summary(job) : ""}`).join(" "));
  }
}

function lost(error, wait) {
  say(connection, `${error.message} Trying again in ${Math.round(wait / 1_000)} s.`);
  connection.classList.add("wrong");
}

async function act(action, card) {
  try {
    await post(`${section.dataset.jobs}/${card.job.id}/${action}`);
    await polling.now();
  } catch (error) {
    card.complain(error.message);
    say(news, error.message);
  }
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text; // or it would be read out again
}

async function start(event) {
  event.preventDefault();
  startError.hidden = true;
  const body = { number: form.elements.number.valueAsNumber };
  if (form.elements.fail_at.value) body.fail_at = form.elements.fail_at.valueAsNumber;
  try {
    const { id } = await post(section.dataset.start, body);
    say(news, `Job ${id.slice(0, 8)} queued.`);
    await polling.now();
  } catch (error) {
    say(startError, error instanceof Refused ? error.message : `${error.message} The job was not started.`);
    startError.hidden = false;
  }
}

form.addEventListener("submit", start);
polling.now();
