-- The registry of the first version: see prisma/schema.prisma for what each table is.
-- Applied with search_path set to the registry schema ("geopf").

-- CreateTable
CREATE TABLE "epoch" (
    "name" TEXT NOT NULL,
    "value" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "epoch_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "setting" (
    "name" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT true,
    "first_name" TEXT NOT NULL DEFAULT '',
    "last_name" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT,
    "totp_secret" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "service_client_id" TEXT,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oidc_client" (
    "client_id" TEXT NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "oidc_client_pkey" PRIMARY KEY ("client_id")
);

-- CreateTable
CREATE TABLE "oidc_payload" (
    "model" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "grant_id" TEXT,
    "uid" TEXT,
    "user_code" TEXT,
    "expires_at" TIMESTAMPTZ(6),
    "consumed_at" TIMESTAMPTZ(6),

    CONSTRAINT "oidc_payload_pkey" PRIMARY KEY ("model","id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "kid" TEXT NOT NULL,
    "jwk" JSONB NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "api_user" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "first_name" TEXT NOT NULL DEFAULT '',
    "last_name" TEXT NOT NULL DEFAULT '',
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_call" TIMESTAMPTZ(6),
    "administrator" BOOLEAN NOT NULL DEFAULT false,
    "technical" BOOLEAN NOT NULL DEFAULT false,
    "documents_quota" BIGINT NOT NULL DEFAULT 500000000,
    "keys_quota" INTEGER NOT NULL DEFAULT 10,

    CONSTRAINT "api_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "community" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "technical_name" TEXT NOT NULL,
    "description" TEXT,
    "contact" TEXT NOT NULL,
    "public" BOOLEAN NOT NULL DEFAULT true,
    "supervisor_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "community_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "member" (
    "community_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "rights" TEXT[],
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "member_pkey" PRIMARY KEY ("community_id","user_id")
);

-- CreateTable
CREATE TABLE "datastore" (
    "id" UUID NOT NULL,
    "community_id" UUID NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT false,
    "sharings" BOOLEAN NOT NULL DEFAULT true,
    "metadata_file_identifier_prefix" TEXT,
    "configuration_layer_name_prefix" TEXT,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "datastore_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "storage" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "labels" TEXT[],
    "position" INTEGER NOT NULL DEFAULT 0,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "storage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "datastore_storage" (
    "datastore_id" UUID NOT NULL,
    "storage_id" UUID NOT NULL,
    "usage" TEXT NOT NULL,
    "quota" BIGINT NOT NULL,

    CONSTRAINT "datastore_storage_pkey" PRIMARY KEY ("datastore_id","usage","storage_id")
);

-- CreateTable
CREATE TABLE "check" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "default_upload_types" TEXT[],
    "position" INTEGER NOT NULL DEFAULT 0,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "check_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "datastore_check" (
    "datastore_id" UUID NOT NULL,
    "check_id" UUID NOT NULL,

    CONSTRAINT "datastore_check_pkey" PRIMARY KEY ("datastore_id","check_id")
);

-- CreateTable
CREATE TABLE "processing" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "priority" TEXT NOT NULL DEFAULT 'STANDARD',
    "definition" JSONB NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "processing_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "datastore_processing" (
    "datastore_id" UUID NOT NULL,
    "processing_id" UUID NOT NULL,

    CONSTRAINT "datastore_processing_pkey" PRIMARY KEY ("datastore_id","processing_id")
);

-- CreateTable
CREATE TABLE "endpoint" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "technical_name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL,
    "urls" JSONB NOT NULL,
    "metadata_fi" TEXT,
    "force_metadata" BOOLEAN NOT NULL DEFAULT false,
    "force_attribution" BOOLEAN NOT NULL DEFAULT false,
    "search_publish" BOOLEAN NOT NULL DEFAULT false,
    "position" INTEGER NOT NULL DEFAULT 0,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "datastore_endpoint" (
    "datastore_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "quota" INTEGER NOT NULL,

    CONSTRAINT "datastore_endpoint_pkey" PRIMARY KEY ("datastore_id","endpoint_id")
);

