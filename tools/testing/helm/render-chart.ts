/** `helm template` for charts that keep to the part of it in this folder: a chart's folder and values in, its files out. */
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { functions, holds, print, type Value } from './functions.js';
import { parseTemplate, TemplateError, type Command, type Node, type Operand, type Pipe } from './parse-template.js';

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

export type Values = { readonly [key: string]: Value };

/** Values of the chart with those given laid over them, as Helm does: maps are merged, everything else replaced. */
export function mergeValues(under: Value, over: Value): Value {
  if (!isMap(under) || !isMap(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in over ? mergeValues(under[key], over[key]) : under[key]]),
  );
}

/**
 * @returns texts by the file names of templates.
 * @throws TemplateError for what Helm refuses, and for what this renderer does not know
 */
export function renderChart(chart: string, values: Value, release: Release): ReadonlyMap<string, string> {
  const meta = parse(fs.readFileSync(path.join(chart, 'Chart.yaml'), 'utf8')) as Record<string, string>;
  const root: Values = {
    Values: values,
    Chart: { Name: meta['name'], Version: meta['version'], AppVersion: meta['appVersion'] },
    Release: { Name: release.name, Namespace: release.namespace, Service: 'Helm' },
  };
  const folder = path.join(chart, 'templates');
  const templates = fs.readdirSync(folder).map((name) => {
    try {
      return { name, ...parseTemplate(fs.readFileSync(path.join(folder, name), 'utf8')) };
    } catch (error) {
      throw new TemplateError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  const defined = new Map(templates.flatMap((template) => [...template.defined]));
  const include = (name: Value, dot: Value): string => {
    const body = defined.get(String(name));
    if (body === undefined) throw new TemplateError(`no template '${String(name)}'`);
    return render(body, dot, new Scope(dot), include);
  };
  return new Map(
    templates
      .filter(({ name }) => !name.startsWith('_'))
      .map(({ name, body }) => [name, render(body, root, new Scope(root), include)] as const),
  );
}

type Include = (name: Value, dot: Value) => string;

/** Variables; a branch sees those around it. */
class Scope {
  readonly #own = new Map<string, Value>();

  constructor(
    root: Value,
    private readonly around?: Scope,
  ) {
    if (around === undefined) this.#own.set('$', root);
  }

  get(name: string): Value {
    if (this.#own.has(name)) return this.#own.get(name);
    if (this.around === undefined) throw new TemplateError(`no variable ${name}`);
    return this.around.get(name);
  }

  declare(name: string, value: Value): void {
    this.#own.set(name, value);
  }

  assign(name: string, value: Value): void {
    if (this.#own.has(name)) this.#own.set(name, value);
    else if (this.around === undefined) throw new TemplateError(`no variable ${name}`);
    else this.around.assign(name, value);
  }
}

function render(body: readonly Node[], dot: Value, scope: Scope, include: Include): string {
  return body.map((node) => renderNode(node, dot, scope, include)).join('');
}

function renderNode(node: Node, dot: Value, scope: Scope, include: Include): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'print':
      return print(evaluate(node.pipe, dot, scope, include));
    case 'set': {
      const value = evaluate(node.pipe, dot, scope, include);
      if (node.declares) scope.declare(node.name, value);
      else scope.assign(node.name, value);
      return '';
    }
    case 'if':
    case 'with':
      for (const { condition, body } of node.branches) {
        const inner = new Scope(undefined, scope);
        const value = condition === undefined ? true : evaluate(condition, dot, inner, include);
        if (!holds(value)) continue;
        return render(body, node.kind === 'with' && condition !== undefined ? value : dot, inner, include);
      }
      return '';
  }
}

function evaluate(pipe: Pipe, dot: Value, scope: Scope, include: Include): Value {
  const valueOf = (operand: Operand): Value => {
    switch (operand.kind) {
      case 'value':
        return operand.value;
      case 'pipe':
        return evaluate(operand.pipe, dot, scope, include);
      case 'path':
        return operand.keys.reduce(keyOf, operand.of === undefined ? dot : scope.get(operand.of));
      case 'name':
        return call(operand.name, []);
    }
  };
  const call = (name: string, args: readonly Value[]): Value => {
    if (name === 'include') return include(args[0], args[1]);
    const known = functions[name];
    if (known === undefined) throw new TemplateError(`'${name}' is not a function that is known here`);
    return known(...args);
  };
  const run = ([first, ...rest]: Command, piped: readonly Value[]): Value => {
    if (first?.kind === 'name') return call(first.name, [...rest.map(valueOf), ...piped]);
    if (first === undefined || rest.length > 0 || piped.length > 0) throw new TemplateError('a value is called');
    return valueOf(first);
  };
  return pipe.reduce<readonly Value[]>((piped, command) => [run(command, piped)], [])[0];
}

/** @throws TemplateError for a key of what is no map, as Go does */
function keyOf(value: Value, key: string): Value {
  if (!isMap(value)) throw new TemplateError(`there is no '${key}' of ${JSON.stringify(value)}`);
  return value[key];
}

function isMap(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
