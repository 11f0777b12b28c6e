/**
 * Media types as closed values: text of Accept and Content-Type in, kinds the plan can switch over out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/resource_representation.html
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 Accept
 */
import { assertNever } from './error/engine-error.js';

export type PlanOption = 'analyze' | 'verbose' | 'settings' | 'buffers' | 'wal';

export type MediaType =
  | { readonly kind: 'json' }
  | { readonly kind: 'geojson' }
  | { readonly kind: 'csv' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'xml' }
  | { readonly kind: 'openapi' }
  | { readonly kind: 'form' }
  | { readonly kind: 'octet-stream' }
  /** Whatever there is: an asterisk on both sides of the slash. */
  | { readonly kind: 'any' }
  /** `application/vnd.pgrst.object`: exactly one row. */
  | { readonly kind: 'singular'; readonly nullsStripped: boolean }
  /** `application/vnd.pgrst.array+json;nulls=stripped` */
  | { readonly kind: 'array-stripped' }
  | {
      readonly kind: 'plan';
      /** What would have been answered. */
      readonly for: MediaType;
      readonly format: 'json' | 'text';
      readonly options: readonly PlanOption[];
    }
  /** A type of the user's own: a media type handler of exactly this name may serve it. As sent, with its parameters. */
  | { readonly kind: 'other'; readonly text: string };

const planOptions: readonly PlanOption[] = ['analyze', 'verbose', 'settings', 'buffers', 'wal'];

/** Types whose parameters mean nothing here. */
const plainTypes: Readonly<Record<string, MediaType>> = {
  'application/json': { kind: 'json' },
  'application/geo+json': { kind: 'geojson' },
  'text/csv': { kind: 'csv' },
  'text/plain': { kind: 'plain' },
  'text/xml': { kind: 'xml' },
  'application/openapi+json': { kind: 'openapi' },
  'application/x-www-form-urlencoded': { kind: 'form' },
  'application/octet-stream': { kind: 'octet-stream' },
  '*/*': { kind: 'any' },
};

/** Type and subtype at the start; what stands behind them and is no parameter is ignored. */
const essencePattern = /^[\p{L}\p{N}.*]+\/[\p{L}\p{N}.*+-]+/u;
const parameterPattern = /\s*;\s*([\p{L}\p{N}-]+)\s*=\s*(?:"([^"]*)"|([\p{L}\p{N}|-]+))/uy;

/** Any text is a media type; what is none of ours is `other`. Letter case of types and parameter names does not matter. */
export function parseMediaType(text: string): MediaType {
  const exact = plainType(text);
  if (exact !== undefined) return exact;
  const start = essencePattern.exec(text)?.[0] ?? '';
  const essence = start.toLowerCase();
  const parameters = parseParameters(text, start.length);
  switch (essence) {
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { kind: 'singular', nullsStripped: parameters.get('nulls') === 'stripped' };
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      return parameters.get('nulls') === 'stripped' ? { kind: 'array-stripped' } : { kind: 'json' };
    case 'application/vnd.pgrst.plan':
    case 'application/vnd.pgrst.plan+text':
      return parsePlan('text', parameters);
    case 'application/vnd.pgrst.plan+json':
      return parsePlan('json', parameters);
  }
  return plainType(essence) ?? { kind: 'other', text };
}

function plainType(essence: string): MediaType | undefined {
  return Object.hasOwn(plainTypes, essence) ? plainTypes[essence] : undefined;
}

function parsePlan(format: 'json' | 'text', parameters: ReadonlyMap<string, string>): MediaType {
  const asked = new Set((parameters.get('options') ?? '').split('|'));
  return {
    kind: 'plan',
    for: parseMediaType(parameters.get('for') ?? 'application/json'),
    format,
    options: planOptions.filter((option) => asked.has(option)),
  };
}

/** Up to the first that is none. Of a repeated name the last value counts. */
function parseParameters(text: string, from: number): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  parameterPattern.lastIndex = from;
  for (let found = parameterPattern.exec(text); found !== null; found = parameterPattern.exec(text)) {
    const [, name = '', quoted, bare = ''] = found;
    parameters.set(name.toLowerCase(), quoted ?? bare);
  }
  return parameters;
}

/**
 * The media types of an Accept header, the best first: by q, then by how specific they are, then by place.
 *
 * Blanks mean nothing, wherever they stand. A q that is no number counts as 1; q=0 is only the last of all.
 *
 * @param header undefined when none was sent: anything will do
 */
export function parseAccept(header: string | undefined): readonly MediaType[] {
  if (header === undefined) return [{ kind: 'any' }];
  const items = header.replaceAll(' ', '').split(',');
  if (items.length === 1) return [parseMediaType(items[0]?.split(';q=')[0] ?? '')];
  return items
    .map((item) => {
      const [type = '', quality = ''] = item.split(';q=');
      const specificity = count(type, ';') - count(type, '*');
      return { type, quality: parseQuality(quality), specificity };
    })
    .sort((left, right) => right.quality - left.quality || right.specificity - left.specificity)
    .map(({ type }) => parseMediaType(type));
}

function parseQuality(text: string): number {
  // What stands behind a number is ignored.
  return Number(/^-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/.exec(text)?.[0] ?? 1);
}

function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

/** As errors name it and as a plan's `for` repeats it: without the charset. */
export function mediaTypeName(mediaType: MediaType): string {
  switch (mediaType.kind) {
    case 'json':
      return 'application/json';
    case 'geojson':
      return 'application/geo+json';
    case 'csv':
      return 'text/csv';
    case 'plain':
      return 'text/plain';
    case 'xml':
      return 'text/xml';
    case 'openapi':
      return 'application/openapi+json';
    case 'form':
      return 'application/x-www-form-urlencoded';
    case 'octet-stream':
      return 'application/octet-stream';
    case 'any':
      return '*/*';
    case 'singular':
      return `application/vnd.pgrst.object+json${mediaType.nullsStripped ? ';nulls=stripped' : ''}`;
    case 'array-stripped':
      return 'application/vnd.pgrst.array+json;nulls=stripped';
    case 'plan': {
      const options = mediaType.options.length === 0 ? '' : `; options=${mediaType.options.join('|')}`;
      return `application/vnd.pgrst.plan+${mediaType.format}; for="${mediaTypeName(mediaType.for)}"${options}`;
    }
    case 'other':
      return mediaType.text;
    default:
      return assertNever(mediaType);
  }
}

/** The Content-Type of an answer: with a charset where the body is text of our own making. */
export function mediaTypeText(mediaType: MediaType): string {
  const name = mediaTypeName(mediaType);
  switch (mediaType.kind) {
    case 'octet-stream':
    case 'any':
    case 'form':
    case 'other':
      return name;
    default:
      return `${name}; charset=utf-8`;
  }
}
