import t from 'tap';
import { loggableUrl } from '../src/log.js';

void t.test('secrets are masked however their parameter is written, the rest stays', async (t) => {
  const CASES: Record<string, string> = {
    '/wfs?service=WFS&apikey=v&x=1': '/wfs?service=WFS&apikey=***&x=1',
    '/wfs?ApiKey=v': '/wfs?ApiKey=***',
    '/wfs?api_key=v&X-Key=w': '/wfs?api_key=***&X-Key=***',
    '/wfs?%61pi%6Bey=v': '/wfs?%61pi%6Bey=***',
    '/wfs??apikey=v': '/wfs??apikey=***',
    '/a?password=p&totp=1&code=c&token=t': '/a?password=***&totp=***&code=***&token=***',
    '/wfs?keyword=x&layer=apikey': '/wfs?keyword=x&layer=apikey',
    '/wfs': '/wfs',
  };
  for (const [url, shown] of Object.entries(CASES)) t.equal(loggableUrl(url), shown);
});
