/** Finds: responses of any length. */
import type { ConfigurationCheck } from '../advisor-check.js';

export const rowsUnlimited: ConfigurationCheck = {
  kind: 'configuration',
  name: 'rows_unlimited',
  title: 'Responses of any length',
  level: 'WARN',
  category: 'PERFORMANCE',
  description: 'One request can read a whole table, however large.',
  find: (configuration) =>
    configuration.maxRows === null
      ? {
          detail: 'db_max_rows is not set',
          fix: 'PATCH the data API as application/merge-patch+json with {"settings": {"db_max_rows": 1000}}',
        }
      : undefined,
};
