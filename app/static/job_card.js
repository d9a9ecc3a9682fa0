// One job on the page: made once, then changed only where the job changed.

const ENDED = ["finished", "failed", "cancelled"];
const template = document.getElementById("job-template");

/** Whether nothing more will happen to a job by itself. */
export function hasEnded(job) {
  return ENDED.includes(job.state);
}

/** What a job has to say, in a sentence. */
export function summary(job) {
  if (job.state === "finished") return `Result: ${JSON.stringify(job.result)}`;
  if (job.state === "failed") return job.reason || "The job failed.";
  return job.message;
}

/** The first part of a job's id, by which people tell jobs apart. */
export function shortId(job) {
  return job.id.slice(0, 8);
}

export class JobCard {
  /** `act(action, job)` is called when a button is pressed; it may take its time. */
  constructor(job, act) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.parts = Object.fromEntries(
      [...this.element.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]),
    );
    this.buttons = [...this.element.querySelectorAll("[data-action]")];
    this.parts.id.textContent = shortId(job);
    this.parts.id.title = job.id;
    this.parts.progress.setAttribute("aria-label", `Progress of job ${shortId(job)}`);
    for (const button of this.buttons) {
      button.setAttribute("aria-label", `${button.textContent} job ${shortId(job)}`);
      button.addEventListener("click", () => this.#press(button, act));
    }
    this.show(job);
  }

  /** Show the job as it is now. */
  show(job) {
    this.job = job;
    this.element.dataset.state = job.state;
    write(this.parts.state, job.state);
    write(this.parts.message, summary(job));
    write(this.parts.times, times(job));
    this.parts.progress.value = job.progress;
    this.parts.progress.hidden = hasEnded(job);
    const focused = this.buttons.find((button) => button === document.activeElement);
    for (const button of this.buttons) {
      const fits = button.dataset.action === "cancel" ? !hasEnded(job) : ["failed", "cancelled"].includes(job.state);
      button.hidden = !fits || !job.can_change; // a stranger's job can only be watched
    }
    // A button that goes must not take the keyboard's place on the page with it.
    if (focused?.hidden) this.element.focus();
  }

  /** Say why something could not be done. */
  complain(reason) {
    write(this.parts.message, reason);
  }

  async #press(button, act) {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true"); // keeps the keyboard's place, unlike disabled
    await act(button.dataset.action, this);
    button.removeAttribute("aria-disabled");
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function times(job) {
  const clock = (time) => new Date(time).toLocaleTimeString([], { timeStyle: "medium" });
  if (job.started_at && job.ended_at) {
    const seconds = (new Date(job.ended_at) - new Date(job.started_at)) / 1_000;
    return `${clock(job.ended_at)}, after ${seconds.toFixed(1)} s`;
  }
  const time = job.ended_at || job.started_at || job.created_at;
  return time ? `${hasEnded(job) ? "" : "since "}${clock(time)}` : "";
}
