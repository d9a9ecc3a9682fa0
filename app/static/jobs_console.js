// The console: starts jobs, shows the newest, lets them be cancelled and retried.

import { get, post, Refused } from "./api.js";
import { JobCard, hasEnded, shortId, summary } from "./job_card.js";
import { Polling } from "./polling.js";

const SHOWN = 10; // jobs
const BUSY = 700; // milliseconds between two looks while a job moves
const IDLE = 3_000; // and while none does: others may start one

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
  jobs.push(...(await unlisted(jobs)));
  jobs.sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
  announce(jobs);
  show(jobs);
  const moving = jobs.filter((job) => !hasEnded(job)).length;
  say(connection, moving ? `${moving} in progress` : "");
  connection.classList.remove("wrong");
  return moving ? BUSY : IDLE;
}

/** The jobs that move on the page and are not among the newest, or just on their way to a worker. */
async function unlisted(jobs) {
  const listed = new Set(jobs.map((job) => job.id));
  const moving = [...cards.values()].map((card) => card.job).filter((job) => !hasEnded(job) && !listed.has(job.id));
  const asked = await Promise.allSettled(moving.map((job) => get(`${section.dataset.jobs}/${job.id}`)));
  return asked.filter((answer) => answer.status === "fulfilled").map((answer) => answer.value);
}

/** Show these jobs and no others, in this order. */
function show(jobs) {
  for (const [id, card] of cards) {
    if (!jobs.some((job) => job.id === id)) {
      card.element.remove();
      cards.delete(id);
    }
  }
  jobs.forEach(place);
  empty.hidden = jobs.length > 0;
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
    say(news, changed.map(told).join(" "));
  }
}

function told(job) {
  return `Job ${shortId(job)} ${job.state}.${hasEnded(job) ? ` ${summary(job)}` : ""}`;
}

function lost(error, wait) {
  say(connection, `${error.message} Trying again in ${Math.round(wait / 1_000)} s.`);
  connection.classList.add("wrong");
}

async function act(action, card) {
  try {
    card.show(await post(`${section.dataset.jobs}/${card.job.id}/${action}`));
    polling.now();
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
    const { url } = await post(section.dataset.start, body);
    const job = await get(url);
    if (!cards.has(job.id)) place(job, 0);
    empty.hidden = true;
    say(news, told(job));
    polling.now();
  } catch (error) {
    say(startError, error instanceof Refused ? error.message : `${error.message} The job was not started.`);
    startError.hidden = false;
  }
}

form.addEventListener("submit", start);
polling.now();
