-- What more the catalogue may be asked for. Records that were indexed before are read and indexed again when a server starts.

ALTER TABLE catalogue_record
  ADD COLUMN reading integer NOT NULL DEFAULT 0,
  ADD COLUMN place_codes text[],
  ADD COLUMN temporal_begin date,
  ADD COLUMN temporal_end date,
  ADD COLUMN classifications text[],
  ADD COLUMN has_security_constraints boolean,
  ADD COLUMN record_contacts text[],
  ADD COLUMN party_roles text[],
  ADD COLUMN specification_titles text[],
  ADD COLUMN specification_dates date[],
  ADD COLUMN specification_date_types text[],
  ADD COLUMN degrees boolean[],
  ADD COLUMN service_type text,
  ADD COLUMN service_versions text[],
  ADD COLUMN coupling_type text,
  ADD COLUMN operations text[],
  ADD COLUMN coupled_identifiers text[],
  ADD COLUMN coupled_operations text[],
  ADD COLUMN operates_on text[];
