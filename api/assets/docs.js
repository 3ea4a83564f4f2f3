"use strict";

// Shows the node's own OpenAPI document. Text goes in as text nodes only, so nothing in it can become markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function table(headings, rows) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  headings.forEach((heading) => head.append(element("th", heading)));
  const body = made.createTBody();
  rows.forEach((cells) => {
    const row = body.insertRow();
    cells.forEach((cell) => row.append(element("td", cell)));
  });
  return made;
}

function typeName(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const parts = schema.oneOf || schema.anyOf;
  if (parts) return parts.map(typeName).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const types = [].concat(schema.type || "any");
  const named = types.map((type) => (type === "array" ? `array of ${typeName(schema.items)}` : type));
  return named.join(" or ") + (schema.format ? ` (${schema.format})` : "");
}

function bodyType(content) {
  return Object.entries(content || {})
    .map(([type, media]) => `${typeName(media.schema)} as ${type}`)
    .join(", ");
}

function operation(method, path, described) {
  const made = element("details");
  const summary = element("summary");
  summary.append(element("span", method.toUpperCase(), "method"), element("span", path, "path"));
  made.append(summary);
  const about = [described.summary, described.description].filter(Boolean).join(" ");
  if (about) made.append(element("p", about));
  const parameters = described.parameters || [];
  if (parameters.length > 0) {
    const rows = parameters.map((p) => [p.name, p.in, typeName(p.schema), p.description || ""]);
    made.append(table(["Parameter", "In", "Type", "What"], rows));
  }
  if (described.requestBody) made.append(element("p", `Body: ${bodyType(described.requestBody.content)}`));
  const answers = Object.entries(described.responses || {});
  const rows = answers.map(([status, answer]) => [status, answer.description || "", bodyType(answer.content)]);
  made.append(table(["Status", "When", "Body"], rows));
  return made;
}

function byTag(specification) {
  const groups = new Map((specification.tags || []).map((tag) => [tag.name, { about: tag.description, all: [] }]));
  for (const [path, item] of Object.entries(specification.paths)) {
    for (const method of METHODS.filter((known) => item[known])) {
      const tag = (item[method].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, { about: "", all: [] });
      groups.get(tag).all.push(operation(method, path, item[method]));
    }
  }
  return groups;
}

function schemas(specification) {
  const all = Object.entries((specification.components || {}).schemas || {});
  return all.map(([name, schema]) => {
    const made = element("details");
    made.append(element("summary", name, "path"), element("pre", JSON.stringify(schema, null, 2)));
    return made;
  });
}

function show(specification) {
  document.getElementById("about").textContent = specification.info.description || "";
  const place = document.getElementById("operations");
  for (const [tag, group] of byTag(specification)) {
    place.append(element("h2", tag), element("p", group.about || ""), ...group.all);
  }
  place.append(element("h2", "schemas"), ...schemas(specification));
}

fetch("/api/openapi.json")
  .then((response) => {
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.json();
  })
  .then(show)
  .catch((error) => {
    document.getElementById("about").textContent = `The OpenAPI document could not be read: ${error.message}`;
  });
