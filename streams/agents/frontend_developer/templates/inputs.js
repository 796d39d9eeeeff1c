// One input for each type of field: how it is built, filled and read.

import {h, uniqueId} from "./dom.js";
import {entityOf, isEmpty, may, titleOf} from "./model.js";
import {MOST_OPTIONS} from "./references.js";

const KINDS = {
  integer: "number", decimal: "number", money: "number", date: "date", datetime: "datetime-local",
  time: "time", email: "email", url: "url", phone: "tel",
};
const MANY_OPTIONS = 200;

const pad = (number, width = 2) => String(number).padStart(width, "0");

function localMoment(value) {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return "";
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const seconds = date.getSeconds() ? `:${pad(date.getSeconds())}` : "";
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}${seconds}`;
}

function stepOf(field) {
  if (field.type === "decimal") return "any";
  const step = field.multiple_of || (field.type === "money" ? "0.01" : "1");
  const fits = isEmpty(field.minimum) || Number(field.minimum) % Number(step) === 0;
  return field.type === "money" || fits ? step : "any";
}

function limits(field) {
  const number = ["integer", "decimal", "money"].includes(field.type);
  const bounded = number || field.type === "date";
  return {
    min: bounded ? field.minimum || null : null,
    max: (bounded ? field.maximum : "") || {date: "9999-12-31", datetime: "9999-12-31T23:59:59"}[field.type] || null,
    step: number ? stepOf(field) : null,
    maxlength: field.max_length || null,
  };
}

function initialText(field, value) {
  if (isEmpty(value)) return "";
  if (field.type === "datetime") return localMoment(value);
  return String(value);
}

// What a new record starts with; the service fills in what is left empty, but for what is required.
export function defaultOf(field) {
  if (field.default === "now") return field.required ? new Date().toISOString() : null;
  if (field.default === "today") return field.type === "date" ? localMoment(new Date()).slice(0, 10) : null;
  if (field.default === "") return null;
  if (field.type === "boolean") return ["true", "yes", "1"].includes(field.default.toLowerCase());
  return field.many ? field.default.split(",") : field.default;
}

function simple(field, value, common) {
  const attributes = {...common, ...limits(field)};
  const input = field.type === "long_text"
    ? h("textarea", attributes)
    : h("input", {...attributes, type: KINDS[field.type] || "text", autocomplete: "off"});
  const text = initialText(field, value);
  // A moment with seconds would otherwise break the step of a minute.
  if (field.type === "datetime" && /T\d\d:\d\d:\d\d/.test(text)) input.step = "1";
  input.value = text;
  return {element: input, control: input, raw: () => input.value, value: () => converted(field, input.value)};
}

function converted(field, text) {
  const trimmed = field.type === "long_text" ? text : text.trim();
  if (trimmed.trim() === "") return null;
  if (field.type === "integer") return Number.isSafeInteger(Number(trimmed)) ? Number(trimmed) : trimmed;
  if (field.type === "datetime") return new Date(trimmed).toISOString().replace(/\.\d+Z$/, "Z");
  return trimmed;
}

function checkbox(value, common) {
  const {required, ...others} = common;
  const input = h("input", {...others, type: "checkbox"});
  input.checked = value === true;
  return {element: input, control: input, raw: () => String(input.checked), value: () => input.checked};
}

function select(field, value, common, options) {
  const first = field.required && !isEmpty(value) ? null : h("option", {value: ""}, common.any || "Choose…");
  const input = h("select", {...common, any: null}, first, options.map(([key, label]) => h("option", {value: key}, label)));
  input.value = isEmpty(value) ? "" : String(value);
  return {element: input, control: input, raw: () => input.value, value: () => input.value || null};
}

function lines(field, value, common) {
  const input = h("textarea", common);
  input.value = (Array.isArray(value) ? value : []).map((one) => initialText(field, one)).join("\n");
  const split = () => input.value.split("\n").filter((line) => line.trim() !== "");
  return {element: input, control: input, raw: () => input.value, value: () => split().map((line) => converted(field, line))};
}

function checklist(field, value, common) {
  const chosen = Array.isArray(value) ? value : [];
  const boxes = field.choices.map((choice) => {
    const box = h("input", {type: "checkbox", name: common.name, value: choice.value, id: uniqueId("choice")});
    box.checked = chosen.includes(choice.value);
    return box;
  });
  const element = h("div", {}, boxes.map((box, index) => h("label", {class: "check", for: box.id}, box, field.choices[index].label)));
  const value_ = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return {element, control: boxes[0] || element, group: true, raw: () => value_().join(), value: value_};
}

async function reference(field, value, common, references) {
  const entity = entityOf(field.references);
  const found = may(entity, "list")
    ? await references.options(field.references).catch(() => null)
    : null;
  // Where the records may not be listed, their number is all that can be entered.
  if (found === null) return integerOf(field, value, common);
  if (!isEmpty(value)) await references.load([field], [{[field.name]: value}]);
  const known = references.record(field.references, value);
  const records = known && !found.items.some((one) => one.id === known.id) ? [known, ...found.items] : found.items;
  const input = select(field, value, common, optionsOf(entity, records));
  input.value = () => (input.control.value ? Number(input.control.value) : null);
  if (found.total <= MANY_OPTIONS || !entity.search) return {...input, hint: hintOf(entity, found)};
  return {...input, element: h("div", {}, finder(field, entity, input.control, references), input.element)};
}

const optionsOf = (entity, records) => records.map((record) => [record.id, titleOf(entity, record)]);

function hintOf(entity, found) {
  if (!found.total) return `There are none yet: add one under ${entity.plural_label} first.`;
  return found.total > found.items.length ? `The first ${MOST_OPTIONS} are shown.` : "";
}

function integerOf(field, value, common) {
  return simple({...field, type: "integer", minimum: "1", maximum: "", multiple_of: ""}, value, common);
}

// A box that narrows a long select to the records that match.
function finder(field, entity, control, references) {
  const box = h("input", {type: "search", "aria-label": `Find for ${field.label}`, placeholder: "Find…", autocomplete: "off"});
  let latest = 0;
  box.addEventListener("input", async () => {
    latest += 1;
    const mine = latest;
    const found = await references.options(field.references, box.value).catch(() => ({items: []}));
    if (mine !== latest) return;
    const kept = control.value;
    const options = optionsOf(entity, found.items).map(([key, label]) => h("option", {value: key}, label));
    const current = [...control.options].find((option) => option.value === kept && kept);
    control.replaceChildren(h("option", {value: ""}, "Choose…"), ...options);
    if (current && ![...control.options].some((option) => option.value === kept)) control.append(current);
    control.value = kept;
  });
  return box;
}

// An input: {element, control, raw(), value()}; `common` are the attributes of its control.
export async function buildInput(field, value, common, references) {
  if (field.references && !field.many) return reference(field, value, common, references);
  if (field.type === "choice" && field.many) return checklist(field, value, common);
  if (field.many) return lines(field, value, common);
  if (field.type === "choice") return select(field, value, common, field.choices.map((one) => [one.value, one.label]));
  if (field.type === "boolean") return checkbox(value, common);
  return simple(field, value, common);
}
