// The start page, and the notifications.

import {h, heading} from "./dom.js";
import {read} from "./api.js";
import {entityOf, link, may, model} from "./model.js";
import {shown} from "./format.js";

const MOMENT = {type: "datetime", choices: [], references: ""};
const PAGE = 100;

async function totalOf(path) {
  const page = await read(path, {limit: 1}).catch(() => null);
  return page === null ? "–" : String(page.total);
}

async function tile(label, href, path, note) {
  const total = await totalOf(path);
  return h("li", {}, h("div", {class: "card tile"},
    h("h2", {}, h("a", {href}, label)),
    h("p", {class: "figure"}, total),
    note ? h("p", {class: "muted"}, note) : null));
}

export async function homeView() {
  const entities = model.entities.filter((entity) => may(entity, "list"));
  const tiles = entities.filter((entity) => !entity.parent)
    .map((entity) => tile(entity.plural_label, link.list(entity), `/${entity.plural}`, entity.description));
  const listings = entities.flatMap((entity) => entity.listings.map((listing) => tile(
    listing.label, link.listing(entity, listing.name), `/${entity.plural}/${listing.name}`, entity.plural_label)));
  return {
    title: "",
    content: [
      heading(model.name, {note: model.summary}),
      h("ul", {class: "tiles"}, await Promise.all(tiles)),
      listings.length ? h("section", {}, h("div", {class: "head"}, h("h2", {}, "To watch")), h("ul", {class: "tiles"}, await Promise.all(listings))) : null,
    ],
  };
}

export async function notificationsView() {
  const page = await read("/notifications", {limit: PAGE});
  const row = (one) => {
    const entity = model.entities.find((other) => other.name === one.entity || other.plural === one.entity);
    const about = entity ? h("a", {href: link.record(entity, one.entity_id)}, `${entity.label} ${one.entity_id}`) : String(one.entity);
    return h("tr", {}, h("th", {scope: "row"}, one.message), h("td", {}, about), h("td", {class: "nowrap"}, shown(MOMENT, one.created_at, null)));
  };
  const table = h("div", {class: "scroll", role: "region", tabindex: "0", "aria-label": "Notifications"}, h("table", {},
    h("caption", {}, `Notifications: ${page.total}`),
    h("thead", {}, h("tr", {}, ["Message", "About", "When"].map((label) => h("th", {scope: "col"}, label)))),
    h("tbody", {}, page.items.map(row))));
  const title = "Notifications";
  return {
    title,
    content: [heading(title), h("div", {class: "card"}, page.items.length ? table : h("p", {class: "empty"}, "Nothing to report."))],
  };
}

export const notificationTotal = async () => {
  const page = await read("/notifications", {limit: 1}).catch(() => ({total: 0}));
  return page.total;
};

export const ownersFirst = () => model.entities.filter((entity) => !ownerOf(entity));

// The entity on whose record page this one's records are shown, or null.
export function ownerOf(entity) {
  const parent = entity.fields.find((field) => field.name === entity.parent);
  return parent && parent.references && parent.references !== entity.plural ? entityOf(parent.references) : null;
}
