-- CreateEnum
CREATE TYPE "compute_kind" AS ENUM ('local', 'attached');

-- CreateEnum
CREATE TYPE "branch_state" AS ENUM ('init', 'resetting', 'ready', 'archived');

-- CreateEnum
CREATE TYPE "endpoint_type" AS ENUM ('read_write', 'read_only');

-- CreateEnum
CREATE TYPE "endpoint_state" AS ENUM ('init', 'active', 'idle');

-- CreateEnum
CREATE TYPE "operation_action" AS ENUM ('create_timeline', 'create_branch', 'delete_timeline', 'create_compute', 'start_compute', 'suspend_compute', 'apply_config', 'check_availability', 'provision_data_api', 'remove_data_api');

-- CreateEnum
CREATE TYPE "operation_status" AS ENUM ('scheduling', 'running', 'finished', 'failed', 'error', 'cancelling', 'cancelled', 'skipped');

-- CreateEnum
CREATE TYPE "data_api_status" AS ENUM ('provisioning', 'active', 'error');

-- CreateEnum
CREATE TYPE "token_provider" AS ENUM ('managed', 'external');

-- CreateTable
CREATE TABLE "api_keys" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "project_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "last_used_from" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "projects" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region_id" TEXT NOT NULL,
    "pg_version" INTEGER NOT NULL,
    "compute" "compute_kind" NOT NULL,
    "history_retention_seconds" INTEGER NOT NULL DEFAULT 0,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "default_endpoint_settings" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "branches" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "parent_id" TEXT,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "is_protected" BOOLEAN NOT NULL DEFAULT false,
    "current_state" "branch_state" NOT NULL DEFAULT 'init',
    "pending_state" "branch_state",
    "state_changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "init_source" TEXT NOT NULL DEFAULT 'parent-data',
    "annotation" JSONB NOT NULL DEFAULT '{}',
    "connection_url_sealed" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "last_reset_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "branches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "endpoints" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "branch_id" TEXT NOT NULL,
    "name" TEXT,
    "type" "endpoint_type" NOT NULL DEFAULT 'read_write',
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "local_port" INTEGER,
    "current_state" "endpoint_state" NOT NULL DEFAULT 'init',
    "pending_state" "endpoint_state",
    "superuser_password_sealed" TEXT,
    "suspend_timeout_seconds" INTEGER NOT NULL DEFAULT 0,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "last_active_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "suspended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "branch_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_sealed" TEXT,
    "is_protected" BOOLEAN NOT NULL DEFAULT false,
    "no_login" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("branch_id","name")
);

-- CreateTable
CREATE TABLE "databases" (
    "id" SERIAL NOT NULL,
    "branch_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "owner_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "databases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_apis" (
    "id" UUID NOT NULL,
    "branch_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "database_name" TEXT NOT NULL,
    "status" "data_api_status" NOT NULL DEFAULT 'provisioning',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "provider" "token_provider",
    "provider_name" TEXT,
    "jwks_url" TEXT,
    "jwks" JSONB,
    "jwks_fetched_at" TIMESTAMPTZ(3),
    "jwks_checked_at" TIMESTAMPTZ(3),
    "jwks_error" TEXT,
    "audience" TEXT,
    "audience_required" BOOLEAN NOT NULL DEFAULT true,
    "issuer" TEXT,
    "add_default_grants" BOOLEAN NOT NULL DEFAULT false,
    "add_anonymous_grants" BOOLEAN NOT NULL DEFAULT false,
    "skip_auth_schema" BOOLEAN NOT NULL DEFAULT false,
    "login_role" TEXT NOT NULL,
    "login_password_sealed" TEXT NOT NULL,
    "last_error" TEXT,
    "report" JSONB NOT NULL DEFAULT '{}',
    "version" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_apis_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operations" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "project_id" TEXT NOT NULL,
    "branch_id" TEXT,
    "endpoint_id" TEXT,
    "data_api_id" UUID,
    "action" "operation_action" NOT NULL,
    "status" "operation_status" NOT NULL DEFAULT 'scheduling',
    "input" JSONB NOT NULL DEFAULT '{}',
    "steps" JSONB NOT NULL DEFAULT '[]',
    "error" TEXT,
    "failures_count" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant_changes" (
    "sequence" BIGSERIAL NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "database_name" TEXT NOT NULL,
    "removed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_changes_pkey" PRIMARY KEY ("sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_project_id_idx" ON "api_keys"("project_id");

-- CreateIndex
CREATE INDEX "projects_created_at_id_idx" ON "projects"("created_at", "id");

-- CreateIndex
CREATE INDEX "branches_parent_id_idx" ON "branches"("parent_id");

-- CreateIndex
CREATE UNIQUE INDEX "branches_project_id_name_key" ON "branches"("project_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "endpoints_local_port_key" ON "endpoints"("local_port");

-- CreateIndex
CREATE INDEX "endpoints_project_id_idx" ON "endpoints"("project_id");

-- CreateIndex
CREATE INDEX "endpoints_branch_id_idx" ON "endpoints"("branch_id");

-- CreateIndex
CREATE UNIQUE INDEX "databases_branch_id_name_key" ON "databases"("branch_id", "name");

-- CreateIndex
CREATE INDEX "data_apis_branch_id_idx" ON "data_apis"("branch_id");

-- CreateIndex
CREATE INDEX "data_apis_jwks_checked_at_idx" ON "data_apis"("jwks_checked_at");

-- CreateIndex
CREATE UNIQUE INDEX "data_apis_endpoint_id_database_name_key" ON "data_apis"("endpoint_id", "database_name");

-- CreateIndex
CREATE UNIQUE INDEX "operations_sequence_key" ON "operations"("sequence");

-- CreateIndex
CREATE INDEX "operations_project_id_sequence_idx" ON "operations"("project_id", "sequence");

-- CreateIndex
CREATE INDEX "operations_branch_id_sequence_idx" ON "operations"("branch_id", "sequence");

-- CreateIndex
CREATE INDEX "operations_status_sequence_idx" ON "operations"("status", "sequence");

-- CreateIndex
CREATE INDEX "tenant_changes_endpoint_id_database_name_idx" ON "tenant_changes"("endpoint_id", "database_name");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "branches" ADD CONSTRAINT "branches_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "branches" ADD CONSTRAINT "branches_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "branches"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "databases" ADD CONSTRAINT "databases_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_apis" ADD CONSTRAINT "data_apis_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_apis" ADD CONSTRAINT "data_apis_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operations" ADD CONSTRAINT "operations_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
