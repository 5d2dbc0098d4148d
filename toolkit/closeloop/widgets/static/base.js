// The base of the widgets: elements, patching, and what stands between a page and its kernel.
// A widget's own file follows this one in the same module and ends with: export default widget(draw);

const QUIET = "data-lm-suppress-shortcuts";
const LIVE = "data-cl-live";
const SVG = "http://www.w3.org/2000/svg";
const PATIENCE = 10000;

// --- elements ---

// h("button", {class: "btn", on: {click: f}, key: "save"}, "Save"): text stays text, whatever is in it.
// Attributes that are null or false are left out. `value` and `checked` are what the kernel knows; what a person has
// typed since is not overwritten. `html` is for HTML that the kernel's own views have made. An element with a `keep` is
// left alone as long as the page has one of the same key and the same `keep`, so it may then be drawn empty.
function h(name, props, ...kids) {
  const e = SVGS.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [k, v] of Object.entries(props ?? {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k === "on") e._on = v;
    else if (k === "key") e._key = String(v);
    else if (k === "value") e._value = String(v);
    else if (k === "keep") e._keep = v;
    else if (k === "html") fillIn(e, v);
    else e.setAttribute(k, v === true ? "" : v);
  }
  if (props && "checked" in props) e._checked = e.checked = !!props.checked;
  if (props && "checked" in props) e.removeAttribute("checked");
  for (const kid of kids.flat(Infinity)) if (kid !== null && kid !== undefined && kid !== false) e.append(kid);
  if (e._value !== undefined) e.value = e._value;
  if (HEARS.has(name) || "tabindex" in (props ?? {})) e.setAttribute(QUIET, "true");
  listen(e);
  return e;
}
// A notebook's shortcuts do not work where keys are heard.
const HEARS = new Set(["button", "input", "select", "textarea", "summary", "a"]);

function fillIn(e, html) {
  e._html = html;
  e.innerHTML = html;
  for (const one of e.querySelectorAll([...HEARS, "[tabindex]"].join())) one.setAttribute(QUIET, "true");
}

const SVGS = new Set(["svg", "path", "circle", "rect", "line", "g", "text", "polyline", "title"]);

function listen(e) {
  for (const type in e._on) {
    if ((e._heard ??= new Set()).has(type)) continue;
    e._heard.add(type);
    e.addEventListener(type, event => e._on?.[type]?.(event));
  }
}

// Make `a`, which is in the page, say what `b` says; focus, selection and unfinished input stay where they are.
function patch(a, b, force) {
  if (a.nodeType !== 1) { if (a.data !== b.data) a.data = b.data; return; }
  if (b._keep !== undefined && a._keep === b._keep) return;
  a._keep = b._keep;
  for (const {name} of [...a.attributes])
    if (!b.hasAttribute(name) && !(name === "open" && a.localName === "details")) a.removeAttribute(name);
  for (const {name, value} of b.attributes)
    if (a.getAttribute(name) !== value && !(name === "open" && a.localName === "details")) a.setAttribute(name, value);
  a._on = b._on;
  listen(a);
  if (b._html !== undefined) { if (a._html !== b._html) fillIn(a, b._html); }
  else patchKids(a, b, force);
  if (b._value !== undefined) {
    const typing = a === document.activeElement && a.value !== a._value && a.localName !== "select";
    if ((force || a._value !== b._value) && !typing && a.value !== b._value) a.value = b._value;
    a._value = b._value;
  }
  if (b._checked !== undefined) {
    if (force || a._checked !== b._checked) a.checked = b._checked;
    a._checked = b._checked;
  }
}

