-- The whole contract: organizations, nomenclatures, sharings, annexes, metadata, documents, keys, permissions,
-- accesses, traffic, mail. See prisma/schema.prisma for what each table is.

-- AlterTable
ALTER TABLE "community" ADD COLUMN "organization_id" UUID;

-- CreateTable
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "siren" TEXT,
    "siret" TEXT,
    "tva_intracom" TEXT,
    "economical_model_id" UUID,
    "uploads_quota" BIGINT NOT NULL,
    "extra" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization_member" (
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organization_member_pkey" PRIMARY KEY ("organization_id", "user_id")
);

-- CreateTable
CREATE TABLE "nomenclature" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "term" TEXT NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "nomenclature_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "storage" ADD COLUMN "type_infos" JSONB;

-- AlterTable
ALTER TABLE "check" ADD COLUMN "priority" TEXT NOT NULL DEFAULT 'STANDARD';

-- AlterTable
ALTER TABLE "check" ADD COLUMN "orchestrator_job_name" TEXT;

-- AlterTable
ALTER TABLE "processing" RENAME COLUMN "key" TO "orchestrator_job_name";

-- CreateTable
CREATE TABLE "upload_sharing" (
    "upload_id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upload_sharing_pkey" PRIMARY KEY ("upload_id", "datastore_id")
);

-- CreateTable
CREATE TABLE "stored_data_sharing" (
    "stored_data_id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stored_data_sharing_pkey" PRIMARY KEY ("stored_data_id", "datastore_id")
);

-- CreateTable
CREATE TABLE "stored_data_visibility" (
    "stored_data_id" UUID NOT NULL,
    "community_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stored_data_visibility_pkey" PRIMARY KEY ("stored_data_id", "community_id")
);

-- CreateTable
CREATE TABLE "offering_sharing" (
    "offering_id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "offering_sharing_pkey" PRIMARY KEY ("offering_id", "datastore_id")
);

-- CreateTable
CREATE TABLE "annex" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "labels" TEXT[],
    "extra" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "annex_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "annex_path" (
    "datastore_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "annex_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "annex_path_pkey" PRIMARY KEY ("datastore_id", "path")
);

-- CreateTable
CREATE TABLE "metadata" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "open_data" BOOLEAN NOT NULL DEFAULT false,
    "level" TEXT NOT NULL,
    "file_identifier" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "key" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "metadata_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metadata_publication" (
    "metadata_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metadata_publication_pkey" PRIMARY KEY ("metadata_id", "endpoint_id")
);

-- CreateTable
CREATE TABLE "document" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "labels" TEXT[],
    "key" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "public_name" TEXT,
    "extra" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "document_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "document_sharing" (
    "document_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "document_sharing_pkey" PRIMARY KEY ("document_id", "user_id")
);

-- CreateTable
CREATE TABLE "user_key" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "digest" TEXT,
    "secret" TEXT,
    "login" TEXT,
    "password_hash" TEXT,
    "whitelist" TEXT[],
    "blacklist" TEXT[],
    "user_agent" TEXT,
    "referer" TEXT,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "user_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "permission" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "licence" TEXT NOT NULL,
    "end_date" TIMESTAMPTZ(6),
    "only_oauth" BOOLEAN NOT NULL DEFAULT false,
    "user_id" UUID,
    "community_id" UUID,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "permission_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "permission_offering" (
    "permission_id" UUID NOT NULL,
    "offering_id" UUID NOT NULL,

    CONSTRAINT "permission_offering_pkey" PRIMARY KEY ("permission_id", "offering_id")
);

