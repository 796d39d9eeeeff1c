// Requests to the service, who asks, and its problem answers (RFC 9457).

const ROLE = "acting-role";
const USER = "acting-user";

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The service answered ${status}.`);
    this.status = status;
    this.fields = Array.isArray(body.errors) ? body.errors : [];
  }
}

export const identity = {
  get role() { return sessionStorage.getItem(ROLE) || ""; },
  set role(value) { sessionStorage.setItem(ROLE, value); },
  get user() { return sessionStorage.getItem(USER) || ""; },
  set user(value) { sessionStorage.setItem(USER, value); },
};

function headers(body) {
  const all = new Headers({Accept: "application/json"});
  if (body !== undefined) all.set("Content-Type", "application/json");
  if (identity.role) all.set("X-Role", identity.role);
  if (identity.user) all.set("X-User", identity.user);
  return all;
}

// Relative to the page, so that it works behind a path prefix too.
export function address(path, query = {}) {
  const url = new URL(path.replace(/^\//, ""), document.baseURI.split("#")[0]);
  for (const [name, value] of Object.entries(query)) {
    if (value !== "" && value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

async function answered(method, url, body) {
  let options;
  try {
    options = {method, headers: headers(body), body: body === undefined ? undefined : JSON.stringify(body)};
  } catch {
    throw new Problem(0, {detail: "The user may only have letters that fit into a header of a request."});
  }
  try {
    return await fetch(url, options);
  } catch {
    throw new Problem(0, {detail: "The service cannot be reached. Check that it runs, then try again."});
  }
}

async function checked(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Problem(response.status, body !== null && typeof body === "object" ? body : {});
}

export async function send(method, path, body) {
  const response = await checked(await answered(method, address(path), body));
  return response.status === 204 ? null : response.json();
}

export async function read(path, query = {}) {
  const response = await checked(await answered("GET", address(path, query)));
  return response.json();
}

// Fetched with the headers of the acting person, then handed to the browser as a file.
export async function download(path, query, name) {
  const response = await checked(await answered("GET", address(path, query)));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
