// Going from view to view by the fragment of the address, and what is said on arrival.

let show = null;
let message = "";

export function onShow(callback) {
  show = callback;
}

// Goes to a view, and announces the message there.
export function go(href, text = "") {
  message = text;
  if (location.hash === href) show();
  else location.hash = href;
}

export const reload = () => show();

export function takeMessage() {
  const text = message;
  message = "";
  return text;
}

// "#/records/tasks/5?x=y" -> {place: ["records", "tasks", "5"], query: Map}
export function currentPlace() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const place = path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return {place, query: new Map(new URLSearchParams(search))};
}
