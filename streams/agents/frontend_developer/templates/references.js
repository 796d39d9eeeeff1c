// Records that others refer to, loaded once for a view, so that people read names and not numbers.

import {read} from "./api.js";
import {entityOf, may, titleOf} from "./model.js";

const PAGE = 200;
const MOST_SINGLE_READS = 40;
export const MOST_OPTIONS = 1000;

export class References {
  constructor() {
    this.known = new Map();
  }

  record(plural, id) {
    return this.known.get(`${plural}/${id}`) || null;
  }

  keep(plural, record) {
    this.known.set(`${plural}/${record.id}`, record);
  }

  title(plural, id) {
    const record = this.record(plural, id);
    const entity = entityOf(plural);
    return record ? titleOf(entity, record) : `${entity.label} ${id}`;
  }

  // Loads all that the records' fields refer to; what may not be read keeps its number.
  async load(fields, records) {
    const wanted = new Map();
    for (const field of fields.filter((one) => one.references)) {
      for (const record of records) {
        const id = record[field.name];
        if (id && !this.record(field.references, id)) {
          wanted.set(field.references, (wanted.get(field.references) || new Set()).add(id));
        }
      }
    }
    await Promise.all([...wanted].map(([plural, ids]) => this.#loadSome(plural, ids)));
  }

  async #loadSome(plural, ids) {
    const entity = entityOf(plural);
    if (ids.size > 1 && may(entity, "list")) {
      const page = await read(`/${plural}`, {limit: PAGE}).catch(() => ({items: []}));
      page.items.forEach((record) => this.keep(plural, record));
    }
    if (!entity.can.includes("read") || !may(entity, "read")) return;
    const missing = [...ids].filter((id) => !this.record(plural, id)).slice(0, MOST_SINGLE_READS);
    await Promise.all(missing.map(async (id) => {
      const record = await read(`/${plural}/${id}`).catch(() => null);
      if (record) this.keep(plural, record);
    }));
  }

  // Records to choose from, at most MOST_OPTIONS; `total` tells whether there are more.
  async options(plural, search = "") {
    const items = [];
    let total = 0;
    do {
      const page = await read(`/${plural}`, {limit: PAGE, offset: items.length, q: search});
      items.push(...page.items);
      total = page.total;
      if (!page.items.length) break;
    } while (items.length < Math.min(total, MOST_OPTIONS));
    items.forEach((record) => this.keep(plural, record));
    return {items, total};
  }
}
