import t from 'tap';
import { readList, writeList } from '../../src/pyramid/content-list.js';

void t.test('the list names the owners of the slabs, then the slabs', async (t) => {
  const slabs = [
    { root: '/pyramids/NAME', slab: 'DATA/12/00/32/LG.tif' },
    { root: '/pyramids/OLD', slab: 'DATA/12/00/32/MG.tif' },
  ];
  const text = [...writeList('/pyramids/NAME', slabs)].join('');
  t.equal(
    text,
    `0=/pyramids/NAME
1=/pyramids/OLD
#
0/DATA/12/00/32/LG.tif
1/DATA/12/00/32/MG.tif
`,
  );
  t.same(readList(text), slabs);
});

void t.test('a pyramid that only has links keeps its own folder first', async (t) => {
  const text = [...writeList('/pyramids/NAME', [{ root: '/pyramids/OLD', slab: 'DATA/0/00/00/00.tif' }])].join('');
  t.equal(text, '0=/pyramids/NAME\n1=/pyramids/OLD\n#\n1/DATA/0/00/00/00.tif\n');
});
