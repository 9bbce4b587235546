/**
 * The parameters of an execution as answers show them: what a producer adds to requests is often a key, and the query of
 * an address may hold one. Names stay, values become `***`.
 */
export function shownParameters(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { harvest_extras: extras, harvest_url: url } = parameters;
  return {
    ...parameters,
    ...(typeof extras === 'string' ? { harvest_extras: maskValues(extras) } : {}),
    ...(typeof url === 'string' ? { harvest_url: maskQuery(url) } : {}),
  };
}

function maskQuery(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? url : url.slice(0, start) + maskValues(url.slice(start));
}

function maskValues(query: string): string {
  return query.replaceAll(/=[^&]*/g, '=***');
}
