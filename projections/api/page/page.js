// Shows deliveries and, for one of them, its timeline; follows the live events.

const STATUSES = [
  "submitted", "analysing", "clarification", "developing", "testing", "building", "built",
  "failing", "compensating", "failed", "compensated", "cancelled",
];
const REFRESH_MS = 500;

const form = document.querySelector("form");
const body = document.querySelector("tbody");
const told = document.querySelector("#told");
const more = document.querySelector("#more");
const section = document.querySelector("#delivery");

let shown = null;
let cursor = null;
let isRefreshDue = false;

for (const status of STATUSES) form.elements.status.append(new Option(status, status));

async function ask(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  const response = await fetch(`api/v1/${path}?${query}`);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

function cell(...content) {
  const made = document.createElement("td");
  made.append(...content);
  return made;
}

function moment(text) {
  const made = document.createElement("time");
  made.dateTime = text;
  made.textContent = new Date(text).toLocaleString();
  return made;
}

function row(delivery) {
  const open = document.createElement("button");
  open.type = "button";
  open.textContent = delivery.name || delivery.excerpt || delivery.delivery_id;
  open.dataset.delivery = delivery.delivery_id;
  open.addEventListener("click", () => show(delivery.delivery_id));
  const tests = delivery.tests;
  const made = document.createElement("tr");
  made.append(
    cell(open),
    cell(delivery.step ? `${delivery.status}: ${delivery.step}` : delivery.status),
    cell(String(delivery.attempt)),
    cell(tests ? `${tests.passed} passed, ${tests.failed} failed` : "none yet"),
    cell(tests ? `${Math.round(tests.line_coverage * 100)} %` : "unknown"),
    cell(moment(delivery.updated_at)),
  );
  return made;
}

function filters() {
  return { q: form.elements.q.value.trim(), status: form.elements.status.value };
}

async function list(from = null) {
  const page = await ask("deliveries", { ...filters(), cursor: from });
  const focused = document.activeElement?.dataset?.delivery;
  const rows = page.items.map(row);
  if (from) body.append(...rows);
  else body.replaceChildren(...rows);
  if (focused) body.querySelector(`[data-delivery="${focused}"]`)?.focus();
  cursor = page.next_cursor;
  more.hidden = !cursor;
  const count = `${body.rows.length} deliveries${cursor ? ", there are more" : ""}`;
  if (told.textContent !== count) told.textContent = count;
}

async function show(delivery, isMoving = true) {
  const [about, timeline] = await Promise.all([
    ask(`deliveries/${delivery}`),
    ask(`deliveries/${delivery}/timeline`, { limit: 200 }),
  ]);
  shown = delivery;
  document.querySelector("#delivery-title").textContent = about.name || about.excerpt || delivery;
  const reason = about.failure ? `. ${about.failure.reason}` : "";
  const questions = about.questions.map((question) => question.text).join(" ");
  document.querySelector("#delivery-about").textContent =
    `${about.status}${reason} ${questions} ${about.artefact ? about.artefact.wheel : ""}`;
  document.querySelector("#timeline").replaceChildren(
    ...timeline.items.map((event) => {
      const item = document.createElement("li");
      item.append(moment(event.occurred_at), ` ${event.event_type} (${event.actor}) ${event.summary}`);
      return item;
    }),
  );
  section.hidden = false;
  if (isMoving) section.focus();
}

async function refresh() {
  isRefreshDue = false;
  await list();
  if (shown) await show(shown, false);
}

function tell(error) {
  told.textContent = error.message;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  list().catch(tell);
});
more.addEventListener("click", () => list(cursor).catch(tell));

// Many events may come at once: the page is refreshed once for all of them.
new EventSource("api/v1/events/live").addEventListener("event", () => {
  if (isRefreshDue) return;
  isRefreshDue = true;
  setTimeout(() => refresh().catch(tell), REFRESH_MS);
});
list().catch(tell);
