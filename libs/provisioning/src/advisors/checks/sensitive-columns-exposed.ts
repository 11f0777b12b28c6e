/** Finds: sensitive columns without row-level security. */
import type { DatabaseCheck } from '../advisor-check.js';

export const sensitiveColumnsExposed: DatabaseCheck = {
  kind: 'database',
  name: 'sensitive_columns_exposed',
  title: 'Sensitive columns without row-level security',
  level: 'ERROR',
  category: 'SECURITY',
  description: 'Columns whose names promise secrets are in a table that requests reach without row-level security.',
  sql: `
select r.full_name as key, format('Table %s shows columns that look sensitive: %s', r.full_name,
       string_agg(a.attname::text, ', ' order by a.attnum)) as detail,
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', r.full_name) as fix,
       r.metadata || jsonb_build_object('columns', jsonb_agg(a.attname::text order by a.attnum)) as metadata
  from api_relations r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
 where r.relkind in ('r', 'p') and not r.relrowsecurity
   and replace(lower(a.attname), '-', '_') in (
     'password', 'passwd', 'pwd', 'password_hash', 'hashed_password', 'passphrase', 'pin', 'secret', 'secret_key',
     'client_secret', 'private_key', 'encryption_key', 'signing_key', 'api_key', 'apikey', 'api_secret', 'access_key',
     'access_token', 'refresh_token', 'auth_token', 'session_token', 'reset_token', 'bearer_token', 'oauth_token',
     'totp_secret', 'mfa_secret', 'otp_secret', 'recovery_code', 'recovery_codes', 'backup_codes', 'ssn',
     'social_security_number', 'national_id', 'tax_id', 'passport_number', 'driver_license', 'credit_card',
     'credit_card_number', 'card_number', 'cvv', 'cvc', 'iban', 'bank_account', 'account_number', 'routing_number')
   and exists (select from api_roles g where has_column_privilege(g.oid, r.oid, a.attnum, 'SELECT'))
 group by r.full_name, r.metadata`,
};
