import t from 'tap';
import { buildTree, checkedPath, parentsOf } from '../../src/domain/upload-paths.js';
import { ApiError } from '../../src/errors.js';

const HOSTILE: Readonly<Record<string, string>> = {
  'an absolute path': '/etc/passwd',
  'a path to the parent': '../x.gpkg',
  'a parent in the middle': 'data/../../x.gpkg',
  'the current folder': './x.gpkg',
  'a back-slash': 'data\\x.gpkg',
  'a NUL': 'data/x\0.gpkg',
  'a line break': 'data/x\n.gpkg',
  'an empty name': 'data//x.gpkg',
  'a folder': 'data/',
  'a path of more than 1024 bytes': 'dossier/'.repeat(150),
  'a name of more than 255 bytes': 'é'.repeat(128),
};

for (const [what, path] of Object.entries(HOSTILE)) {
  void t.test(`${what} is refused with a French sentence`, async (t) => {
    t.throws(() => checkedPath(path), new ApiError('bad_request'), 'refused');
    try {
      checkedPath(path);
    } catch (error) {
      t.match((error as ApiError).descriptions, [/^Le paramètre "path" est invalide : /]);
    }
  });
}

void t.test('a missing or empty path is refused', async (t) => {
  t.throws(() => checkedPath(undefined), { message: 'Le paramètre "path" est obligatoire.' });
  t.throws(() => checkedPath(''), { message: 'Le paramètre "path" est obligatoire.' });
});

void t.test('the paths of the clients are accepted as they are', async (t) => {
  for (const path of ['x.gpkg', 'data/x.gpkg', 'CANTON/CANTON.shp', 'données/été 2026.csv', '__ignored.txt', '..x']) {
    t.equal(checkedPath(path), path);
  }
});

void t.test('the parents of a path are its folders, outermost first', async (t) => {
  t.strictSame(parentsOf('a/b/c.txt'), ['a', 'a/b']);
  t.strictSame(parentsOf('c.txt'), []);
});

void t.test('a tree sorts names, nests folders and adds sizes up', async (t) => {
  const tree = buildTree([
    { path: 'z.md5', size: 1 },
    { path: 'data/sub/b.csv', size: 20 },
    { path: 'data/sub/a.csv', size: 10 },
    { path: 'data/A.csv', size: 5 },
  ]);
  t.strictSame(tree, [
    {
      type: 'DIRECTORY',
      name: 'data',
      size: 35,
      children: [
        { type: 'FILE', name: 'A.csv', size: 5 },
        {
          type: 'DIRECTORY',
          name: 'sub',
          size: 30,
          children: [
            { type: 'FILE', name: 'a.csv', size: 10 },
            { type: 'FILE', name: 'b.csv', size: 20 },
          ],
        },
      ],
    },
    { type: 'FILE', name: 'z.md5', size: 1 },
  ]);
  t.strictSame(buildTree([]), []);
});
