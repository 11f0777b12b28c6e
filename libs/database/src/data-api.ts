/** One data API as a value: its row with the documents in it read. */
import { jwksSchema, settingsInputSchema, type DataApiSettingsInput, type Jwks } from '@perch/contract';
import { dataApiReportSchema, type DataApiReport } from './data-api-report.js';
import { DatabaseError } from './database-error.js';
import type { DataApiModel } from './generated/models.js';

type Row = Omit<DataApiModel, 'loginPasswordSealed'>;

export interface DataApi extends Readonly<Omit<Row, 'settings' | 'jwks' | 'report' | 'version'>> {
  /** What the user wrote, without defaults. */
  readonly settings: DataApiSettingsInput;
  readonly jwks: Jwks | null;
  readonly report: DataApiReport;
  /** Version of the snapshot in force. */
  readonly version: number;
}

/** Settings of a newer version have no effect in this one. After going back from it the row has to be readable all the same. */
const storedSettingsSchema = settingsInputSchema.strip();

/** @throws DatabaseError database.document-unreadable: the row was written by another version of Perch or by hand. */
export function toDataApi(row: Row): DataApi {
  const settings = storedSettingsSchema.safeParse(row.settings);
  const jwks = jwksSchema.nullable().safeParse(row.jwks);
  const report = dataApiReportSchema.safeParse(row.report);
  if (!settings.success || !jwks.success || !report.success) {
    const cause = settings.error ?? jwks.error ?? report.error;
    throw new DatabaseError('database.document-unreadable', `Data API '${row.id}' has an unreadable document`, {
      cause,
    });
  }
  return { ...row, settings: settings.data, jwks: jwks.data, report: report.data, version: Number(row.version) };
}
