import t from 'tap';
import { readExtras, redactor } from '../../../src/processing/harvest/wms-request.js';

void t.test('secrets are taken out however a service writes them', (t) => {
  const redact = redactor({
    url: 'https://maps.example/wms?token=q-token',
    layers: 'ortho',
    format: 'image/png',
    extras: readExtras('apikey=clé+à moi&x=1&y=%2B%2B%2B'),
  });
  const writings = ['clé à moi', 'clé+à+moi', 'cl%C3%A9%20%C3%A0%20moi', 'cl%C3%A9+%C3%A0+moi', 'cl%c3%a9+%c3%a0+moi'];
  for (const secret of [...writings, 'q-token', '+++', '%2B%2B%2B']) {
    t.equal(redact(`refus de ${secret} ici`), 'refus de *** ici', secret);
  }
  t.equal(redact('code 1'), 'code 1', 'less than 3 characters are no secret');
  t.end();
});
