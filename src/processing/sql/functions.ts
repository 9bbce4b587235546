/**
 * The functions that producers' SQL may call: those that only compute, and those of sequences. None reads a file, a
 * table or a setting by its name, takes a lock, waits, or reaches the network.
 */

const words = (text: string): string[] => text.trim().split(/\s+/);

const BUILT_INS: ReadonlySet<string> = new Set([
  // numbers
  ...words(`abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot
    cotd degrees div exp factorial floor gcd lcm ln log log10 min_scale mod pi power radians random round scale sign
    sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket setseed numeric_inc int4 int8 float8 numeric`),
  // texts
  ...words(`ascii bit_length btrim char_length character_length chr concat concat_ws convert convert_from convert_to
    decode encode format initcap is_normalized left length lower lpad ltrim md5 normalize octet_length overlay
    parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match
    regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse
    right rpad rtrim sha224 sha256 sha384 sha512 split_part starts_with string_to_array string_to_table strpos substr
    substring to_ascii to_char to_hex to_number translate unistr upper text varchar like_escape similar_to_escape
    like ilike notlike bpchar get_bit get_byte set_bit set_byte bit_count xmlcomment unaccent`),
  // dates
  ...words(`age clock_timestamp date_bin date_part date_trunc extract isfinite justify_days justify_hours
    justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps
    statement_timestamp timeofday timezone to_date to_timestamp transaction_timestamp date time timestamp
    timestamptz interval`),
  // arrays, ranges, sets of rows
  ...words(`array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_string array_upper cardinality trim_array
    unnest generate_series generate_subscripts isempty lower_inc lower_inf upper_inc upper_inf range_merge multirange
    int4range int8range numrange tsrange tstzrange daterange num_nonnulls num_nulls`),
  // JSON
  ...words(`array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_keys
    json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
    jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first
    jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls
    jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json to_jsonb`),
  // full text
  ...words(`array_to_tsvector numnode phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery
    to_tsvector ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsvector_to_array websearch_to_tsquery`),
  // aggregates and windows
  ...words(`any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist
    dense_rank every first_value json_agg json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode
    nth_value ntile percent_rank percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx
    regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row_number stddev stddev_pop
    stddev_samp string_agg sum var_pop var_samp variance`),
  // others
  ...words('coalesce gen_random_uuid hashtext inet_merge masklen nullif pg_typeof uuid_generate_v4 xmlagg'),
]);

/** Functions whose first argument names a sequence, or a table. */
const BY_NAME: ReadonlySet<string> = new Set(words('currval lastval nextval pg_get_serial_sequence setval'));

/** PostGIS's that are no `st_…`. */
const POSTGIS: ReadonlySet<string> = new Set(
  words('box2d box3d geography geometry geometrytype box3dtobox path point polygon'),
);

/** Of PostGIS: what reads a table by its name, writes, or needs a format library that reads files. */
const POSTGIS_REFUSED =
  /^_st_|^st_(estimatedextent|findextent|find_extent|fromgdalraster|asgdalraster|gdaldrivers|asraster|createoverview|fromflatgeobuf.*|asgdal.*)$/;

/** What the name of a function that is neither refused nor known may be: one of the producer's own. */
const SYSTEM_NAME =
  /^(pg_|_?postgis|lo_|lo(creat|read|write|import|export|unlink)|dblink|query_to_|table_to_|schema_to_|database_to_|cursor_to_|set_config|current_|inet_server|inet_client|txid_|has_|to_reg|ts_stat|ts_rewrite|ts_debug|ts_parse|ts_token|addgeometrycolumn|dropgeometry|find_srid|populate_geometry|updategeometrysrid|lockrow|unlockrows|addauth|checkauth|longtransactions|enablelong|disablelong|gettransactionid|get_proj4|version$|binary_upgrade|brin_|gin_clean|amvalidate|col_description|obj_description|shobj_description|format_type|row_security|session_user|user$|xpath|xml|inet_|acl|make_acl|mxid|regexp_internal|suppress_redundant|RI_|ri_|fmgr_|plpgsql_|language_|has_|currtid|pg$)/;

export type FunctionKind = 'allowed' | 'byName' | 'refused' | 'unknown';

/** What is known of the function of this name, in lower case. */
export function functionKind(name: string): FunctionKind {
  if (BUILT_INS.has(name) || POSTGIS.has(name)) return 'allowed';
  if (BY_NAME.has(name)) return 'byName';
  if (name.startsWith('st_')) return POSTGIS_REFUSED.test(name) ? 'refused' : 'allowed';
  return POSTGIS_REFUSED.test(name) || SYSTEM_NAME.test(name) ? 'refused' : 'unknown';
}

/** Types of values that columns and casts may have; those that name a thing of the catalogue (`regclass`) are none. */
const TYPES: ReadonlySet<string> = new Set(
  words(`bigint bigserial bit bool boolean box bpchar bytea char character cidr circle date daterange datemultirange
    decimal double float float4 float8 geography geometry geometry_dump inet int int2 int4 int4range int4multirange
    int8 int8range int8multirange integer interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric
    nummultirange numrange path point polygon real serial serial2 serial4 serial8 smallint smallserial text time
    timestamp timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector uuid valid_detail
    varbit varchar xml box2d box3d hstore citext`),
);

/** Types of the results and parameters of functions. */
const FUNCTION_TYPES: ReadonlySet<string> = new Set(
  words('anyarray anycompatible anycompatiblearray anyelement record trigger void'),
);

/** Whether a type is one of values; `rows`: a type of functions, or that of the rows of a table, will do too. */
export function isTypeAllowed(name: string, { rows }: { rows: boolean }): boolean {
  if (TYPES.has(name)) return true;
  return (
    rows && (FUNCTION_TYPES.has(name) || !/^(pg_|_|reg|any|oid|cstring|internal|event_|.*_handler$|aclitem)/.test(name))
  );
}
