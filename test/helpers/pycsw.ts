/** pycsw, its client and the schemas that it brings, for {@link pythonWith}. */
export const PYCSW = [
  'pycsw==2.6.2',
  'OWSLib==0.28.1',
  'SQLAlchemy==1.4.54',
  'psycopg2-binary==2.9.13',
  'gunicorn==27.0.1',
] as const;
