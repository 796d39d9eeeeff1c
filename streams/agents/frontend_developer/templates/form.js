// Forms: fields with labels, help and errors; checks before sending; errors of the service shown in place.

import {h, uniqueId} from "./dom.js";
import {Problem} from "./api.js";
import {buildInput} from "./inputs.js";
import {isEmpty} from "./model.js";

const LONG = ["long_text"];

export async function buildField(field, value, references) {
  const id = uniqueId("field");
  const helpId = `${id}-help`;
  const errorId = `${id}-error`;
  const common = {id, name: field.name, required: field.required, "aria-describedby": `${helpId} ${errorId}`};
  const input = await buildInput(field, value, common, references);
  const error = h("p", {class: "error", id: errorId});
  const help = h("p", {class: "help", id: helpId}, [field.help, input.hint].filter(Boolean).join(" "));
  help.hidden = !help.textContent;
  const before = input.raw();
  const setError = (message) => {
    error.replaceChildren(message);
    if (message) input.control.setAttribute("aria-invalid", "true");
    else input.control.removeAttribute("aria-invalid");
  };
  input.element.addEventListener("input", () => setError(""));
  return {
    field, setError,
    element: wrapped(field, input, {id, help, error, helpId, errorId}),
    control: input.control,
    changed: () => input.raw() !== before,
    value: input.value,
    check: () => problemOf(field, input),
  };
}

const mark = (field) => (field.required ? [" ", h("span", {class: "required", "aria-hidden": "true"}, "*")] : []);

function wrapped(field, input, {id, help, error, helpId, errorId}) {
  const size = LONG.includes(field.type) || field.many ? "field long" : "field";
  if (input.group) {
    return h("fieldset", {class: size, "aria-describedby": `${helpId} ${errorId}`},
      h("legend", {}, field.label, mark(field)), help, input.element, error);
  }
  if (field.type === "boolean" && !field.many) {
    return h("div", {class: size}, h("label", {class: "check", for: id}, input.element, field.label), help, error);
  }
  return h("div", {class: size}, h("label", {for: id}, field.label, mark(field)), help, input.element, error);
}

// The message for what is wrong with the input, "" for nothing; the service checks all of it again.
function problemOf(field, input) {
  const state = input.control.validity;
  const value = state && state.badInput ? null : input.value();
  const missing = isEmpty(value) || (Array.isArray(value) && !value.length);
  if (state && state.badInput) return `Enter a valid ${field.type === "datetime" ? "date and time" : kind(field)}.`;
  if (missing) return field.required && field.type !== "boolean" ? `${field.label}: this is needed.` : "";
  if (!state || field.many) return "";
  if (state.typeMismatch) return `Enter a valid ${kind(field)}${field.type === "url" ? ", with https:// in front" : ""}.`;
  if (state.rangeUnderflow) return `Must be ${field.exclusive_minimum ? "more than" : "at least"} ${field.minimum}.`;
  if (field.exclusive_minimum && field.minimum && Number(value) <= Number(field.minimum)) return `Must be more than ${field.minimum}.`;
  if (state.rangeOverflow) return field.maximum ? `Must be at most ${field.maximum}.` : "This is too far in the future.";
  if (state.stepMismatch) return field.type === "integer" && !field.multiple_of ? "Must be a whole number." : `Must be in steps of ${input.control.step}.`;
  if (state.tooLong) return `Must have at most ${field.max_length} characters.`;
  return "";
}

function kind(field) {
  return {email: "e-mail address", url: "address", integer: "whole number", decimal: "number", money: "amount"}[field.type] || field.type.replace("_", " ");
}

function errorList(box, message, wrong) {
  const items = wrong.map(({entry, text}) => {
    const focus = (event) => { event.preventDefault(); entry.control.focus(); };
    return h("li", {}, h("a", {href: `#${entry.control.id}`, onclick: focus}, `${entry.field.label}: ${text.replace(`${entry.field.label}: `, "")}`));
  });
  box.replaceChildren(h("p", {}, message), items.length ? h("ul", {}, items) : "");
}

// A form that calls save(body) with what was entered, and shows what is refused.
// `partial` sends the changed fields only, with null for emptied ones.
export function buildForm(entries, {submit, cancel, save, partial = false, beside = [], danger = false}) {
  const summary = h("div", {class: "summary", role: "alert", tabindex: "-1"});
  const button = h("button", {type: "submit", class: danger ? "primary danger" : "primary"}, submit);
  const required = entries.some((entry) => entry.field.required);
  const form = h("form", {class: "record", novalidate: true},
    summary,
    required ? h("p", {class: "muted"}, "Fields with ", h("span", {class: "required"}, "*"), " are needed.") : null,
    h("div", {class: "grid"}, entries.map((entry) => entry.element)),
    beside,
    h("div", {class: "tools"}, button, cancel));
  const show = (message, wrong) => {
    wrong.forEach(({entry, text}) => entry.setError(text));
    errorList(summary, message, wrong);
    (wrong.length ? wrong[0].entry.control : summary).focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    entries.forEach((entry) => entry.setError(""));
    summary.replaceChildren();
    const wrong = entries.map((entry) => ({entry, text: entry.check()})).filter(({text}) => text);
    if (wrong.length) { show("Please correct this first:", wrong); return; }
    button.setAttribute("aria-disabled", "true");
    try {
      await save(bodyOf(entries, partial));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showProblem(error, entries, show);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return form;
}

function bodyOf(entries, partial) {
  const pairs = entries
    .filter((entry) => (partial ? entry.changed() : true))
    .map((entry) => [entry.field.name, entry.value()]);
  return Object.fromEntries(partial ? pairs : pairs.filter(([, value]) => !isEmpty(value)));
}

function showProblem(problem, entries, show) {
  const wrong = [];
  const others = [];
  for (const {field, message} of problem.fields) {
    const entry = entries.find((one) => one.field.name === String(field).split(".").pop());
    if (entry) wrong.push({entry, text: String(message)});
    else others.push(String(message));
  }
  show([problem.message, ...others.filter((text) => text !== problem.message)].join(" "), wrong);
}
