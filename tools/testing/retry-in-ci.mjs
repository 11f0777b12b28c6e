// In CI a spec that fails is tried once more, with its first error printed: real processes on a busy machine are sometimes late.
import { jest } from '@jest/globals';

if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
