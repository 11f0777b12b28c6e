import { ComputeError } from '@perch/compute';
import { CertificateRefusedError, DatabaseUrlError } from '@perch/postgres';
import { ProvisioningError } from '@perch/provisioning';
import { classifyFailure, OperationRefused } from './failure.js';

const provisioning = (sqlState: string | undefined) =>
  new ProvisioningError({ step: 's', statement: 'SELECT', sqlState, reason: 'said' });

describe('classifyFailure', () => {
  it.each([
    ['a statement that is not allowed', provisioning('42501'), false],
    ['a connection that broke', provisioning(undefined), true],
    ['too many connections', provisioning('53300'), true],
    ['tuple concurrently updated', provisioning('XX000'), true],
    ['a port in use', new ComputeError('port-in-use', 'said'), true],
    ['a role without CREATEROLE', new ComputeError('role-lacks-createrole', 'said'), false],
    ['a certificate that is not believed', new CertificateRefusedError('said'), false],
    ['a connection URL that cannot be used', new DatabaseUrlError('said'), false],
    ['a refusal', new OperationRefused('said'), false],
    ['a wrong password', Object.assign(new RangeError('said'), { code: '28P01' }), false],
    ['a refused connection', Object.assign(new RangeError('said'), { code: 'ECONNREFUSED' }), true],
  ])('%s', (_, error, mayPass) => expect(classifyFailure(error)).toEqual({ message: 'said', mayPass, isBug: false }));

  it('never shows a mistake of ours to the user', () => {
    const failure = classifyFailure(new TypeError("cannot read 'secret' of undefined"));
    expect(failure).toMatchObject({ mayPass: true, isBug: true, message: expect.not.stringContaining('secret') });
  });
});
