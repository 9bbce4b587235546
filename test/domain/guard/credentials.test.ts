import t from 'tap';
import { readCredential, withoutKey } from '../../../src/domain/guard/credentials.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const hash = (value: string) => ({ type: 'HASH', value });

void t.test('the first credential of the order counts', async (t) => {
  const headers = { apikey: 'header', authorization: basic('user:password') };
  t.same(readCredential({ query: 'a=b&apikey=query', headers }), hash('query'));
  t.same(readCredential({ query: 'a=b', headers }), hash('header'));
  t.same(readCredential({ query: 'apikey=&a=b', headers: { apikey: '', authorization: headers.authorization } }), {
    type: 'BASIC',
    login: 'user',
    password: 'password',
  });
  t.same(readCredential({ query: '', headers: { authorization: 'bearer a.b.c ' } }), {
    type: 'OAUTH2',
    token: 'a.b.c',
  });
  for (const authorization of ['', 'Digest a', 'Basic', 'Bearer  a b']) {
    t.equal(readCredential({ query: '', headers: { authorization } }), null, authorization);
  }
});

void t.test('every spelling of the value of a key', async (t) => {
  for (const query of [
    'apikey=v',
    'APIKEY=v',
    'ApiKey=v',
    'api_key=v',
    'X-Key=v',
    '%61pi%6Bey=v',
    'a=%20&apikey=%76',
    '?apikey=v',
  ]) {
    t.same(readCredential({ query, headers: {} }), hash('v'), query);
  }
  for (const name of ['apikey', 'api_key', 'x-key']) {
    t.same(readCredential({ query: '', headers: { [name]: 'v' } }), hash('v'), name);
  }
  t.same(readCredential({ query: 'apikey=a+b%2Bc%20d', headers: {} }), hash('a+b+c d'), 'a plus sign is one');
  for (const query of ['key=v', 'apikeys=v', 'xapikey=v', 'layer=apikey', 'apikey']) {
    t.equal(readCredential({ query, headers: {} }), null, query);
  }
});

void t.test('values that disagree are those of no key', async (t) => {
  t.same(readCredential({ query: 'apikey=v&APIKEY=v&api_key=v', headers: {} }), hash('v'));
  t.same(readCredential({ query: 'apikey=v&APIKEY=w', headers: {} }), hash(''));
  t.same(readCredential({ query: 'apikey=v&api_key=w', headers: { apikey: 'v' } }), hash(''));
  t.same(readCredential({ query: '', headers: { apikey: 'v', 'x-key': 'w' } }), hash(''));
});

void t.test('logins and passwords are UTF-8, and the first colon parts them', async (t) => {
  t.same(readCredential({ query: '', headers: { authorization: basic('é:à:ç') } }), {
    type: 'BASIC',
    login: 'é',
    password: 'à:ç',
  });
  for (const content of ['&&&', '', Buffer.from('nocolon').toString('base64')]) {
    t.same(readCredential({ query: '', headers: { authorization: `Basic ${content}` } }), {
      type: 'BASIC',
      login: '',
      password: '',
    });
  }
});

void t.test('queries go on without the key, the rest as it was', async (t) => {
  t.equal(withoutKey('SERVICE=WFS&apikey=v&a=%2B+'), 'SERVICE=WFS&a=%2B+');
  t.equal(withoutKey('%61pikey=v&X-KEY=w&api_key&b=apikey'), 'b=apikey');
  t.equal(withoutKey('apikey=v'), '');
  t.equal(withoutKey('a=1&&keyword=x'), 'a=1&&keyword=x');
});
