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
  /** A type of the user's own: a media type handler may serve it. `text` as sent, `essence` `type/subtype` in lower case. */
  | { readonly kind: 'other'; readonly text: string; readonly essence: string };

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

/** Any text is a media type; what is none of ours is `other`. Letter case and blanks do not matter. */
export function parseMediaType(text: string): MediaType {
  const exact = plainType(text);
  if (exact !== undefined) return exact;
  const [type = '', ...rest] = text.split(';');
  // What follows a second slash is ignored.
  const essence = type
    .split('/')
    .slice(0, 2)
    .map((part) => part.trim().toLowerCase())
    .join('/');
  const parameters = parseParameters(rest);
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
  return plainType(essence) ?? { kind: 'other', text: text.trim(), essence };
}

function plainType(essence: string): MediaType | undefined {
  return Object.hasOwn(plainTypes, essence) ? plainTypes[essence] : undefined;
}

function parsePlan(format: 'json' | 'text', parameters: ReadonlyMap<string, string>): MediaType {
  const asked = new Set((parameters.get('options') ?? '').toLowerCase().split('|'));
  const inner = parseMediaType(parameters.get('for') ?? 'application/json');
  return {
    kind: 'plan',
    // A plan of a plan explains the same statement.
    for: inner.kind === 'plan' ? inner.for : inner,
    format,
    options: planOptions.filter((option) => asked.has(option)),
  };
}

function parseParameters(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [name = '', ...value] = text.split('=');
      return [
        name.trim().toLowerCase(),
        value
          .join('=')
          .trim()
          .replace(/^"(.*)"$/s, '$1'),
      ];
    }),
  );
}

/**
 * The media types of an Accept header, the best first: by q, then by how specific they are, then by place.
 *
 * A q that is no number counts as 1; q=0 is only the last of all.
 *
 * @param header undefined when none was sent: anything will do
 */
export function parseAccept(header: string | undefined): readonly MediaType[] {
  if (header === undefined) return [{ kind: 'any' }];
  if (!header.includes(',')) return [parseMediaType(header.split(';q=')[0] ?? '')];
  return header
    .split(',')
    .map((item) => {
      const [type = '', quality = ''] = item.split(';q=');
      const specificity = count(type, ';') - count(type, '*');
      return { type, quality: parseQuality(quality), specificity };
    })
    .sort((left, right) => right.quality - left.quality || right.specificity - left.specificity)
    .map(({ type }) => parseMediaType(type));
}

function parseQuality(text: string): number {
  const number = (text.split(';')[0] ?? '').trim();
  return /^-?[0-9]+(\.[0-9]+)?$/.test(number) ? Number(number) : 1;
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
