/** The page at /api/docs: reads the document from the same server and shows it. Nothing comes from anywhere else. */
import { createHash } from 'node:crypto';

const script = `
const text = (tag, value, parent) => {
  const node = document.createElement(tag);
  node.textContent = value;
  parent.append(node);
  return node;
};
const show = (api) => {
  const main = document.querySelector('main');
  text('h1', api.info.title, main);
  text('p', api.info.description, main);
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0];
      groups.set(tag, [...(groups.get(tag) ?? []), { path, method, operation }]);
    }
  }
  for (const [tag, routes] of groups) {
    text('h2', tag, main);
    for (const { path, method, operation } of routes) {
      const details = document.createElement('details');
      const summary = text('summary', '', details);
      text('b', method.toUpperCase() + ' ', summary);
      text('code', api.servers[0].url + path, summary);
      text('span', ' ' + operation.summary, summary);
      for (const parameter of operation.parameters) {
        const need = parameter.required ? ', needed' : '';
        text('p', parameter.in + ' ' + parameter.name + need + ': ' + JSON.stringify(parameter.schema), details);
      }
      if (operation.requestBody) {
        text('h3', 'Body', details);
        text('pre', JSON.stringify(operation.requestBody.content['application/json'].schema, null, 2), details);
      }
      text('h3', 'Answers', details);
      for (const [status, answer] of Object.entries(operation.responses)) {
        text('p', status + ' ' + answer.description, details);
      }
      main.append(details);
    }
  }
};
fetch('/api/v2/openapi.json')
  .then((response) => response.json())
  .then(show, (error) => text('p', String(error), document.querySelector('main')));
`;

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark; }
details { border-bottom: 1px solid #8884; padding: .4rem 0; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4.5rem; }
pre { overflow: auto; padding: .8rem; background: #8881; }
`;

export const docsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Perch management API</title>
<style>${style}</style>
<main></main>
<script>${script}</script>
</html>
`;

/** Lets exactly this script and style run. */
export const docsPagePolicy = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
