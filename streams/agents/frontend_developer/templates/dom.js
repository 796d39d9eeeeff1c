// Elements without markup: every text becomes a text node, so that no value can become HTML.

let counter = 0;

export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

// h("a", {href: "#/", class: "button", onclick: f, hidden: true}, "text", otherElement, null)
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

function fill(box, content) {
  const close = h("button", {type: "button", class: "plain", onclick: () => box.replaceChildren()}, "Dismiss");
  box.replaceChildren(h("p", {}, content), close);
}

export function announce(message) {
  byId("alert").replaceChildren();
  fill(byId("status"), message);
}

export function complain(message) {
  byId("status").replaceChildren();
  fill(byId("alert"), message);
  byId("alert").scrollIntoView({block: "nearest"});
}

export function clearMessages() {
  byId("status").replaceChildren();
  byId("alert").replaceChildren();
}

export function crumbs(...steps) {
  const items = steps.map(([label, href]) => h("li", {}, href ? h("a", {href}, label) : h("span", {"aria-current": "page"}, label)));
  return h("nav", {class: "crumbs", "aria-label": "Breadcrumb"}, h("ol", {}, items));
}

// Heading of a view: its title, what belongs beside it, and its buttons.
export function heading(title, {note = "", beside = null, tools = []} = {}) {
  return h("div", {class: "head"},
    h("div", {},
      h("div", {class: "titled"}, h("h1", {tabindex: "-1"}, title), beside),
      note ? h("p", {class: "muted"}, note) : null),
    tools.length ? h("div", {class: "tools"}, tools) : null);
}
