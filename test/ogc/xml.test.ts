import t from 'tap';
import { child, childrenNamed, el, readXml, renderElement, renderXml, XmlReadError } from '../../src/ogc/xml.js';

void t.test('writing', async (t) => {
  t.equal(
    renderXml(el('a', {}, 'x')),
    '<?xml version="1.0" encoding="UTF-8"?><a>x</a>',
    'documents have a declaration',
  );
  t.equal(
    renderElement(el('a', { b: 1, c: true, d: undefined })),
    '<a b="1" c="true"/>',
    'absent attributes are left out',
  );
  t.equal(
    renderElement(el('a', {}, [el('b'), null, undefined, false], 3, 'é')),
    '<a><b/>3é</a>',
    'children may be lists, and may be absent',
  );
  t.equal(renderElement(el('a', {}, '')), '<a></a>', 'an empty text is a child');
  t.equal(renderElement(el('a', {}, '<&>"')), '<a>&lt;&amp;&gt;"</a>', 'texts are escaped');
  t.equal(
    renderElement(el('a', { b: '<"&\n\t>' })),
    '<a b="&lt;&quot;&amp;&#10;&#9;&gt;"/>',
    'attribute values are escaped, line ends survive',
  );
  t.equal(renderElement(el('a', {}, 'x\u0000\u0008\uFFFFy')), '<a>xy</a>', 'what XML cannot carry is dropped');
});

void t.test('reading', async (t) => {
  const root = readXml('<p:a xmlns:p="urn:p" q="1"\n p:r="2">one<b/><![CDATA[<two>]]>&amp;<b>3</b></p:a>');
  t.match(root, { name: 'a', namespace: 'urn:p', attributes: { q: '1', r: '2' }, line: 2 });
  t.equal(root.text, 'one<two>&', 'text is that of the element itself, CDATA and entities read');
  t.strictSame(
    root.content.map((part) => (typeof part === 'string' ? part : part.name)),
    ['one', 'b', '<two>', '&', 'b'],
    'content keeps the order',
  );
  t.equal(child(root, 'b')?.text, '', 'child gives the first');
  t.strictSame(
    childrenNamed(root, 'b').map(({ text }) => text),
    ['', '3'],
  );
  t.equal(child(root, 'none'), undefined);
});

void t.test('what is refused, and where', async (t) => {
  const limits = { maxLength: 200, maxDepth: 3, maxElements: 4 };
  const fault = (text: string): { fault: string; line: number } => {
    try {
      readXml(text, limits);
    } catch (error) {
      if (error instanceof XmlReadError) return { fault: error.fault, line: error.line };
      throw error;
    }
    throw new Error('not refused');
  };
  t.strictSame(fault('<a>\n<b></a>'), { fault: 'malformed', line: 2 });
  t.strictSame(fault(''), { fault: 'malformed', line: 1 });
  t.strictSame(fault('<a>&unknown;</a>'), { fault: 'malformed', line: 1 }, 'no entity but the five of XML');
  t.strictSame(fault('\n<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'), { fault: 'doctype', line: 2 });
  t.strictSame(fault('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'), { fault: 'doctype', line: 1 });
  t.strictSame(fault(`<a>${'x'.repeat(200)}</a>`), { fault: 'limit', line: 1 });
  t.strictSame(fault('<a><a><a><a/></a></a></a>'), { fault: 'limit', line: 1 });
  t.strictSame(fault('<a><b/><b/><b/>\n<b/></a>'), { fault: 'limit', line: 2 });
});
