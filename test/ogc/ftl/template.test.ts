import t from 'tap';
import { parseTemplate } from '../../../src/ogc/ftl/template.js';
import { UnreadableFileError } from '../../../src/ogc/unreadable.js';

const attributes = (template: string) => parseTemplate(template).usedAttributes;

function fault(template: string): string {
  try {
    parseTemplate(template);
  } catch (error) {
    if (error instanceof UnreadableFileError) return error.sentences.join(' ');
    throw error;
  }
  throw new Error('not refused');
}

void t.test('the attributes that a template shows', async (t) => {
  t.strictSame(attributes('<#list features as feature>${feature.nom.value} ${feature.nom.value}</#list>'), ['nom']);
  t.strictSame(attributes('<#list features as f>${f.nom.value!"?"} <#if f["code insee"].value??>x</#if></#list>'), [
    'nom',
    'code insee',
  ]);
  t.strictSame(attributes('<#list features><#items as f>${f.a.rawValue}<#sep>, </#items></#list>'), ['a']);
  t.strictSame(attributes('<#foreach f in features>${f.a.value}</#foreach>'), ['a']);
  t.strictSame(attributes('${feature.num\\-éro.value}'), ['num-éro'], 'escapes are read');
  t.strictSame(attributes('${"n° ${feature.n.value}"}'), ['n'], 'in strings too');
  t.strictSame(attributes('${feature.fid} ${feature.attributes.nom.value} ${other.feature.nom.value}'), []);
  t.strictSame(attributes('<#-- ${feature.a.value} --><#noparse>${feature.b.value} <#if></#noparse>texte'), []);
  t.strictSame(attributes("${r'${feature.a.value}'}"), [], 'a raw string means itself');
});

void t.test('what templates are made of', async (t) => {
  for (const template of [
    'du texte, un prix de 5 $ et <b>des balises</b>',
    '<#if features?size gt 1>${features?size}<#elseif (a >= 2) && b>-<#else>un</#if>',
    '<#list feature.attributes as attribute><#if !attribute.isGeometry>${attribute.name?html}</#if><#else>rien</#list>',
    '<#assign n = 1/><#assign bloc>texte</#assign>${n + 1}${{"a": [1, 2]}["a"][0]}',
    '<#macro ligne x><td>${x?c}</td></#macro><@ligne x=1/><@ligne x=2></@ligne><@ligne x=3></@>',
    '<#switch a><#case 1>un<#break><#default>deux</#switch>',
    '<#attempt>${a}<#recover>rien</#attempt>',
    '<#list a as b>${b}<#sep>, </#list>',
    '<#list a as b>${b}<#sep>, </#sep></#list>',
    '<#ftl output_format="HTML"><#setting locale="fr_FR">x',
  ]) {
    t.doesNotThrow(() => parseTemplate(template), template);
  }
});

void t.test('what does not hold together', async (t) => {
  t.match(fault(' \n'), /ligne 1 : le fichier est vide/);
  t.match(fault('a\n${feature.nom.value'), /ligne 2 : l'interpolation n'est pas fermée/);
  t.match(fault('${}'), /l'interpolation est vide/);
  t.match(fault('${a[1}'), /« } » ne ferme rien/);
  t.match(fault('${"a}'), /chaîne de caractères n'est pas fermée/);
  t.match(fault('${a § b}'), /caractère inattendu « § »/);
  t.match(fault('<#if a>\n<#list b as c>\n</#if>'), /ligne 3 : la balise <\/#if> ferme la balise <#list> \(ligne 2\)/);
  t.match(fault('\n<#list features as feature>'), /ligne 2 : la balise <#list> n'est pas fermée/);
  t.match(fault('</#if>'), /ne ferme rien/);
  t.match(fault('<#else>'), /<#else> n'est pas dans <#if> ou <#list>/);
  t.match(fault('<#sep>'), /<#sep> n'est pas dans <#list>/);
  t.match(fault('<#if></#if>'), /<#if> n'a pas d'expression/);
  t.match(fault('<#liste a as b></#liste>'), /<#liste> est inconnue/);
  t.match(fault('<#constructor>'), /<#constructor> est inconnue/);
  t.match(fault('<# if a>'), /n'a pas de nom/);
  t.match(fault('<#if a'), /la balise n'est pas fermée/);
  t.match(fault('<#-- a'), /le commentaire n'est pas fermé/);
  t.match(fault('<#noparse> a'), /<#noparse> n'est pas fermée/);
  t.match(fault('[#ftl][#if a]'), /crochets/);
  t.match(fault('${"${a"}'), /l'interpolation n'est pas fermée/, 'in a string');
  t.match(fault('<#if a>'.repeat(200)), /trop imbriquées/);
});

void t.test('what leaves the template, all of it named', async (t) => {
  const sentences = fault(
    '<#assign x = "freemarker.template.utility.Execute"?new()>\n${x("id")?api}\n<#include "/etc/passwd">\n${.get_optional_template("a")}',
  );
  t.match(sentences, /ligne 1 : la fonction \?new/);
  t.match(sentences, /ligne 2 : la fonction \?api/);
  t.match(sentences, /ligne 3 : la directive <#include>/);
  t.match(sentences, /ligne 4 : la variable \.get_optional_template/);
  t.match(fault('${"${\'a\'? new()}"}'), /\?new/, 'hidden in a string');
  t.match(fault('${"a"?eval}${"a"?interpret}'), /\?eval.*\?interpret/);
  const doll = (depth: number): string => (depth === 0 ? 'a' : `$\{${JSON.stringify(doll(depth - 1))}}`);
  t.match(fault(doll(8)), /trop imbriquées/);
});

void t.test('large templates are read in one pass', { timeout: 30_000 }, async (t) => {
  t.throws(() => parseTemplate(`<#list a as b>${'<#sep>'.repeat(100_000)}`));
  t.throws(() => parseTemplate(`\${${'('.repeat(500_000)}`));
  t.strictSame(attributes('${feature.a.value}\n'.repeat(50_000)), ['a']);
});
