/** The one organization of a self-hosted Perch: the contract's clients look projects and their keys up by it. */
import { failure } from '../error/control-plane-error.js';

/** Never made and never changed: it is as old as time. */
const ALWAYS = new Date(0).toISOString();

export const theOrganization = Object.freeze({
  id: 'org-self-hosted-00000001',
  name: 'Perch',
  handle: 'perch',
  plan: 'self-hosted',
  managed_by: 'console',
  allow_hipaa_projects: false,
  require_mfa: false,
  created_at: ALWAYS,
  updated_at: ALWAYS,
});

/** @throws organization.not-found for any other; a request that names none is about this one */
export function assertTheOrganization(id: string | undefined): void {
  if (id !== undefined && id !== theOrganization.id) throw failure('organization.not-found', id);
}
