-- Names of the headers of HEADER keys (no secret): requests are looked at for these only.
ALTER TABLE "user_key" ADD COLUMN "header_names" TEXT[];
CREATE INDEX "user_key_header_names_idx" ON "user_key"("header_names") WHERE "type" = 'HEADER';

-- Every change of what decides a request on a private service raises the epoch "rights" in its own transaction, once,
-- just before its commit: the row is then the last that the transaction locks, so that it is held for the time of the
-- commit and nobody who holds it waits for another. A sequence would not do: its next value is seen before the commit,
-- and who reads it caches the rows of before under it.
CREATE OR REPLACE FUNCTION raise_rights_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('geopf.rights_raised', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        INSERT INTO geopf.epoch AS known (name, value) VALUES ('rights', 1)
        ON CONFLICT (name) DO UPDATE SET value = known.value + 1;
        PERFORM set_config('geopf.rights_raised', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END
$$;

DROP TRIGGER "member_rights" ON "member";
DROP TRIGGER "permission_rights" ON "permission";
DROP TRIGGER "permission_offering_rights" ON "permission_offering";
DROP TRIGGER "access_rights" ON "access";
DROP TRIGGER "user_key_rights" ON "user_key";
DROP TRIGGER "community_rights" ON "community";
DROP TRIGGER "datastore_rights" ON "datastore";
DROP TRIGGER "offering_rights" ON "offering";

CREATE CONSTRAINT TRIGGER "user_key_rights" AFTER INSERT OR DELETE OR UPDATE OF
    "user_id", "type", "digest", "login", "password_hash", "header_names", "whitelist", "blacklist", "user_agent", "referer"
    ON "user_key" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "access_rights" AFTER INSERT OR UPDATE OR DELETE
    ON "access" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "permission_rights" AFTER INSERT OR DELETE OR UPDATE OF
    "end_date", "only_oauth", "user_id", "community_id"
    ON "permission" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "permission_offering_rights" AFTER INSERT OR UPDATE OR DELETE
    ON "permission_offering" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "member_rights" AFTER INSERT OR DELETE OR UPDATE OF "community_id", "user_id"
    ON "member" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "community_rights" AFTER UPDATE OF "supervisor_id"
    ON "community" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "account_rights" AFTER INSERT OR DELETE OR UPDATE OF "enabled"
    ON "account" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "datastore_rights" AFTER UPDATE OF "active"
    ON "datastore" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "configuration_rights" AFTER UPDATE OF "datastore_id"
    ON "configuration" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();
CREATE CONSTRAINT TRIGGER "offering_rights" AFTER DELETE OR UPDATE OF "open", "status", "available", "endpoint_id", "configuration_id"
    ON "offering" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION raise_rights_epoch();

-- Nothing fires for the rows of a table that is emptied at once.
CREATE TRIGGER "access_emptied" AFTER TRUNCATE ON "access"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "user_key_emptied" AFTER TRUNCATE ON "user_key"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "permission_offering_emptied" AFTER TRUNCATE ON "permission_offering"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "member_emptied" AFTER TRUNCATE ON "member"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
