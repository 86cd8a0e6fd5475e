import * as fc from 'fast-check';
import { isEventKey } from './event-key.js';

it.each(['event-key', 'abc_123', 'a.b~c', '...', "a!$&'()*+,;=:@b", 'ключ', '😀', 'a|b"<>^`{}', 'a[b]'])(
  'takes %s',
  (key) => {
    expect(isEventKey(key)).toBe(true);
  },
);

it.each([
  '',
  '.',
  '..',
  'a b',
  'a/b',
  'a\\b',
  'a?b',
  'a#b',
  'a%b',
  'a%41',
  '100%',
  'a\tb',
  'a\nb',
  'a\0b',
  'a\u{d800}b',
])('refuses %j', (key) => {
  expect(isEventKey(key)).toBe(false);
});

it('takes only keys that come out of the path as they went in', () => {
  // Like fast-check's unit 'binary', which first lists all of Unicode and takes a second.
  const unit = fc.nat(0x10_ff_ff).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1 }), (key) => {
      if (!isEventKey(key)) return;
      const [, , ...rest] = new URL(`e/${key}`, 'http://localhost/').pathname.split('/');
      expect(rest.map(decodeURIComponent)).toEqual([key]);
    }),
  );
});