-- CreateTable
CREATE TABLE "access" (
    "id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "offering_id" UUID NOT NULL,
    "permission_id" UUID,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "access_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hit" (
    "id" BIGSERIAL NOT NULL,
    "bucket" TIMESTAMPTZ(6) NOT NULL,
    "offering_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "key_id" UUID,
    "access_id" UUID,
    "permission_id" UUID,
    "user_id" UUID,
    "hits" BIGINT NOT NULL,
    "data_transfer" BIGINT NOT NULL,

    CONSTRAINT "hit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pending_callback" (
    "id" UUID NOT NULL,
    "execution_id" UUID NOT NULL,
    "callback" JSONB NOT NULL,
    "report" JSONB NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_callback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" BIGSERIAL NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "source_id" UUID NOT NULL,
    "recipients" TEXT[],
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "sent" TIMESTAMPTZ(6),

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "community_organization_id_idx" ON "community"("organization_id");
CREATE UNIQUE INDEX "organization_name_key" ON "organization"("name");
CREATE INDEX "organization_member_user_id_idx" ON "organization_member"("user_id");
CREATE UNIQUE INDEX "nomenclature_type_term_key" ON "nomenclature"("type", "term");
CREATE INDEX "upload_sharing_datastore_id_idx" ON "upload_sharing"("datastore_id");
CREATE INDEX "stored_data_sharing_datastore_id_idx" ON "stored_data_sharing"("datastore_id");
CREATE INDEX "stored_data_visibility_community_id_idx" ON "stored_data_visibility"("community_id");
CREATE INDEX "offering_sharing_datastore_id_idx" ON "offering_sharing"("datastore_id");
CREATE INDEX "annex_datastore_id_creation_idx" ON "annex"("datastore_id", "creation");
CREATE INDEX "annex_path_annex_id_idx" ON "annex_path"("annex_id");
CREATE UNIQUE INDEX "metadata_file_identifier_key" ON "metadata"("file_identifier");
CREATE INDEX "metadata_datastore_id_creation_idx" ON "metadata"("datastore_id", "creation");
CREATE INDEX "metadata_publication_endpoint_id_idx" ON "metadata_publication"("endpoint_id");
CREATE UNIQUE INDEX "document_public_name_key" ON "document"("public_name");
CREATE INDEX "document_owner_id_creation_idx" ON "document"("owner_id", "creation");
CREATE INDEX "document_sharing_user_id_idx" ON "document_sharing"("user_id");
CREATE UNIQUE INDEX "mail_source_id_key" ON "mail"("source_id");
CREATE INDEX "event_entity_type_date_idx" ON "event"("entity_type", "date");
CREATE UNIQUE INDEX "user_key_digest_key" ON "user_key"("digest");
CREATE UNIQUE INDEX "user_key_login_key" ON "user_key"("login");
CREATE UNIQUE INDEX "user_key_user_id_name_key" ON "user_key"("user_id", "name");
CREATE INDEX "permission_datastore_id_creation_idx" ON "permission"("datastore_id", "creation");
CREATE INDEX "permission_user_id_idx" ON "permission"("user_id");
CREATE INDEX "permission_community_id_idx" ON "permission"("community_id");
CREATE INDEX "permission_offering_offering_id_idx" ON "permission_offering"("offering_id");
CREATE UNIQUE INDEX "access_key_id_offering_id_key" ON "access"("key_id", "offering_id");
CREATE INDEX "access_offering_id_idx" ON "access"("offering_id");
CREATE INDEX "access_permission_id_idx" ON "access"("permission_id");
CREATE INDEX "hit_offering_id_bucket_idx" ON "hit"("offering_id", "bucket");
CREATE INDEX "hit_endpoint_id_bucket_idx" ON "hit"("endpoint_id", "bucket");
CREATE INDEX "hit_datastore_id_bucket_idx" ON "hit"("datastore_id", "bucket");
CREATE INDEX "hit_user_id_bucket_idx" ON "hit"("user_id", "bucket");
CREATE INDEX "hit_key_id_bucket_idx" ON "hit"("key_id", "bucket");
CREATE INDEX "hit_permission_id_bucket_idx" ON "hit"("permission_id", "bucket");

-- AddForeignKey
ALTER TABLE "community" ADD CONSTRAINT "community_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "organization" ADD CONSTRAINT "organization_economical_model_id_fkey" FOREIGN KEY ("economical_model_id") REFERENCES "nomenclature"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "organization_member" ADD CONSTRAINT "organization_member_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "organization_member" ADD CONSTRAINT "organization_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "api_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "upload_sharing" ADD CONSTRAINT "upload_sharing_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "upload"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "upload_sharing" ADD CONSTRAINT "upload_sharing_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "stored_data_sharing" ADD CONSTRAINT "stored_data_sharing_stored_data_id_fkey" FOREIGN KEY ("stored_data_id") REFERENCES "stored_data"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "stored_data_sharing" ADD CONSTRAINT "stored_data_sharing_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "stored_data_visibility" ADD CONSTRAINT "stored_data_visibility_stored_data_id_fkey" FOREIGN KEY ("stored_data_id") REFERENCES "stored_data"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "stored_data_visibility" ADD CONSTRAINT "stored_data_visibility_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "offering_sharing" ADD CONSTRAINT "offering_sharing_offering_id_fkey" FOREIGN KEY ("offering_id") REFERENCES "offering"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "offering_sharing" ADD CONSTRAINT "offering_sharing_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "annex" ADD CONSTRAINT "annex_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "annex_path" ADD CONSTRAINT "annex_path_annex_id_fkey" FOREIGN KEY ("annex_id") REFERENCES "annex"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "metadata" ADD CONSTRAINT "metadata_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "metadata_publication" ADD CONSTRAINT "metadata_publication_metadata_id_fkey" FOREIGN KEY ("metadata_id") REFERENCES "metadata"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "metadata_publication" ADD CONSTRAINT "metadata_publication_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "document" ADD CONSTRAINT "document_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "api_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "document_sharing" ADD CONSTRAINT "document_sharing_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "document"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "document_sharing" ADD CONSTRAINT "document_sharing_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "api_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "user_key" ADD CONSTRAINT "user_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "api_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "permission" ADD CONSTRAINT "permission_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "permission" ADD CONSTRAINT "permission_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "api_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "permission" ADD CONSTRAINT "permission_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "permission_offering" ADD CONSTRAINT "permission_offering_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permission"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "permission_offering" ADD CONSTRAINT "permission_offering_offering_id_fkey" FOREIGN KEY ("offering_id") REFERENCES "offering"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "access" ADD CONSTRAINT "access_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "user_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "access" ADD CONSTRAINT "access_offering_id_fkey" FOREIGN KEY ("offering_id") REFERENCES "offering"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "access" ADD CONSTRAINT "access_permission_id_fkey" FOREIGN KEY ("permission_id") REFERENCES "permission"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say: one OAUTH2 key per person, one beneficiary per permission, one row per
-- bucket and set of dimensions.
CREATE UNIQUE INDEX "user_key_oauth2_key" ON "user_key"("user_id") WHERE "type" = 'OAUTH2';
ALTER TABLE "permission" ADD CONSTRAINT "permission_beneficiary_check"
    CHECK (("user_id" IS NULL) <> ("community_id" IS NULL));
CREATE UNIQUE INDEX "hit_bucket_key" ON "hit"
    ("bucket", "offering_id", "key_id", "access_id", "permission_id", "user_id") NULLS NOT DISTINCT;

-- Lists count and page what is not deleted, oldest first, whatever the size of the table.
CREATE INDEX "upload_listed_idx" ON "upload"("datastore_id", "creation", "id") WHERE "status" <> 'DELETED';
CREATE INDEX "stored_data_listed_idx" ON "stored_data"("datastore_id", "creation", "id") WHERE "status" <> 'DELETED';

-- Every change of a right raises the epoch "rights" in its own transaction: whoever cached a decision compares.
CREATE FUNCTION raise_rights_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE geopf.epoch SET value = value + 1 WHERE name = 'rights';
    RETURN NULL;
END
$$;

CREATE TRIGGER "member_rights" AFTER INSERT OR UPDATE OR DELETE ON "member"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "permission_rights" AFTER INSERT OR UPDATE OR DELETE ON "permission"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "permission_offering_rights" AFTER INSERT OR UPDATE OR DELETE ON "permission_offering"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "access_rights" AFTER INSERT OR UPDATE OR DELETE ON "access"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "user_key_rights" AFTER INSERT OR UPDATE OR DELETE ON "user_key"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "community_rights" AFTER UPDATE OF "supervisor_id" ON "community"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "datastore_rights" AFTER UPDATE OF "active" ON "datastore"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
CREATE TRIGGER "offering_rights" AFTER UPDATE OF "open", "status" OR DELETE ON "offering"
    FOR EACH STATEMENT EXECUTE FUNCTION raise_rights_epoch();
