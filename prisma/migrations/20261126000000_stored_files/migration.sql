-- Stored data made of files: where they are now, what an archive holds, which pyramids show slabs of others.

ALTER TABLE stored_data ADD COLUMN files_key text;

CREATE TABLE stored_data_dependency (
  stored_data_id uuid NOT NULL,
  used_id uuid NOT NULL,
  CONSTRAINT stored_data_dependency_pkey PRIMARY KEY (stored_data_id, used_id),
  CONSTRAINT stored_data_dependency_stored_data_id_fkey FOREIGN KEY (stored_data_id)
    REFERENCES stored_data (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT stored_data_dependency_used_id_fkey FOREIGN KEY (used_id)
    REFERENCES stored_data (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX stored_data_dependency_used_id_idx ON stored_data_dependency (used_id);

CREATE TABLE stored_data_file (
  stored_data_id uuid NOT NULL,
  name text NOT NULL,
  size bigint NOT NULL,
  md5 text NOT NULL,
  creation timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT stored_data_file_pkey PRIMARY KEY (stored_data_id, name),
  CONSTRAINT stored_data_file_stored_data_id_fkey FOREIGN KEY (stored_data_id)
    REFERENCES stored_data (id) ON DELETE RESTRICT ON UPDATE CASCADE
);
