// Values as people read them.

import {h} from "./dom.js";
import {isEmpty, labelOfChoice, link, entityOf} from "./model.js";

const NUMBERS = ["integer", "decimal", "money"];
const SAFE_LINK = /^https?:\/\//i;

export const isNumber = (field) => NUMBERS.includes(field.type);

// Exact: the text of a decimal is never turned into a binary number.
export function formatNumber(value, places = null) {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole, fraction = ""] = text.split(".");
  const digits = places === null ? fraction : fraction.padEnd(places, "0");
  const sign = whole.startsWith("-") ? "-" : "";
  const plain = whole.replace("-", "");
  // Short whole numbers may be years: they stay ungrouped.
  const grouped = digits || plain.length > 4 ? new Intl.NumberFormat("en").format(BigInt(plain)) : plain;
  return sign + grouped + (digits ? `.${digits}` : "");
}

function formatDate(value) {
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return String(value);
  return new Intl.DateTimeFormat("en-GB", {dateStyle: "medium", timeZone: "UTC"}).format(date);
}

function formatMonth(value) {
  const date = new Date(`${value}-01T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return String(value);
  return new Intl.DateTimeFormat("en-GB", {month: "long", year: "numeric", timeZone: "UTC"}).format(date);
}

function formatMoment(value) {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return new Intl.DateTimeFormat("en-GB", {dateStyle: "medium", timeStyle: "short"}).format(date);
}

export function textOf(field, value) {
  if (isEmpty(value)) return "";
  if (Array.isArray(value)) return value.map((one) => textOf({...field, many: false}, one)).join(", ");
  switch (field.type) {
    case "money": return formatNumber(value, 2);
    case "integer": case "decimal": return formatNumber(value);
    case "boolean": return value ? "Yes" : "No";
    case "date": return formatDate(value);
    case "month": return formatMonth(value);
    case "datetime": return formatMoment(value);
    case "time": return String(value).replace(/^(\d\d:\d\d):00$/, "$1");
    case "choice": return labelOfChoice(field, value);
    default: return String(value);
  }
}

export function badge(field, value) {
  const choice = field.choices.find((one) => one.value === value);
  return h("span", {class: `badge badge-${choice ? choice.tone : "neutral"}`}, labelOfChoice(field, value));
}

// What to put into a table cell or a list of facts.
export function shown(field, value, references) {
  if (isEmpty(value) || (Array.isArray(value) && !value.length)) {
    return [h("span", {class: "muted", "aria-hidden": "true"}, "–"), h("span", {class: "hidden-text"}, "none")];
  }
  if (Array.isArray(value)) return textOf(field, value);
  if (field.references) {
    return h("a", {href: link.record(entityOf(field.references), value)}, references.title(field.references, value));
  }
  if (field.type === "choice") return badge(field, value);
  if (field.type === "email") return h("a", {href: `mailto:${encodeURIComponent(value).replace("%40", "@")}`}, value);
  if (field.type === "url" && SAFE_LINK.test(value)) return h("a", {href: value, rel: "noreferrer noopener"}, value);
  return textOf(field, value);
}
