// The form of a new record, or of one that is changed.

import {crumbs, h, heading} from "./dom.js";
import {read, send} from "./api.js";
import {entityOf, fieldOf, isEmpty, link, titleOf, valueOf} from "./model.js";
import {References} from "./references.js";
import {buildField, buildForm} from "./form.js";
import {defaultOf} from "./inputs.js";
import {go} from "./navigation.js";

// The state of a record changes by actions; a new one may only start in some states.
function writable(entity, creating) {
  return entity.fields
    .filter((field) => !field.read_only)
    .filter((field) => field.name !== entity.state_field || (creating && entity.creatable.length > 1) || (!creating && !entity.actions.length))
    .map((field) => (creating && field.name === entity.state_field
      ? {...field, choices: field.choices.filter((choice) => entity.creatable.includes(choice.value))}
      : field));
}

function rules(entity) {
  if (!entity.rules.length) return [];
  return [h("details", {}, h("summary", {}, "Rules for this form"), h("ul", {}, entity.rules.map((rule) => h("li", {}, rule))))];
}

// Back to where the record belongs: its parent's page, or its own.
function landing(entity, record) {
  const parent = entity.parent ? fieldOf(entity, entity.parent) : null;
  const owner = parent ? valueOf(record, parent.name) : null;
  return owner && parent.references ? link.record(entityOf(parent.references), owner) : link.record(entity, record.id);
}

export async function createView(entity, query) {
  const references = new References();
  const start = (field) => {
    if (query.has(field.name)) return query.get(field.name);
    return field.name === entity.state_field && isEmpty(defaultOf(field)) ? entity.creatable[0] : defaultOf(field);
  };
  const entries = await Promise.all(writable(entity, true).map((field) => buildField(field, start(field), references)));
  const parent = entity.parent ? fieldOf(entity, entity.parent) : null;
  const owner = parent && parent.references ? query.get(parent.name) : null;
  const back = owner ? link.record(entityOf(parent.references), owner) : link.list(entity);
  if (owner) await references.load([parent], [{[parent.name]: Number(owner)}]);
  const title = `New ${entity.label}`;
  const trail = owner
    ? [[entityOf(parent.references).plural_label, link.list(entityOf(parent.references))], [references.title(parent.references, Number(owner)), back]]
    : [[entity.plural_label, back]];
  const form = buildForm(entries, {
    submit: `Create ${entity.label}`,
    cancel: h("a", {class: "button", href: back}, "Cancel"),
    beside: rules(entity),
    save: async (body) => {
      const record = await send("POST", `/${entity.plural}`, body);
      go(landing(entity, record), `${entity.label} “${titleOf(entity, record)}” is created.`);
    },
  });
  return {title, content: [crumbs(...trail, [title]), heading(title), h("div", {class: "card padded"}, form)]};
}

export async function editView(entity, id) {
  const record = await read(`/${entity.plural}/${id}`);
  const references = new References();
  const fields = writable(entity, false);
  const entries = await Promise.all(fields.map((field) => buildField(field, valueOf(record, field.name), references)));
  const name = titleOf(entity, record);
  const title = `Edit ${name}`;
  const form = buildForm(entries, {
    submit: "Save",
    partial: true,
    cancel: h("a", {class: "button", href: link.record(entity, id)}, "Cancel"),
    beside: rules(entity),
    save: async (body) => {
      const saved = Object.keys(body).length ? await send("PATCH", `/${entity.plural}/${id}`, body) : record;
      go(landing(entity, saved), `${entity.label} “${titleOf(entity, saved)}” is saved.`);
    },
  });
  return {
    title,
    content: [
      crumbs([entity.plural_label, link.list(entity)], [name, link.record(entity, id)], ["Edit"]),
      heading(title), h("div", {class: "card padded"}, form),
    ],
  };
}