function patchKids(a, b, force) {
  const keyed = new Map();
  for (const kid of a.childNodes) if (kid._key !== undefined) keyed.set(kid._key, kid);
  // What is gone goes first, so that what follows it is not taken for something new, or moved.
  const stays = new Set([...b.childNodes].map(kid => kid._key));
  for (const [key, kid] of keyed) if (!stays.has(key)) kid.remove();
  let at = a.firstChild;
  for (const next of [...b.childNodes]) {
    const old = next._key === undefined ? at : keyed.get(next._key);
    if (old && alike(old, next)) {
      if (old === at) at = at.nextSibling; else a.insertBefore(old, at);
      patch(old, next, force);
    } else if (at && at._key === undefined && next._key === undefined) {
      const gone = at;
      at = at.nextSibling;
      gone.replaceWith(next);
    } else a.insertBefore(next, at);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
}
const alike = (a, b) => a.nodeName === b.nodeName && a._key === b._key && a.type === b.type;

// Small drawings, 16 × 16, of one line; the words beside them say the same.
const ICONS = {
  close: "M4 4l8 8M12 4l-8 8", add: "M8 3v10M3 8h10", check: "M3.5 8.5l3 3 6-7", down: "M4 6l4 4 4-4", right: "M6 4l4 4-4 4",
  alert: "M8 4.5v4.2M8 10.6v.9M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13z", warn: "M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11.2v.8",
  ok: "M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM5 8.3l2.1 2.1L11 6.2", clock: "M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM8 4.5V8l2.5 1.7",
  out: "M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM3.5 12.5l9-9", pause: "M6 4v8M10 4v8", undo: "M5 3L2 6l3 3M2 6h7a4 4 0 010 8H6",
  redo: "M11 3l3 3-3 3M14 6H7a4 4 0 000 8h3", move: "M4 2v7h9M10 6l3 3-3 3", pen: "M3 13l1-3 7-7 2 2-7 7zM9.5 4.5l2 2",
  gate: "M8 14V9M8 9C4 9 4 5 4 2M8 9c4 0 4-4 4-7", doc: "M4 1.5h5L12.5 5v9.5H4zM9 1.5V5h3.5M6 8h4M6 11h4", ask: "M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM6.3 6.3a1.8 1.8 0 112.4 1.7c-.5.2-.7.5-.7 1M8 11.2v.6",
  find: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3L14 14", people: "M6 3a2 2 0 100 4 2 2 0 000-4zM2 13c0-2.5 1.8-4 4-4s4 1.5 4 4M11 3.5a1.8 1.8 0 010 3.5M11.5 9c1.7.3 2.7 1.8 2.7 4",
  speak: "M2.5 6v4h2.5l3.5 3V3L5 6zM11 5.5a3.5 3.5 0 010 5M12.8 3.8a6 6 0 010 8.4", flag: "M4 14V2h8l-2 3 2 3H4", phone: "M4 2h2l1.2 3-1.6 1.2a8 8 0 004.2 4.2L11 8.8l3 1.2v2a2 2 0 01-2 2A10 10 0 012 4a2 2 0 012-2z",
  mail: "M2 4h12v8.5H2zM2 4.5l6 4.5 6-4.5", bin: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 9h5.8l.6-9",
};
const icon = name => h("svg", {class: `i i-${name}`, viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true"}, h("path", {d: ICONS[name]}));

// --- between a page and its kernel ---

// draw(ctx) gives what the widget shows (an element or a list of them) each time that something has changed.
//   ctx.view       what the kernel shows        ctx.local      what only this page knows (which menu is open, …)
//   ctx.T(key, …)  a text, its {fields} filled  ctx.redraw()   after a change of ctx.local
//   ctx.do(name, fields)  ask the kernel; a promise of {error, say}; the same thing asked for twice is asked for once
//                  (quiet, the third: no answer to a person, so an error that is shown stays)
//   ctx.busy       something was asked for and not answered yet
//   ctx.focus(key) put the focus on the element of that key once it is there
//   ctx.say(text)  say it to a screen reader    ctx.on(fn)     call fn when the page lets go of the widget
function mount(model, place, draw) {
  const host = h("div", {class: `cl cl-w ${model.get("kinds") ?? ""}`}), body = h("div", {class: "cl-body"});
  const live = h("div", {class: "sr", "aria-live": "polite", role: "status"}), fault = h("div", {class: "cl-fault", role: "alert"});
  const lost = h("div", {class: "cl-lost", role: "alert"});
  host.append(lost, fault, body, live);
  const me = Math.random().toString(36).slice(2), waiting = new Map(), ends = [];
  let seq = 0, asked = false, wanted = null, force = false, ended = false, left = false;
  const ctx = {
    model, host, local: {}, view: {}, busy: false,
    T: (key, fields) => fill((model.get("labels") ?? {})[key] ?? key, fields),
    get lang() { return model.get("language"); },
    redraw() { if (!asked && !ended) { asked = true; queueMicrotask(paint); } },
    focus(key) { wanted = key; ctx.redraw(); },
    say(text) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 30); },
    on(end) { ends.push(end); },
    do(name, fields = {}, quiet = false) {
      if (left || gone(model)) {
        leave();
        return Promise.resolve({error: lost.textContent, say: ""});
      }
      const what = JSON.stringify([name, fields]);
      for (const one of waiting.values()) if (one.what === what) return one.promise;
      const one = {what, quiet, number: ++seq};
      one.promise = new Promise(done => { one.done = done; });
      one.timer = setTimeout(() => { host.classList.add("cl-gone"); lose("no_answer"); }, PATIENCE);
      waiting.set(one.number, one);
      ctx.busy = true;
      try { model.send({kind: "do", view: me, seq: one.number, name, fields}); }
      catch { lose("no_answer"); }
      if (!quiet) ctx.redraw();
      return one.promise;
    },
  };
  function lose(how) { lost.textContent = ctx.T(`widgets.${how}${model.get("alone") ? "_alone" : ""}`); }
  // The kernel was restarted or has ended: nothing will be answered any more, and that is said at once.
  function leave() {
    left = true;
    host.classList.add("cl-gone");
    lose("kernel_gone");
    for (const one of waiting.values()) clearTimeout(one.timer);
  }
  function paint() {
    asked = false;
    if (ended) return;
    ctx.view = model.get("view") ?? {};
    if (host.lang !== ctx.lang) host.lang = ctx.lang;
    const error = ctx.local.error ?? "";
    if (fault.textContent !== error) fault.textContent = error;
    const was = document.activeElement, held = body.contains(was);
    const next = h("div", {class: "cl-body"}, draw(ctx));
    patch(body, next, force);
    force = false;
    const goal = wanted === null ? null : keyed(body, wanted);
    if (goal) { wanted = null; goal.focus(); }
    else if (held && document.activeElement !== was) {
      // Nobody asked for it: the focus comes back, and the page stays where it is.
      const back = was.isConnected ? was : body.querySelector('[tabindex="0"]') ?? body.querySelector("button,input,select,textarea");
      back?.focus({preventScroll: true});
    }
  }
  function heard(message) {
    if (message?.kind !== "done" || message.view !== me) return;
    const one = waiting.get(message.seq);
    if (!one) return;
    clearTimeout(one.timer);
    waiting.delete(message.seq);
    ctx.busy = waiting.size > 0;
    if (lost.textContent) { lost.textContent = ""; host.classList.remove("cl-gone"); ctx.say(ctx.T("widgets.answers_again")); }
    if (message.error || !one.quiet) ctx.local.error = message.error;
    force = !!message.error;
    if (message.say) ctx.say(message.say);
    one.done(message);
    ctx.redraw();
  }
  // The notebook's own shortcuts (d d deletes the cell) must not hear what is typed here; saving and the like still work.
  host.addEventListener("keydown", e => {
    const command = e.ctrlKey || e.metaKey, key = e.key.toLowerCase();
    const writing = e.target.matches?.("input:not([type=radio]):not([type=checkbox]),textarea");
    if (command && !writing && (key === "z" || key === "y") && "can_undo" in ctx.view) {
      e.preventDefault();
      ctx.do(key === "y" || e.shiftKey ? "redo" : "undo");
    }
    if (!command || /^(enter|[abcvxyz])$/.test(key)) e.stopPropagation();
  });
  const changed = () => ctx.redraw();
  for (const name of ["view", "labels", "language"]) model.on(`change:${name}`, changed);
  model.on("msg:custom", heard);
  model.on("comm_live_update", leave);
  place.replaceChildren(host);
  paint();
  return () => {
    ended = true;
    for (const name of ["view", "labels", "language"]) model.off(`change:${name}`, changed);
    model.off("msg:custom", heard);
    model.off("comm_live_update", leave);
    for (const one of waiting.values()) clearTimeout(one.timer);
    for (const end of ends) end();
  };
}

// "{n} {n:case|cases}" with {n: 1} is "1 case".
const fill = (text, fields) => fields ? text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
  (whole, name, one, many) => many === undefined ? fields[name] ?? whole : String(fields[name]) === "1" ? one : many) : text;

