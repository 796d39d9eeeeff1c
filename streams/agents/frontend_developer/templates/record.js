// The page of one record: its facts, its actions, what belongs to it.

import {announce, complain, crumbs, h, heading} from "./dom.js";
import {Problem, read, send} from "./api.js";
import {actionInputs, entityOf, fieldOf, isEmpty, link, may, model, offers, titleOf, valueOf, waysOf} from "./model.js";
import {References} from "./references.js";
import {badge, shown} from "./format.js";
import {buildField, buildForm} from "./form.js";
import {confirm, formDialog} from "./dialogs.js";
import {recordTable} from "./tables.js";
import {reportCard} from "./reports.js";
import {go, reload} from "./navigation.js";

const CHILDREN = 200;
const MOMENT = {type: "datetime", choices: [], references: ""};

export async function recordView(entity, id) {
  const record = await read(`/${entity.plural}/${id}`);
  const references = new References();
  references.keep(entity.plural, record);
  await references.load(entity.fields, [record]);
  const title = titleOf(entity, record);
  const state = entity.state_field ? fieldOf(entity, entity.state_field) : null;
  const marked = state && !isEmpty(valueOf(record, state.name)) ? badge(state, valueOf(record, state.name)) : null;
  const reports = model.reports.filter((report) => report.within === entity.plural);
  return {
    title: `${title} · ${entity.label}`,
    content: [
      trail(entity, record, references, title),
      heading(title, {beside: marked, tools: tools(entity, record, references, title)}),
      facts(entity, record, references),
      ...(await Promise.all(entity.relations.map((relation) => relatedCard(entity, relation, record, references)))),
      ...(await Promise.all(reports.map((report) => reportCard(report, `/${entity.plural}/${id}/${report.name}`)))),
    ],
  };
}

// A child is reached through the record it belongs to.
function trail(entity, record, references, title) {
  const parent = entity.parent ? fieldOf(entity, entity.parent) : null;
  const owner = parent ? valueOf(record, parent.name) : null;
  if (!parent || isEmpty(owner) || !parent.references) return crumbs([entity.plural_label, link.list(entity)], [title]);
  const above = entityOf(parent.references);
  return crumbs([above.plural_label, link.list(above)], [references.title(above.plural, owner), link.record(above, owner)], [title]);
}

function facts(entity, record, references) {
  const fact = (label, content, long) => h("div", {class: long ? "long" : null}, h("dt", {}, label), h("dd", {}, content));
  return h("div", {class: "card padded"}, h("dl", {class: "facts"},
    entity.fields.map((field) => fact(field.label, shown(field, valueOf(record, field.name), references), field.type === "long_text")),
    fact("Created", shown(MOMENT, record.created_at, references)),
    fact("Last changed", shown(MOMENT, record.updated_at, references))));
}

function tools(entity, record, references, title) {
  const buttons = entity.actions
    .map((action) => [action, waysOf(entity, action, record)])
    .filter(([, ways]) => ways.length)
    .map(([action, ways], index) => h("button", {
      type: "button", class: index === 0 ? "primary" : null, onclick: () => act(entity, record, action, ways, references),
    }, action.label));
  if (offers(entity, "update", record, references)) {
    buttons.push(h("a", {class: "button", href: link.edit(entity, record.id)}, "Edit"));
  }
  if (offers(entity, "delete", record, references)) {
    buttons.push(h("button", {type: "button", class: "danger", onclick: () => askDelete(entity, record, title)}, "Delete"));
  }
  return buttons;
}

async function act(entity, record, action, ways, references) {
  const path = `/${entity.plural}/${record.id}/${action.name}`;
  const done = async () => {
    await reload();
    announce(`${action.label}: done.`);
  };
  const fields = actionInputs(entity, ways);
  if (!fields.length) {
    try {
      await send("POST", path);
      await done();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complain(error.message);
    }
    return;
  }
  const entries = await Promise.all(fields.map((field) => buildField(field, valueOf(record, field.name), references)));
  formDialog(`${action.label}: ${titleOf(entity, record)}`, (close) => buildForm(entries, {
    submit: action.label,
    cancel: h("button", {type: "button", onclick: close}, "Cancel"),
    save: async (body) => {
      await send("POST", path, body);
      close();
      await done();
    },
  }));
}

function askDelete(entity, record, title) {
  const owned = entity.relations.filter((relation) => relation.owned).map((relation) => entityOf(relation.plural).plural_label);
  const text = owned.length ? `It is deleted with all that belongs to it (${owned.join(", ")}).` : "It is deleted for good.";
  confirm(`Delete ${entity.label} “${title}”?`, `${text} This cannot be undone.`, "Delete", async () => {
    await send("DELETE", `/${entity.plural}/${record.id}`);
    const parent = entity.parent ? fieldOf(entity, entity.parent) : null;
    const owner = parent ? valueOf(record, parent.name) : null;
    const target = owner && parent.references ? link.record(entityOf(parent.references), owner) : link.list(entity);
    go(target, `${entity.label} “${title}” is deleted.`);
  });
}

// Records that refer to this one: children whole, others as far as they fit.
async function relatedCard(entity, relation, record, references) {
  const other = entityOf(relation.plural);
  if (!may(other, "list")) return null;
  const page = await read(`/${relation.plural}`, {[relation.via]: record.id, limit: relation.owned ? CHILDREN : 10}).catch(() => null);
  if (page === null) return null;
  const columns = other.columns.filter((name) => name !== relation.via);
  const field = fieldOf(other, relation.via);
  const several = entity.relations.filter((one) => one.plural === relation.plural).length > 1;
  const caption = several ? `${other.plural_label} (${field.label})` : other.plural_label;
  const table = recordTable(other, {caption: `${caption}: ${page.total}`, columns});
  await references.load(table.fields, page.items);
  table.fill(page.items, references);
  const blank = {id: 0, [relation.via]: record.id};
  const add = offers(other, "create", blank, references)
    ? h("a", {class: "button", href: link.create(other, {[relation.via]: record.id})}, `Add ${other.label}`)
    : null;
  const all = page.total > page.items.length
    ? h("p", {class: "pager"}, h("a", {href: link.list(other, {[relation.via]: record.id})}, `All ${page.total}`))
    : null;
  return h("section", {},
    h("div", {class: "head"}, h("h2", {}, caption), add ? h("div", {class: "tools"}, add) : null),
    h("div", {class: "card"}, page.items.length ? table.element : h("p", {class: "empty"}, "None yet."), all));
}
