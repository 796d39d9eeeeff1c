// The list of an entity, or a named listing of it: filters, search, sorting, pages, export.

import {announce, complain, crumbs, h, heading, uniqueId} from "./dom.js";
import {address, download, identity, Problem, read} from "./api.js";
import {asQuery, fieldOf, link, may} from "./model.js";
import {References} from "./references.js";
import {buildInput} from "./inputs.js";
import {pager, recordTable} from "./tables.js";

const PAGE = 25;
const MOST_FILTERS = 6;
const FILTERED = ["choice", "boolean", "reference"];

export async function listView(entity, query, listing = null) {
  const path = listing ? `/${entity.plural}/${listing.name}` : `/${entity.plural}`;
  const base = listing ? link.listing(entity, listing.name) : link.list(entity);
  const state = new Map(query);
  const references = new References();
  const caption = listing ? listing.label : entity.plural_label;
  const empty = h("p", {class: "empty"}, "None found.");
  const table = recordTable(entity, {
    caption, sort: state.get("sort") || "", onsort: listing ? null : (order) => change({sort: order, offset: ""}),
  });
  const pages = pager((by) => change({offset: String(Math.max(0, offset() + by * PAGE) || "")}));
  const offset = () => Number.parseInt(state.get("offset") || "0", 10) || 0;

  async function load() {
    const page = await read(path, {...Object.fromEntries(state), limit: PAGE, offset: offset()});
    await references.load(table.fields, page.items);
    table.fill(page.items, references);
    table.markSort(state.get("sort") || "");
    table.setCaption(`${caption}: ${page.total}`);
    table.element.hidden = !page.items.length;
    empty.hidden = Boolean(page.items.length);
    pages.update({offset: offset(), limit: PAGE, total: page.total, shown: page.items.length});
    return page.total;
  }

  async function change(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === "" || value === null) state.delete(name);
      else state.set(name, value);
    }
    history.replaceState(null, "", base + asQuery(Object.fromEntries(state)));
    try {
      const total = await load();
      announce(total === 1 ? "1 record found." : `${total} records found.`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complain(error.message);
    }
  }

  const filters = listing ? null : await filterForm(entity, state, references, change);
  await load();
  const tools = listing ? [] : listTools(entity, state);
  return {
    title: listing ? `${listing.label} · ${entity.plural_label}` : entity.plural_label,
    content: [
      listing ? crumbs([entity.plural_label, link.list(entity)], [listing.label]) : null,
      heading(caption, {note: listing ? "" : entity.description, tools}),
      entity.listings.length ? tabs(entity, listing) : null,
      h("div", {class: "card"}, filters, table.element, empty, pages.element),
    ],
  };
}

function tabs(entity, current) {
  const tab = (label, href, isCurrent) => h("li", {}, h("a", {href, "aria-current": isCurrent ? "page" : null}, label));
  return h("nav", {class: "tabs", "aria-label": `Lists of ${entity.plural_label}`}, h("ul", {},
    tab("All", link.list(entity), current === null),
    entity.listings.map((one) => tab(one.label, link.listing(entity, one.name), current !== null && one.name === current.name))));
}

function listTools(entity, state) {
  const tools = [];
  if (entity.export) tools.push(exportLink(entity, state));
  if (entity.can.includes("create") && may(entity, "create")) {
    tools.push(h("a", {class: "button primary", href: link.create(entity)}, `New ${entity.label}`));
  }
  return tools;
}

function exportLink(entity, state) {
  const path = `/${entity.plural}/export.csv`;
  const name = `${entity.plural}.csv`;
  // All that is found, in the order of the service: an export knows neither pages nor sorting.
  const query = () => ({...Object.fromEntries(state), offset: "", sort: ""});
  const fetchIt = async (event) => {
    event.currentTarget.href = address(path, query());
    // A plain link does not tell who asks; only then the file has to be fetched by hand.
    if (!identity.role && !identity.user) return;
    event.preventDefault();
    await download(path, query(), name).catch((error) => complain(error.message));
  };
  return h("a", {class: "button", href: address(path), download: name, onclick: fetchIt}, "Export as CSV");
}

async function filterForm(entity, state, references, change) {
  const boxes = [];
  const fields = entity.fields.filter((field) => field.filter && FILTERED.includes(field.type)).slice(0, MOST_FILTERS);
  for (const field of fields) boxes.push(await choiceFilter(field, state, references, change));
  const dates = entity.fields.filter((field) => field.filter_range).slice(0, 2);
  for (const field of dates) boxes.push(dateFilter(field, "from", state, change), dateFilter(field, "to", state, change));
  if (!boxes.length && !entity.search) return null;
  const clear = h("button", {type: "reset"}, "Clear");
  const form = h("form", {class: "filters", role: "search", "aria-label": `Find ${entity.plural_label}`},
    entity.search ? h("div", {class: "find"}, searchBox(state), h("button", {type: "submit"}, "Search"), clear) : null,
    boxes.length ? narrowing(boxes, state, entity.search ? null : clear) : null);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change({q: form.elements.namedItem("q")?.value ?? "", offset: ""});
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    form.querySelectorAll("input, select").forEach((box) => { box.value = ""; });
    change(Object.fromEntries([...state.keys()].filter((name) => name !== "sort").map((name) => [name, ""])));
  });
  return form;
}

// Wide screens show all filters; narrow ones show them when asked, or when one is in use.
function narrowing(boxes, state, clear) {
  const used = [...state.keys()].some((name) => !["q", "sort", "offset"].includes(name));
  const open = used || window.matchMedia("(min-width: 52rem)").matches;
  return h("details", {class: "narrowing", open}, h("summary", {}, "Filters"),
    h("div", {class: "boxes"}, boxes, clear));
}

function searchBox(state) {
  const id = uniqueId("search");
  return h("div", {class: "field wide"}, h("label", {for: id}, "Search"),
    h("input", {type: "search", id, name: "q", value: state.get("q") || "", autocomplete: "off"}));
}

async function choiceFilter(field, state, references, change) {
  const id = uniqueId("filter");
  const optional = {...field, required: false};
  const asChoice = field.type === "boolean"
    ? {...optional, type: "choice", choices: [{value: "true", label: "Yes"}, {value: "false", label: "No"}]}
    : optional;
  const input = await buildInput(asChoice, state.get(field.name) || null, {id, any: "All"}, references);
  input.control.addEventListener("change", () => change({[field.name]: input.control.value, offset: ""}));
  return h("div", {class: "field"}, h("label", {for: id}, field.label), input.element);
}

// A day filters a moment from its start to its end, in local time.
function bound(field, end, day) {
  if (!day || field.type === "date") return day;
  const date = new Date(`${day}T${end === "from" ? "00:00:00" : "23:59:59"}`);
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

export function dateFilter(field, end, state, change) {
  const id = uniqueId("filter");
  const name = `${field.name}_${end}`;
  const kept = state.get(name) || "";
  const value = field.type === "date" || !kept ? kept : new Date(kept).toLocaleDateString("sv-SE");
  const input = h("input", {type: "date", id, value, max: "9999-12-31"});
  input.addEventListener("change", () => change({[name]: bound(field, end, input.value), offset: ""}));
  return h("div", {class: "field"}, h("label", {for: id}, `${field.label} ${end}`), input);
}

export const filterFields = (entity, names) => names.map((name) => fieldOf(entity, name)).filter(Boolean);
export {choiceFilter};
