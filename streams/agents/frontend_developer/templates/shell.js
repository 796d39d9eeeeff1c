// What stands around every view: the navigation, and who is acting.

import {byId, h, uniqueId} from "./dom.js";
import {identity} from "./api.js";
import {link, may, model} from "./model.js";
import {notificationTotal, ownerOf, ownersFirst} from "./home.js";

function item(label, href, current, extra = null, below = null) {
  return h("li", {}, h("a", {href, "aria-current": current ? "page" : null}, label, extra), below);
}

function entityItem(entity, place, seen) {
  if (seen.has(entity.plural)) return null;
  seen.add(entity.plural);
  const children = model.entities.filter((other) => ownerOf(other) === entity).map((child) => entityItem(child, place, seen)).filter(Boolean);
  const current = ["records", "listings"].includes(place[0]) && place[1] === entity.plural;
  const own = may(entity, "list");
  if (!own) return children.length ? h("li", {}, h("ul", {}, children)) : null;
  return item(entity.plural_label, link.list(entity), current, null, children.length ? h("ul", {}, children) : null);
}

export async function showNavigation(place) {
  const seen = new Set();
  const items = [item("Overview", "#/", !place.length), ...ownersFirst().map((entity) => entityItem(entity, place, seen))];
  // Entities that own each other in a ring have no first one.
  items.push(...model.entities.map((entity) => entityItem(entity, place, seen)));
  if (model.reports.some((report) => report.alone)) items.push(item("Reports", "#/reports", place[0] === "reports"));
  if (model.notifications) {
    const total = await notificationTotal();
    const count = total ? [h("span", {class: "count"}, String(total))] : [];
    items.push(item("Notifications", "#/notifications", place[0] === "notifications", count));
  }
  byId("navigation").replaceChildren(h("ul", {}, items.filter(Boolean)));
}

// Only services with permissions ask who is acting.
export function showIdentity(onchange) {
  if (!model.roles.length) return;
  const roleId = uniqueId("role");
  const userId = uniqueId("user");
  const role = h("select", {id: roleId}, h("option", {value: ""}, "Anyone"), model.roles.map((one) => h("option", {value: one.value}, one.label)));
  role.value = identity.role;
  const user = h("input", {id: userId, value: identity.user, autocomplete: "off", placeholder: "e-mail or number"});
  role.addEventListener("change", () => { identity.role = role.value; onchange(); });
  user.addEventListener("change", () => { identity.user = user.value.trim(); onchange(); });
  byId("identity").replaceChildren(h("div", {class: "identity", role: "group", "aria-label": "Acting person"},
    h("label", {for: roleId}, "Role", role), h("label", {for: userId}, "User", user)));
}
