import { el, renderXml } from '../xml.js';

/** Answers of GetFeatureInfo about a pixel, as the platform's raster server writes them (spec diffusion §6.2). */

export const INFO_FORMATS = ['text/plain', 'text/xml', 'text/html', 'application/json'] as const;
export type InfoFormat = (typeof INFO_FORMATS)[number];

/** Writes the answer. @param values a text a channel */
export function writePixelValues(format: InfoFormat, values: readonly string[]): string {
  switch (format) {
    case 'text/plain':
      return values.join(',');
    case 'text/xml':
      return renderXml(
        el(
          'Pixel',
          {},
          values.map((value) => el('Band', {}, value)),
        ),
      );
    case 'text/html':
      return renderHtml(values);
    case 'application/json':
      return JSON.stringify({
        type: 'FeatureCollection',
        features: [{ type: 'Feature', properties: { pixel: values } }],
      });
  }
}

function renderHtml(values: readonly string[]): string {
  const items = values.map((value) => `<li>${value}</li>`).join('');
  return `<!DOCTYPE html><html><body><p><b>Pixel value :</b></p><ul>${items}</ul></body></html>`;
}

/** A number as C++ streams write it: at most 6 significant digits, an exponent when it is long or small. */
export function sixDigits(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = value.toExponential(5).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return trimZeros(Number(value.toPrecision(6)).toFixed(5 - power));
  const digits = String(Math.abs(power)).padStart(2, '0');
  return `${trimZeros(mantissa)}e${power < 0 ? '-' : '+'}${digits}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