function keyed(root, key) {
  for (const e of root.querySelectorAll("*")) if (e._key === key) return e;
  return null;
}
// True while a Chinese, Japanese … input method is putting a word together: its Enter is not ours.
const composing = event => event.isComposing || event.keyCode === 229;

// --- the places in a page where a widget stands ---

// A cell's output is static HTML with the mark data-cl-live="<key>". When the model of that key arrives, the live widget
// takes the place of the static form; without a model, the static form stays.
const PLACES = globalThis.closeloopPlaces ??= {models: new Map(), seen: new WeakMap(), watch: null};

// True when the notebook of a model has been closed, or has no kernel any more.
const gone = model => model.widget_manager?.kernel === null;

function look() {
  for (const place of document.querySelectorAll(`[${LIVE}]`)) {
    const one = PLACES.models.get(place.getAttribute(LIVE));
    if (!one || PLACES.seen.get(place) === one || gone(one.model)) continue;
    PLACES.seen.set(place, one);
    one.show(place);
  }
}

function widget(draw) {
  return {
    initialize({model}) {
      const ends = [], here = () => PLACES.models.get(model.get("key"))?.model === model;
      // A notebook that is opened again has a new model of the same key, and the one before is of no use any more.
      // One that comes from the state saved in a notebook has nobody to talk to: there the static form stays.
      const named = async () => {
        const now = model.get("key"), whole = now && await model.widget_manager?.get_model(now);
        if (!now || here() || whole?.comm_live === false) return;
        PLACES.models.set(now, {model, show: place => ends.push(mount(model, place, draw))});
        look();
      };
      const forget = () => { if (here()) PLACES.models.delete(model.get("key")); };
      if (!PLACES.watch) {
        let asked = false;
        PLACES.watch = new MutationObserver(() => {
          if (asked) return;
          asked = true;
          setTimeout(() => { asked = false; look(); }, 0);
        });
        PLACES.watch.observe(document.documentElement, {childList: true, subtree: true});
      }
      model.on("change:key", named);
      model.on("comm_live_update", forget);
      named();
      return () => { forget(); for (const end of ends) end(); };
    },
    render({model, el}) { return mount(model, el, draw); },
  };
}
