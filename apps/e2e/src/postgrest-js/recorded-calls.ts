/** A client whose calls are noted by name: the client and its builders stay as they are, each stands behind a Proxy. */
import * as postgrestJs from '@supabase/postgrest-js';

const { PostgrestBuilder, PostgrestClient, PostgrestFilterBuilder, PostgrestQueryBuilder, PostgrestTransformBuilder } =
  postgrestJs;
const classes = [
  PostgrestBuilder,
  PostgrestTransformBuilder,
  PostgrestFilterBuilder,
  PostgrestQueryBuilder,
  PostgrestClient,
];

/** Not public: typed `private` or `protected` in the package's declarations. */
const internal = new Set(['constructor', 'processResponse', 'cloneRequestState', 'decorateFetch']);

/** Every public method of the client and its builders. */
export function publicMethods(): readonly string[] {
  const names = classes.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  return [...new Set(names)].filter((name) => !internal.has(name)).sort();
}

/** @param called gets the name of every method that is called on the client or on what it returns */
export function recorded<T extends object>(target: T, called: Set<string>): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        called.add(String(name));
        const result: unknown = Reflect.apply(value, object, args);
        return isPartOfClient(result) ? recorded(result, called) : result;
      };
    },
  });
}

function isPartOfClient(value: unknown): value is object {
  return classes.some((one) => value instanceof one);
}