-- CreateTable
CREATE TABLE "upload" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "storage_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "srs" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL DEFAULT false,
    "size" BIGINT NOT NULL DEFAULT 0,
    "extent" JSONB,
    "type_infos" JSONB NOT NULL DEFAULT '{}',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB,
    "last_event" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_file" (
    "upload_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upload_file_pkey" PRIMARY KEY ("upload_id","path")
);

-- CreateTable
CREATE TABLE "check_execution" (
    "id" UUID NOT NULL,
    "upload_id" UUID NOT NULL,
    "check_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "run" INTEGER NOT NULL DEFAULT 1,
    "callback" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "start" TIMESTAMPTZ(6),
    "finish" TIMESTAMPTZ(6),

    CONSTRAINT "check_execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_line" (
    "id" BIGSERIAL NOT NULL,
    "execution_id" UUID NOT NULL,
    "line" TEXT NOT NULL,

    CONSTRAINT "log_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "processing_execution" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "processing_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "callback" JSONB,
    "output_stored_data_id" UUID,
    "output_upload_id" UUID,
    "output_is_new" BOOLEAN NOT NULL,
    "initiator_id" UUID,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "launch" TIMESTAMPTZ(6),
    "start" TIMESTAMPTZ(6),
    "finish" TIMESTAMPTZ(6),

    CONSTRAINT "processing_execution_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_input_upload" (
    "execution_id" UUID NOT NULL,
    "upload_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "execution_input_upload_pkey" PRIMARY KEY ("execution_id","upload_id")
);

-- CreateTable
CREATE TABLE "execution_input_stored_data" (
    "execution_id" UUID NOT NULL,
    "stored_data_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "execution_input_stored_data_pkey" PRIMARY KEY ("execution_id","stored_data_id")
);

-- CreateTable
CREATE TABLE "stored_data" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "storage_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "status" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL DEFAULT false,
    "srs" TEXT,
    "edition" JSONB,
    "extent" JSONB,
    "size" BIGINT,
    "type_infos" JSON,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB,
    "public_activity" BOOLEAN NOT NULL DEFAULT false,
    "schema_name" TEXT,
    "last_event" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "stored_data_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "static" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "type_infos" JSONB NOT NULL DEFAULT '{}',
    "content" JSONB,
    "key" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "extra" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "static_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "configuration" (
    "id" UUID NOT NULL,
    "datastore_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "layer_name" TEXT NOT NULL,
    "type_infos" JSON NOT NULL,
    "attribution" JSONB,
    "metadata" JSONB,
    "status" TEXT NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "extra" JSONB,
    "last_event" JSONB,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "configuration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "configuration_stored_data" (
    "configuration_id" UUID NOT NULL,
    "stored_data_id" UUID NOT NULL,

    CONSTRAINT "configuration_stored_data_pkey" PRIMARY KEY ("configuration_id","stored_data_id")
);

-- CreateTable
CREATE TABLE "configuration_static" (
    "configuration_id" UUID NOT NULL,
    "static_id" UUID NOT NULL,

    CONSTRAINT "configuration_static_pkey" PRIMARY KEY ("configuration_id","static_id")
);

-- CreateTable
CREATE TABLE "offering" (
    "id" UUID NOT NULL,
    "configuration_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL,
    "available" BOOLEAN NOT NULL DEFAULT true,
    "urls" JSONB NOT NULL,
    "publication" JSONB,
    "extra" JSONB,
    "public_activity" BOOLEAN NOT NULL DEFAULT false,
    "initiator_id" UUID,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "offering_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "entity_type" TEXT NOT NULL,
    "entity_id" UUID NOT NULL,
    "date" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "title" TEXT,
    "text" TEXT,
    "from_status" TEXT,
    "to_status" TEXT,
    "urls" JSONB,
    "initiator_id" UUID,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "warning" (
    "id" BIGSERIAL NOT NULL,
    "entity_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "warning_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment" (
    "id" UUID NOT NULL,
    "entity_type" TEXT NOT NULL,
    "entity_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "author_id" UUID NOT NULL,
    "creation" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "update" TIMESTAMPTZ(6),

    CONSTRAINT "comment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_username_key" ON "account"("username");

-- CreateIndex
CREATE UNIQUE INDEX "account_email_key" ON "account"("email");

-- CreateIndex
CREATE UNIQUE INDEX "account_service_client_id_key" ON "account"("service_client_id");

-- CreateIndex
CREATE INDEX "oidc_payload_grant_id_idx" ON "oidc_payload"("grant_id");

-- CreateIndex
CREATE INDEX "oidc_payload_uid_idx" ON "oidc_payload"("uid");

-- CreateIndex
CREATE INDEX "oidc_payload_expires_at_idx" ON "oidc_payload"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "community_technical_name_key" ON "community"("technical_name");

-- CreateIndex
CREATE INDEX "member_user_id_idx" ON "member"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "datastore_community_id_key" ON "datastore"("community_id");

-- CreateIndex
CREATE UNIQUE INDEX "storage_name_key" ON "storage"("name");

-- CreateIndex
CREATE UNIQUE INDEX "check_name_key" ON "check"("name");

-- CreateIndex
CREATE UNIQUE INDEX "processing_name_key" ON "processing"("name");

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_name_key" ON "endpoint"("name");

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_technical_name_key" ON "endpoint"("technical_name");

-- CreateIndex
CREATE INDEX "upload_datastore_id_creation_idx" ON "upload"("datastore_id", "creation");

-- CreateIndex
CREATE INDEX "check_execution_upload_id_idx" ON "check_execution"("upload_id");

-- CreateIndex
CREATE INDEX "log_line_execution_id_id_idx" ON "log_line"("execution_id", "id");

-- CreateIndex
CREATE INDEX "processing_execution_datastore_id_creation_idx" ON "processing_execution"("datastore_id", "creation");

-- CreateIndex
CREATE INDEX "processing_execution_output_stored_data_id_idx" ON "processing_execution"("output_stored_data_id");

-- CreateIndex
CREATE INDEX "execution_input_upload_upload_id_idx" ON "execution_input_upload"("upload_id");

-- CreateIndex
CREATE INDEX "execution_input_stored_data_stored_data_id_idx" ON "execution_input_stored_data"("stored_data_id");

-- CreateIndex
CREATE INDEX "stored_data_datastore_id_creation_idx" ON "stored_data"("datastore_id", "creation");

-- CreateIndex
CREATE INDEX "static_datastore_id_creation_idx" ON "static"("datastore_id", "creation");

-- CreateIndex
CREATE INDEX "configuration_datastore_id_creation_idx" ON "configuration"("datastore_id", "creation");

-- CreateIndex
CREATE UNIQUE INDEX "configuration_type_layer_name_key" ON "configuration"("type", "layer_name");

-- CreateIndex
CREATE INDEX "configuration_stored_data_stored_data_id_idx" ON "configuration_stored_data"("stored_data_id");

-- CreateIndex
CREATE INDEX "configuration_static_static_id_idx" ON "configuration_static"("static_id");

-- CreateIndex
CREATE INDEX "offering_configuration_id_idx" ON "offering"("configuration_id");

-- CreateIndex
CREATE INDEX "offering_endpoint_id_idx" ON "offering"("endpoint_id");

-- CreateIndex
CREATE INDEX "event_entity_id_id_idx" ON "event"("entity_id", "id");

-- CreateIndex
CREATE INDEX "warning_entity_id_idx" ON "warning"("entity_id");

-- CreateIndex
CREATE INDEX "comment_entity_id_creation_idx" ON "comment"("entity_id", "creation");

-- AddForeignKey
ALTER TABLE "community" ADD CONSTRAINT "community_supervisor_id_fkey" FOREIGN KEY ("supervisor_id") REFERENCES "api_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "api_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore" ADD CONSTRAINT "datastore_community_id_fkey" FOREIGN KEY ("community_id") REFERENCES "community"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_storage" ADD CONSTRAINT "datastore_storage_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_storage" ADD CONSTRAINT "datastore_storage_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storage"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_check" ADD CONSTRAINT "datastore_check_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_check" ADD CONSTRAINT "datastore_check_check_id_fkey" FOREIGN KEY ("check_id") REFERENCES "check"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_processing" ADD CONSTRAINT "datastore_processing_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_processing" ADD CONSTRAINT "datastore_processing_processing_id_fkey" FOREIGN KEY ("processing_id") REFERENCES "processing"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_endpoint" ADD CONSTRAINT "datastore_endpoint_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastore_endpoint" ADD CONSTRAINT "datastore_endpoint_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload" ADD CONSTRAINT "upload_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload" ADD CONSTRAINT "upload_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storage"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_file" ADD CONSTRAINT "upload_file_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "upload"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "check_execution" ADD CONSTRAINT "check_execution_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "upload"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "check_execution" ADD CONSTRAINT "check_execution_check_id_fkey" FOREIGN KEY ("check_id") REFERENCES "check"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_execution" ADD CONSTRAINT "processing_execution_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_execution" ADD CONSTRAINT "processing_execution_processing_id_fkey" FOREIGN KEY ("processing_id") REFERENCES "processing"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_execution" ADD CONSTRAINT "processing_execution_output_stored_data_id_fkey" FOREIGN KEY ("output_stored_data_id") REFERENCES "stored_data"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "processing_execution" ADD CONSTRAINT "processing_execution_output_upload_id_fkey" FOREIGN KEY ("output_upload_id") REFERENCES "upload"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_input_upload" ADD CONSTRAINT "execution_input_upload_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "processing_execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_input_upload" ADD CONSTRAINT "execution_input_upload_upload_id_fkey" FOREIGN KEY ("upload_id") REFERENCES "upload"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_input_stored_data" ADD CONSTRAINT "execution_input_stored_data_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "processing_execution"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_input_stored_data" ADD CONSTRAINT "execution_input_stored_data_stored_data_id_fkey" FOREIGN KEY ("stored_data_id") REFERENCES "stored_data"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stored_data" ADD CONSTRAINT "stored_data_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stored_data" ADD CONSTRAINT "stored_data_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storage"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "static" ADD CONSTRAINT "static_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "configuration" ADD CONSTRAINT "configuration_datastore_id_fkey" FOREIGN KEY ("datastore_id") REFERENCES "datastore"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "configuration_stored_data" ADD CONSTRAINT "configuration_stored_data_configuration_id_fkey" FOREIGN KEY ("configuration_id") REFERENCES "configuration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "configuration_stored_data" ADD CONSTRAINT "configuration_stored_data_stored_data_id_fkey" FOREIGN KEY ("stored_data_id") REFERENCES "stored_data"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "configuration_static" ADD CONSTRAINT "configuration_static_configuration_id_fkey" FOREIGN KEY ("configuration_id") REFERENCES "configuration"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "configuration_static" ADD CONSTRAINT "configuration_static_static_id_fkey" FOREIGN KEY ("static_id") REFERENCES "static"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offering" ADD CONSTRAINT "offering_configuration_id_fkey" FOREIGN KEY ("configuration_id") REFERENCES "configuration"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offering" ADD CONSTRAINT "offering_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_initiator_id_fkey" FOREIGN KEY ("initiator_id") REFERENCES "api_user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "api_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Facts every instance starts with. A copy of a database (template) must draw a new instance id.
INSERT INTO "setting" ("name", "value") VALUES ('instance_id', left(replace(gen_random_uuid()::text, '-', ''), 12));
INSERT INTO "epoch" ("name") VALUES ('publication'), ('rights');
