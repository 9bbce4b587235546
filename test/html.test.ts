import t from 'tap';
import { literal, markup } from '../src/html.js';

void t.test('values are escaped in texts and attributes', async (t) => {
  const page = markup`<a title="${'"\'><&'}">${'<script>'} ${1}</a>`;
  t.equal(page.toString(), '<a title="&quot;&#39;&gt;&lt;&amp;">&lt;script&gt; 1</a>');
});

void t.test('pieces of HTML are put in as they are, lists joined, nothing for undefined', async (t) => {
  const item = markup`<li>${'&'}</li>`;
  t.equal(markup`<ul>${[item, item]}${undefined}</ul>`.toString(), '<ul><li>&amp;</li><li>&amp;</li></ul>');
  t.equal(markup`<style>${literal('a > b {}')}</style>`.toString(), '<style>a > b {}</style>');
});
