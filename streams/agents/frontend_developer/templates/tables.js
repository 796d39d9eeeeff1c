// Tables of records, with sorting and paging.

import {h} from "./dom.js";
import {isNumber, shown} from "./format.js";
import {fieldOf, link, titleOf, valueOf} from "./model.js";

const NARROW = ["date", "datetime", "time", "boolean"];

function cellClass(field) {
  if (isNumber(field)) return "number";
  return NARROW.includes(field.type) ? "nowrap" : null;
}

// The first column names the record and leads to it; the others are fields.
export function recordTable(entity, {caption, columns = entity.columns, sort = "", onsort = null}) {
  const fields = columns.map((name) => fieldOf(entity, name));
  const titleField = entity.title.length === 1 ? fieldOf(entity, entity.title[0]) : null;
  const heads = [];
  const head = (label, field) => {
    const cell = h("th", {scope: "col", class: field ? cellClass(field) : null});
    if (onsort && field && field.sortable) {
      cell.append(h("button", {type: "button", class: "sort", onclick: () => onsort(next(field.name, cell))}, label));
      heads.push([field.name, cell]);
    } else cell.append(label);
    return cell;
  };
  const body = h("tbody");
  const table = h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {},
      head(titleField ? titleField.label : entity.label, titleField),
      fields.map((field) => head(field.label, field)))),
    body);
  const markSort = (order) => heads.forEach(([name, cell]) => markSorted(cell, name, order));
  markSort(sort);
  const region = h("div", {class: "scroll", role: "region", "aria-label": caption, tabindex: "0"}, table);
  return {
    element: region,
    fields,
    markSort,
    setCaption: (text) => table.caption.replaceChildren(text),
    fill: (records, references) => body.replaceChildren(...records.map((record) => h("tr", {},
      h("th", {scope: "row"}, h("a", {href: link.record(entity, record.id)}, titleOf(entity, record))),
      fields.map((field) => h("td", {class: cellClass(field)}, shown(field, valueOf(record, field.name), references)))))),
  };
}

const next = (name, cell) => (cell.getAttribute("aria-sort") === "ascending" ? `-${name}` : name);

function markSorted(cell, name, order) {
  if (order.replace(/^-/, "") !== name) cell.removeAttribute("aria-sort");
  else cell.setAttribute("aria-sort", order.startsWith("-") ? "descending" : "ascending");
}

export function pager(onturn) {
  const text = h("span", {class: "muted"});
  const turn = (label, by) => h("button", {type: "button", onclick: (event) => {
    if (event.currentTarget.getAttribute("aria-disabled") !== "true") onturn(by);
  }}, label);
  const previous = turn("Previous", -1);
  const following = turn("Next", 1);
  const element = h("nav", {class: "pager", "aria-label": "Pages"}, text, h("div", {class: "tools"}, previous, following));
  const allow = (button, allowed) => button.setAttribute("aria-disabled", String(!allowed));
  return {
    element,
    update: ({offset, limit, total, shown: count}) => {
      text.replaceChildren(total ? `${offset + 1} to ${offset + count} of ${total}` : "");
      allow(previous, offset > 0);
      allow(following, offset + limit < total);
      element.hidden = total <= limit && offset === 0;
    },
  };
}
