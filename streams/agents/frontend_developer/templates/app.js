// The page: loads its model, and shows the view that the address names.

import {announce, byId, clearMessages, h, heading} from "./dom.js";
import {Problem} from "./api.js";
import {entityOf, loadModel, model} from "./model.js";
import {currentPlace, onShow, takeMessage} from "./navigation.js";
import {createView, editView} from "./edit.js";
import {homeView, notificationsView} from "./home.js";
import {listView} from "./list.js";
import {recordView} from "./record.js";
import {reportsView} from "./reports.js";
import {showIdentity, showNavigation} from "./shell.js";

const NUMBER = /^[1-9]\d{0,17}$/;
let latest = 0;
let started = false;

function viewOf(place, query) {
  const [kind, name, third, fourth] = place;
  if (!place.length) return homeView();
  if (kind === "reports") return reportsView(name ?? null);
  if (kind === "notifications" && model.notifications) return notificationsView();
  const entity = entityOf(name);
  if (!entity) return null;
  if (kind === "listings") {
    const listing = entity.listings.find((one) => one.name === third);
    return listing ? listView(entity, query, listing) : null;
  }
  if (kind !== "records") return null;
  if (third === undefined) return listView(entity, query);
  if (third === "new") return createView(entity, query);
  if (!NUMBER.test(third)) return null;
  return fourth === "edit" ? editView(entity, third) : recordView(entity, third);
}

function missing() {
  return {title: "Not found", content: [heading("Not found"), h("p", {}, "There is no such page. ", h("a", {href: "#/"}, "Go to the overview"), ".")]};
}

function refused(problem) {
  const title = {403: "Not allowed", 404: "Not found"}[problem.status] || "That did not work";
  return {title, content: [heading(title), h("p", {}, problem.message), h("p", {}, h("a", {href: "#/"}, "Go to the overview"))]};
}

async function loaded(place, query) {
  try {
    return (await viewOf(place, query)) ?? missing();
  } catch (error) {
    if (error instanceof Problem) return refused(error);
    throw error;
  }
}

async function show() {
  latest += 1;
  const mine = latest;
  const view = byId("view");
  view.setAttribute("aria-busy", "true");
  const {place, query} = currentPlace();
  const [{title, content}] = await Promise.all([loaded(place, query), showNavigation(place)]);
  // A later request to show something else wins.
  if (mine !== latest) return;
  clearMessages();
  document.title = title ? `${title} · ${model.name}` : model.name;
  view.replaceChildren(...content.flat(Infinity).filter(Boolean));
  view.removeAttribute("aria-busy");
  if (started) arrive(view);
  started = true;
}

function arrive(view) {
  window.scrollTo(0, 0);
  view.querySelector("h1")?.focus({preventScroll: true});
  const message = takeMessage();
  if (message) announce(message);
}

await loadModel();
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
onShow(show);
window.addEventListener("hashchange", show);
showIdentity(show);
await show();
