// The page model, and what of it applies to a record: titles, permissions, locks, actions.

import {identity} from "./api.js";

export let model = null;

export async function loadModel() {
  const response = await fetch(new URL("./model.json", import.meta.url));
  if (!response.ok) throw new Error("The page's own description cannot be loaded.");
  model = await response.json();
  return model;
}

export const entityOf = (plural) => model.entities.find((entity) => entity.plural === plural) || null;
export const fieldOf = (entity, name) => entity.fields.find((field) => field.name === name) || null;
export const valueOf = (record, name) => (Object.hasOwn(record, name) ? record[name] : null);
export const isEmpty = (value) => value === null || value === undefined || value === "";

export function titleOf(entity, record) {
  const words = entity.title.map((name) => valueOf(record, name)).filter((value) => !isEmpty(value));
  return words.length ? words.join(" ") : `${entity.label} ${record.id}`;
}

export function labelOfChoice(field, value) {
  const choice = field.choices.find((one) => one.value === value);
  return choice ? choice.label : String(value);
}

// Whether the acting role may; where it depends on a value that is not known here, it is offered.
export function may(entity, operation, record = null) {
  const grants = entity.grants.filter((grant) => grant.operation === operation);
  if (!identity.role || !grants.length) return true;
  const own = grants.filter((grant) => grant.role === identity.role);
  return own.some((grant) => {
    if (!grant.own || !record || !identity.user || !Object.hasOwn(record, grant.own)) return true;
    return String(record[grant.own]) === identity.user;
  });
}

export function isLocked(entity, write, record, references) {
  return entity.locks.some((lock) => {
    if (!lock.refused.includes(write)) return false;
    const holder = lock.via ? references.record(lock.via_plural, valueOf(record, lock.via)) : record;
    return holder !== null && lock.states.includes(valueOf(holder, lock.state_field));
  });
}

export function offers(entity, operation, record, references) {
  return entity.can.includes(operation) && may(entity, operation, record) && !isLocked(entity, operation, record, references);
}

const UNKNOWN = Symbol("unknown");
const UNIT = {m: 60000, h: 3600000, d: 86400000};

function operand(text, record) {
  if (text.startsWith("=")) return text.slice(1);
  const moment = /^(now|today)(?:([+-]\d+)([mhd]))?$/.exec(text);
  if (moment) {
    const start = new Date();
    if (moment[1] === "today") start.setUTCHours(0, 0, 0, 0);
    return new Date(start.getTime() + Number(moment[2] || 0) * (UNIT[moment[3]] || 0)).toISOString();
  }
  return Object.hasOwn(record, text) ? record[text] : UNKNOWN;
}

function order(left, right) {
  const numbers = [Number(left), Number(right)];
  if (!numbers.some(Number.isNaN)) return numbers[0] - numbers[1];
  const times = [Date.parse(left), Date.parse(right)];
  if (!times.some(Number.isNaN)) return times[0] - times[1];
  return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
}

// False only where the condition surely fails; the service itself has the last word.
function mayHold(condition, record, inputs) {
  if (inputs.includes(condition.left) || inputs.includes(condition.right) || condition.right_factor) return true;
  const left = operand(condition.left, record);
  if (left === UNKNOWN) return true;
  if (condition.operator === "is_null") return isEmpty(left);
  if (condition.operator === "not_null") return !isEmpty(left);
  const right = operand(condition.right, record);
  if (right === UNKNOWN) return true;
  const listed = () => String(right).split(",").map((one) => one.trim()).includes(String(left));
  if (condition.operator === "in") return listed();
  if (condition.operator === "not_in") return !listed();
  if (condition.operator === "eq") return !isEmpty(left) && order(left, right) === 0;
  if (condition.operator === "ne") return isEmpty(left) || order(left, right) !== 0;
  if (isEmpty(left) || isEmpty(right)) return true;
  const difference = order(left, right);
  return {lt: difference < 0, le: difference <= 0, gt: difference > 0, ge: difference >= 0}[condition.operator] ?? true;
}

// The ways in which an action can be taken now; none: its button is not shown.
export function waysOf(entity, action, record) {
  if (!may(entity, action.name, record)) return [];
  const state = entity.state_field ? valueOf(record, entity.state_field) : null;
  return action.alternatives.filter((way) => {
    if (way.sources.length && !way.sources.includes(state)) return false;
    return way.guards.every((guard) => mayHold(guard, record, way.inputs));
  });
}

export function actionInputs(entity, ways) {
  const names = [...new Set(ways.flatMap((way) => way.inputs))];
  return names.map((name) => {
    const field = fieldOf(entity, name) || unknownField(name);
    return {...field, required: ways.every((way) => way.required_inputs.includes(name)), default: "", read_only: false};
  });
}

function unknownField(name) {
  return {
    name, label: name.replaceAll("_", " "), type: "text", choices: [], references: "", minimum: "", maximum: "",
    exclusive_minimum: false, multiple_of: "", max_length: 0, many: false, help: "", required: false,
  };
}

export const link = {
  list: (entity, query = {}) => `#/records/${encodeURIComponent(entity.plural)}${asQuery(query)}`,
  record: (entity, id) => `#/records/${encodeURIComponent(entity.plural)}/${id}`,
  create: (entity, query = {}) => `#/records/${encodeURIComponent(entity.plural)}/new${asQuery(query)}`,
  edit: (entity, id) => `#/records/${encodeURIComponent(entity.plural)}/${id}/edit`,
  listing: (entity, name) => `#/listings/${encodeURIComponent(entity.plural)}/${encodeURIComponent(name)}`,
  report: (name) => `#/reports/${encodeURIComponent(name)}`,
  reportPath: (report) => `/reports/${report.name}`,
};

export function asQuery(query) {
  const pairs = Object.entries(query).filter(([, value]) => !isEmpty(value));
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}
