import t from 'tap';
import { isSameRedirect } from '../../src/identity/clients.js';

void t.test('a loopback redirect matches whatever its port', async (t) => {
  t.ok(isSameRedirect('http://127.0.0.1:7070/callback', 'http://127.0.0.1:50123/callback'));
  t.ok(isSameRedirect('http://localhost/redirect', 'http://localhost:3000/redirect'));
  t.ok(isSameRedirect('http://[::1]/a', 'http://[::1]:81/a'));
});

void t.test('any other difference is refused', async (t) => {
  const refused: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:7070/callback', 'http://127.0.0.1:7070/other'],
    ['http://127.0.0.1:7070/callback', 'https://127.0.0.1:7070/callback'],
    ['http://127.0.0.1:7070/callback', 'http://localhost:7070/callback'],
    ['http://localhost/callback', 'http://localhost.evil.example/callback'],
    ['http://localhost/callback', 'http://user@localhost/callback'],
    ['http://localhost/callback', 'http://localhost/callback?next=x'],
    ['https://app.example/callback', 'https://app.example:8443/callback'],
    ['https://app.example/callback', 'not a uri'],
  ];
  for (const [registered, requested] of refused) t.notOk(isSameRedirect(registered, requested), requested);
});
