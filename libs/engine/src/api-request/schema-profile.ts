/**
 * Which schema a request is about: the profile headers and the exposed schemas in, a schema out.
 *
 * @see https://docs.postgrest.org/en/v16/references/api/schemas.html
 */
import { engineError, InternalError } from '../error/engine-error.js';

export interface SchemaChoice {
  readonly schema: string;
  /** Whether the answer says which schema it is about. */
  readonly showsProfile: boolean;
}

/** Methods with a body choose by Content-Profile, all others by Accept-Profile. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

/**
 * @param header looks up the first header of a name in lower case
 * @throws PGRST106 the schema is not exposed
 */
export function chooseSchema(
  method: string,
  header: (name: string) => string | undefined,
  exposed: readonly string[],
): SchemaChoice {
  const asked = header(withBody.has(method) ? 'content-profile' : 'accept-profile');
  if (asked !== undefined) {
    if (!exposed.includes(asked)) throw engineError('PGRST106', { schema: asked, exposed });
    return { schema: asked, showsProfile: true };
  }
  const [schema] = exposed;
  if (schema === undefined) throw new InternalError('a data API exposes at least one schema');
  return { schema, showsProfile: exposed.length > 1 };
}
