/**
 * `Content-Disposition` of an answer of the raster services (spec diffusion §6.1).
 * @param asked name that the client wants to save it under
 * @param extension of the name it has else
 */
export function contentDisposition(asked: string | undefined, extension: string): string {
  if (asked === undefined) return `filename="image.${extension}"`;
  return `attachment; filename="${asked.replace(/[^\w. -]/g, '_')}"`;
}
