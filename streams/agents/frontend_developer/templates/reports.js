// Reports: totals as tables, each row with a bar for its share.

import {announce, complain, h, heading} from "./dom.js";
import {Problem, read} from "./api.js";
import {entityOf, link, model} from "./model.js";
import {References} from "./references.js";
import {formatNumber, shown} from "./format.js";
import {choiceFilter, dateFilter, filterFields} from "./list.js";

const RANGES = ["date", "datetime"];

function columnsOf(report, rows) {
  const keys = rows.length ? Object.keys(rows[0]).filter((key) => key !== "total") : report.groups.map((group) => group.key);
  return keys.map((key) => report.groups.find((group) => group.key === key)
    || {key, label: key.replaceAll("_", " "), type: "text", choices: [], references: ""});
}

const amount = (report, value) => formatNumber(value ?? 0, report.measure === "money" ? 2 : null);

async function reportTable(report, path, query) {
  const answer = await read(path, query);
  const columns = columnsOf(report, answer.rows).map((group) => ({...group, name: group.key}));
  const references = new References();
  await references.load(columns, answer.rows);
  const largest = Math.max(...answer.rows.map((row) => Math.abs(Number(row.total))), 0);
  if (!columns.length) return h("p", {class: "padded figure"}, `${report.measure === "count" ? "Number" : "Total"}: ${amount(report, answer.total)}`);
  if (!answer.rows.length) return h("p", {class: "empty"}, "Nothing to count yet.");
  const line = (row) => h("tr", {},
    columns.map((group, index) => h(index ? "td" : "th", {scope: index ? null : "row"}, shown(group, row[group.key], references))),
    h("td", {class: "number"}, amount(report, row.total), bar(row.total, largest)));
  return h("div", {class: "scroll", role: "region", tabindex: "0", "aria-label": report.label}, h("table", {},
    h("caption", {class: "hidden-text"}, report.label),
    h("thead", {}, h("tr", {}, columns.map((group) => h("th", {scope: "col"}, group.label)),
      h("th", {scope: "col", class: "number"}, report.measure === "count" ? "Number" : "Total"))),
    h("tbody", {}, answer.rows.map(line)),
    h("tfoot", {}, h("tr", {}, h("th", {scope: "row", colspan: columns.length}, "All"), h("td", {class: "number"}, amount(report, answer.total))))));
}

// A width set by script is no inline style in the sense of the content security policy.
function bar(value, largest) {
  const share = largest ? Math.max(0, Number(value)) / largest : 0;
  const element = h("span", {class: "bar", "aria-hidden": "true"});
  element.style.width = `${(share * 100).toFixed(1)}%`;
  return element;
}

async function filters(report, change) {
  const entity = entityOf(report.plural);
  const references = new References();
  const boxes = [];
  for (const field of filterFields(entity, report.filters)) {
    if (RANGES.includes(field.type)) {
      if (field.filter_range) boxes.push(dateFilter(field, "from", new Map(), change), dateFilter(field, "to", new Map(), change));
    } else boxes.push(await choiceFilter(field, new Map(), references, change));
  }
  return boxes.length ? h("form", {class: "filters", role: "search", "aria-label": `Narrow ${report.label}`}, h("div", {class: "boxes"}, boxes)) : null;
}

export async function reportCard(report, path) {
  const box = h("div", {});
  const query = {};
  const change = async (values) => {
    Object.assign(query, values, {offset: ""});
    try {
      box.replaceChildren(await reportTable(report, path, query));
      announce(`${report.label}: updated.`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complain(error.message);
    }
  };
  try {
    box.replaceChildren(await reportTable(report, path, query));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    box.replaceChildren(h("p", {class: "empty"}, error.message));
  }
  const narrow = path.startsWith("/reports/") ? await filters(report, change) : null;
  return h("section", {}, h("div", {class: "head"}, h("h2", {}, report.label)), h("div", {class: "card"}, narrow, box));
}

export async function reportsView(name) {
  const reports = model.reports.filter((report) => report.alone && (name === null || report.name === name));
  const cards = await Promise.all(reports.map((report) => reportCard(report, link.reportPath(report))));
  const title = name !== null && reports.length ? reports[0].label : "Reports";
  return {title, content: [heading(title), ...cards]};
}
