// The questions of a form. fields(ctx, items, answer, leave) draws what `Filling.described` says of them.
//   answer(name, value)  is called on every change, and gives the promise of ctx.do
//   leave(name)          is called when the focus leaves a question for the first time (may be left out)
//   flush(ctx)           sends what was typed a moment ago; call it before anything that needs the answers
//   place(item)          is the key of the field to focus, for ctx.focus
// Put them into an element of class "flds". With ctx.view.keys, choices show the digit that picks them.

const {fields, flush, place, typing} = (() => {

const PAUSE = 400;

function fields(ctx, items, answer, leave) {
  ctx.local.uid ??= `cl${Math.random().toString(36).slice(2, 8)}-`;
  ctx.local.typed ??= {};
  return items.map(item => {
    const c = {ctx, item, id: ctx.local.uid + item.id, key: item.id, answer, leave};
    return (DRAWN[item.type] ?? scale)(c);
  });
}

function place(item) {
  if (item.type === "matrix") {
    const row = item.rows.find(r => !(r.value in item.value)) ?? item.rows[0];
    return `${item.id}.${row.value}=${item.value[row.value] ?? item.points[0].value}`;
  }
  if (item.type === "ranking") return `${item.id}=${(item.options.find(o => !item.value.includes(o.value)) ?? item.options[0]).value}`;
  if (item.type === "multi") return `${item.id}=${item.options[0]?.value}`;
  if (item.points) return `${item.id}=${item.value ?? item.points[0].value}`;
  if (item.options && item.look !== "dropdown") return `${item.id}=${radioValue(item) ?? item.options[0]?.value}`;
  return item.id;
}
const radioValue = item => item.value === true ? "yes" : item.value === false ? "no" : item.value;

// --- what every question has ---

function question(c) {
  const {item, ctx} = c;
  return [item.label, item.required && [ctx.lang === "en" && " ", h("span", {class: "req"}, ctx.T("form.required"))]];
}
const hints = c => c.item.help && h("p", {class: "hint", id: `${c.id}-h`}, c.item.help);
const wrong = c => c.item.issues.length > 0 && h("div", {id: `${c.id}-e`, key: "wrong"},
  c.item.issues.map(text => h("p", {class: "err"}, icon("alert"), h("span", {}, text))));
const described = (c, ...more) => [c.item.help && `${c.id}-h`, ...more, c.item.issues.length > 0 && `${c.id}-e`].filter(Boolean).join(" ") || null;
const state = (c, ...more) => ({"aria-invalid": c.item.issues.length ? "true" : null, "aria-describedby": described(c, ...more)});

function left(c) {
  return {focusout: e => {
    if (!c.item.touched && c.leave && !e.currentTarget.contains(e.relatedTarget)) c.leave(c.item.name);
  }};
}

// Several controls under one question; of radios it is one group.
function group(c, role, ...kids) {
  const none = c.item.type === "matrix" ? Object.fromEntries(c.item.rows.map(r => [r.value, null])) : null;
  const given = !c.item.required && (none ? Object.keys(c.item.value).length > 0 : role === "radiogroup" && c.item.value !== null);
  const own = role === "radiogroup" ? {...state(c), role, "aria-required": c.item.required ? "true" : null} : {"aria-describedby": described(c)};
  return h("fieldset", {key: `q:${c.key}`, class: `fld ${c.item.type}${c.item.issues.length ? " bad" : ""}`, "aria-labelledby": `${c.id}-q`, ...own, on: left(c)},
    h("legend", {id: `${c.id}-q`}, question(c)), hints(c), kids,
    given && h("p", {class: "msg", key: "clear"}, h("button", {type: "button", class: "link", "aria-describedby": `${c.id}-q`, on: {click: () => {
      c.answer(c.item.name, none);
      c.ctx.focus(place({...c.item, value: none && {}}));
    }}}, c.ctx.T("form.clear"))),
    wrong(c));
}

// One control under one question.
function single(c, control, under) {
  return h("div", {key: `q:${c.key}`, class: `fld ${c.item.type}${c.item.issues.length ? " bad" : ""}`, on: left(c)},
    h("label", {class: "ask", for: `${c.id}-in`}, question(c)), hints(c), control, under, wrong(c));
}

// --- scales ---

const FACE = "M8 1.5a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM5.7 6.2v.6M10.3 6.2v.6";
const STAR = "M8 1.8l1.9 4 4.4.5-3.2 3 .8 4.4L8 11.5l-3.9 2.2.8-4.4-3.2-3 4.4-.5z";

function face(item, at) {
  if (item.look === "buttons" || !item.look) return null;
  const mouth = (at / Math.max(1, item.points.length - 1) - .5) * 6;
  const path = item.look === "stars" ? STAR : `${FACE}M5 ${10.4 - mouth / 4}q3 ${mouth} 6 0`;
  return h("svg", {class: "i", viewBox: "0 0 16 16", width: 20, height: 20, "aria-hidden": "true"}, h("path", {d: path}));
}

function scale(c) {
  const {item} = c, n = item.points.length;
  const ends = {[item.points[0].value]: "low", [item.points[n - 1].value]: "high"};
  const point = (p, i) => {
    const end = ends[p.value], told = end && item[end] ? `${c.id}-${end}` : null;
    return h("label", {key: `${c.key}-${p.value}`, class: item.look === "stars" && p.value <= item.value ? "lit" : null},
      h("input", {type: "radio", key: `${c.key}=${p.value}`, name: c.id, value: p.value, checked: item.value === p.value, "aria-describedby": told,
        on: {change: () => c.answer(item.name, p.value)}}),
      h("span", {}, face(item, i), h("b", {}, digits(p.value)), p.text && [" ", h("small", {}, p.text)]));
  };
  const end = (name, p) => item[name] && h("p", {class: `end ${name}`, id: `${c.id}-${name}`}, h("b", {}, digits(p.value)), " ", item[name]);
  const wide = n > 7 ? Math.ceil(n / 2) : n;
  return group(c, "radiogroup", h("div", {class: "scale", style: `--n:${n};--m:${wide};--rest:${n % wide ? wide - n % wide : 0}`}, end("low", item.points[0]),
    h("div", {class: item.named ? "pts named" : "pts"}, item.points.map(point)),
    end("high", item.points[n - 1])));
}
const digits = n => String(n).replace("-", "\u2212");

// --- choices ---

function choice(c, type, o, at, on, checked) {
  const full = o.full === true;
  const box = h("input", {type, key: `${c.key}=${o.value}`, name: c.id, value: o.value, checked, "aria-disabled": full ? "true" : null,
    ...(type === "checkbox" ? state(c) : {}), on: {change: on, click: e => {
      if (!full) return;
      e.preventDefault();
      c.ctx.say(c.ctx.T("form.full", {most: c.item.max}));
    }}});
  const label = h("label", {class: full ? "off" : null}, box, h("span", {dir: "auto"}, c.ctx.view.keys && h("kbd", {}, at + 1), o.text));
  const open = o.value === "other" && checked && "other" in c.item;
  return h("div", {class: open ? "opt open" : "opt", key: `${c.key}-${o.value}`}, label, open && other(c, o));
}

function other(c, o) {
  return h("input", {class: "line", type: "text", dir: "auto", autocomplete: "off", "aria-label": c.ctx.T("form.other_words", {option: o.text}),
    ...typing(c, `${c.item.name}__other_text`, `${c.key}:other`, c.item.other)});
}

function radios(c) {
  const value = radioValue(c.item);
  return group(c, "radiogroup", h("div", {class: c.item.type === "yesno" ? "opts yn" : "opts"},
    c.item.options.map((o, i) => choice(c, "radio", o, i, () => c.answer(c.item.name, o.value), value === o.value))));
}

function dropdown(c) {
  const {item, ctx} = c;
  const open = item.value === "other" && "other" in item;
  const list = h("select", {class: "in", id: `${c.id}-in`, key: item.id, value: item.value ?? "", "aria-required": item.required ? "true" : null, ...state(c),
    on: {change: e => c.answer(item.name, e.target.value)}},
    h("option", {value: ""}, ctx.T("form.choose")), item.options.map(o => h("option", {value: o.value}, o.text)));
  list.value = item.value ?? "";
  return single(c, list, open && h("div", {class: "opt open"}, other(c, item.options.find(o => o.value === "other"))));
}

function boxes(c) {
  const {item, ctx} = c;
  const chosen = e => [...e.target.closest("fieldset").querySelectorAll("[type=checkbox]")].filter(b => b.checked).map(b => b.value);
  const some = item.max !== null && item.chosen > 0;
  return group(c, "group", item.min > 1 && h("p", {class: "hint"}, ctx.T("form.at_least", {least: item.min})),
    h("div", {class: "opts"}, item.options.map((o, i) =>
      choice(c, "checkbox", o, i, e => c.answer(item.name, chosen(e)), item.value.includes(o.value)))),
    item.max !== null && h("p", {class: "msg", role: "status"},
      item.full ? ctx.T("form.full", {most: item.max}) : some ? ctx.T("form.chosen", {found: item.chosen, most: item.max}) : ""));
}

function ranking(c) {
  const {item, ctx} = c, order = item.value;
  const text = value => item.options.find(o => o.value === value)?.text ?? value;
  const put = (next, value, focus) => {
    const at = next.indexOf(value);
    c.answer(item.name, next);
    ctx.say(at < 0 ? "" : ctx.T("form.rank_is", {option: text(value), place: at + 1}));
    ctx.focus(focus);
  };
  const moved = (value, by) => {
    const next = order.filter(v => v !== value);
    next.splice(Math.min(Math.max(order.indexOf(value) + by, 0), next.length), 0, value);
    put(next, value, `${c.key}=${value}`);
  };
  const tool = (name, drawn, value, off, act) => h("button", {type: "button", class: "btn quiet", key: `${c.key}${name}${value}`,
    "aria-label": ctx.T(`form.rank_${name}`, {option: text(value)}), "aria-disabled": off ? "true" : null, on: {click: () => off || act()}}, drawn);
  const ranked = (value, i) => h("li", {class: "in-order", key: `${c.key}-${value}`, on: {keydown: e => {
    const by = {ArrowUp: -1, ArrowDown: 1}[e.key];
    if (by) { e.preventDefault(); moved(value, by); }
  }}},
    h("b", {class: "no"}, i + 1), h("span", {dir: "auto"}, text(value)),
    h("span", {class: "tools"},
      h("button", {type: "button", class: "btn quiet turn", key: `${c.key}=${value}`, "aria-label": ctx.T("form.rank_up", {option: text(value)}), "aria-disabled": i ? null : "true",
        on: {click: () => i && moved(value, -1)}}, icon("down")),
      tool("down", icon("down"), value, i === order.length - 1, () => moved(value, 1)),
      tool("out", icon("close"), value, false, () => put(order.filter(v => v !== value), value, `${c.key}=${value}`))));
  const rest = o => h("li", {key: `${c.key}-${o.value}+`}, h("button", {type: "button", class: "pick", key: `${c.key}=${o.value}`,
    "aria-label": ctx.T("form.rank_next", {option: o.text, place: order.length + 1}), on: {click: () => {
      const next = item.options.find(other => other !== o && !order.includes(other.value));
      put([...order, o.value], o.value, `${c.key}=${(next ?? o).value}`);
    }}}, h("b", {class: "no", "aria-hidden": "true"}, "+"), h("span", {dir: "auto"}, o.text)));
  return group(c, "group", h("p", {class: "hint"}, ctx.T("form.rank_hint")),
    h("ol", {class: "ranks"}, order.map(ranked), item.options.filter(o => !order.includes(o.value)).map(rest)));
}

// --- a table of scales; in a narrow place each row is a group of its own ---

function matrix(c) {
  const {item} = c, n = item.points.length;
  const head = p => item.coded ? [h("b", {}, digits(p.value)), p.text && [" ", p.text]] : p.text;
  const said = p => item.coded ? `${digits(p.value)} ${p.text || item[p === item.points[0] ? "low" : p === item.points[n - 1] ? "high" : ""] || ""}`.trim() : p.text;
  const cell = row => p => h("td", {}, h("label", {},
    h("input", {type: "radio", key: `${c.key}.${row.value}=${p.value}`, name: `${c.id}.${row.value}`, value: p.value, checked: item.value[row.value] === p.value,
      "aria-label": `${row.text}: ${said(p)}`, on: {change: () => c.answer(item.name, {[row.value]: p.value})}}),
    h("span", {"aria-hidden": "true"}, item.coded && item.named ? `${digits(p.value)} ${p.text}` : item.coded ? digits(p.value) : p.text)));
  const line = row => h("tr", {key: row.value}, h("th", {scope: "row", dir: "auto"}, row.text), item.points.map(cell(row)));
  const ends = (item.low || item.high) && h("p", {class: "ends"},
    h("span", {}, item.low && [h("b", {}, digits(item.points[0].value)), " ", item.low]),
    h("span", {}, item.high && [h("b", {}, digits(item.points[n - 1].value)), " ", item.high]));
  return group(c, "group", ends, h("table", {class: item.coded && !item.named ? "mx coded" : "mx", style: `--n:${n}`},
    h("thead", {}, h("tr", {}, h("td", {}), item.points.map(p => h("th", {scope: "col"}, head(p))))),
    h("tbody", {}, item.rows.map(line))));
}

// --- what is typed ---

// Properties of a text field: what was typed and is not answered for yet is never overwritten.
function typing(c, name, key, value) {
  const {ctx, answer} = c, typed = ctx.local.typed;
  const kept = typed[key] ??= {value: null, timer: 0};
  kept.send = () => {
    clearTimeout(kept.timer);
    kept.timer = 0;
    const sent = kept.value;
    if (sent === null || sent === kept.sent) return;
    kept.sent = sent;
    Promise.resolve(answer(name, sent)).then(said => {
      if (said?.error) kept.sent = undefined;
      else if (kept.value === sent) kept.value = kept.sent = null;
      ctx.redraw();
    });
  };
  const heard = e => {
    kept.value = e.target.value;
    clearTimeout(kept.timer);
    if (!e.isComposing) kept.timer = setTimeout(kept.send, PAUSE);
    ctx.redraw();
  };
  return {key, value: kept.value ?? value ?? "", on: {input: heard, compositionend: heard, change: e => { kept.value = e.target.value; kept.send(); }}};
}

function flush(ctx) {
  for (const kept of Object.values(ctx.local.typed ?? {})) if (kept.value !== null) kept.send?.();
}

const MODES = {email: "email", tel: "tel", url: "url"};

function line(c) {
  const {item} = c;
  const mode = item.type === "number" ? (item.integer ? "numeric" : "decimal") : MODES[item.format];
  return single(c, h("input", {class: "in", id: `${c.id}-in`, type: "text", inputmode: mode, autocomplete: MODES[item.format] ?? "off", dir: "auto",
    "aria-required": item.required ? "true" : null, ...state(c), ...typing(c, item.name, item.id, item.value)}));
}

function comment(c) {
  const {item, ctx} = c, field = typing(c, item.name, item.id, item.value);
  const found = [...field.value].length, over = found - item.max_length;
  const said = item.max_length && ctx.T(over > 0 ? "form.count_over" : "form.count", {found, most: item.max_length, over});
  return single(c, h("textarea", {class: "in", id: `${c.id}-in`, dir: "auto", rows: 3, "aria-required": item.required ? "true" : null,
    ...state(c, said && `${c.id}-n`), ...field}), said && h("p", {class: over > 0 ? "under over" : "under", id: `${c.id}-n`}, said));
}

function date(c) {
  const {item} = c;
  const whole = /^\d{4}-\d\d-\d\d$/.test(item.value ?? "") ? item.value : "";
  return single(c, h("input", {class: "in", id: `${c.id}-in`, key: item.id, type: "date", min: item.min, max: item.max, value: whole, "aria-required": item.required ? "true" : null,
    ...state(c), on: {change: e => c.answer(item.name, e.target.value), blur: e => { if (e.target.validity.badInput) c.answer(item.name, "\u2026"); }}}));
}

const note = c => h("p", {class: "fld note-text", key: `q:${c.key}`, dir: "auto"}, c.item.label);

const DRAWN = {
  nps: scale, csat: scale, ces: scale, rating: scale, yesno: radios, multi: boxes, matrix, ranking, text: line, number: line, comment, date, note,
  single: c => c.item.look === "dropdown" ? dropdown(c) : radios(c),
};

return {fields, flush, place, typing};
})();
