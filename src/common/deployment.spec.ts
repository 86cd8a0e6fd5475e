import { deploymentIn, isDeployment, withDeployment } from './deployment.js';

describe('The deployment in an app version', () => {
  it.each([
    [undefined, 42, 'deployment.42'],
    ['', 0, 'deployment.0'],
    ['1.4.0', 42, '1.4.0+deployment.42'],
    ['1.4.0-rc.1', 42, '1.4.0-rc.1+deployment.42'],
    ['1.4.0+sha.5114f85', 42, '1.4.0+sha.5114f85.deployment.42'],
    ['main', Number.MAX_SAFE_INTEGER, 'main+deployment.9007199254740991'],
  ])('of %p and %p is read back from %p', (version, deployment, text) => {
    expect(withDeployment(version, deployment)).toBe(text);
    expect(deploymentIn(text)).toBe(deployment);
  });

  it.each([
    undefined,
    null,
    '',
    '1.2.3',
    '42',
    '20261127',
    'deployment',
    'deployment.',
    'deployment.x',
    'my.deployment.4',
    '1.2.3-deployment.4',
    '1.2.3+my-deployment.4',
    'deployment.4.5',
    'deployment.9007199254740993',
    'deployment.99999999999999999999',
  ])('is not there in %p', (version) => {
    expect(deploymentIn(version)).toBeUndefined();
  });

  it.each([[0], [1], [20_261_127_124_250], [Number.MAX_SAFE_INTEGER]])('may be %p', (value) => {
    expect(isDeployment(value)).toBe(true);
  });

  it.each([[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53], ['1'], [undefined], [null]])(
    'may not be %p',
    (value) => {
      expect(isDeployment(value)).toBe(false);
    },
  );
});
