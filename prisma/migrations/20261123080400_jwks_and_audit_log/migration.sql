-- AlterTable
ALTER TABLE "data_apis" ADD COLUMN "jwks_id" UUID;

-- CreateTable
CREATE TABLE "project_jwks" (
    "id" UUID NOT NULL,
    "project_id" TEXT NOT NULL,
    "branch_id" TEXT,
    "jwks_url" TEXT NOT NULL,
    "provider_name" TEXT NOT NULL,
    "audience" TEXT,
    "role_names" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_jwks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "request_id" TEXT NOT NULL,
    "key_id" INTEGER NOT NULL,
    "key_name" TEXT NOT NULL,
    "project_id" TEXT,
    "action" TEXT NOT NULL,
    "target" JSONB NOT NULL DEFAULT '{}',
    "status" INTEGER NOT NULL,
    "error_code" TEXT,
    "address" TEXT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "project_jwks_project_id_idx" ON "project_jwks"("project_id");

-- CreateIndex
CREATE INDEX "project_jwks_branch_id_idx" ON "project_jwks"("branch_id");

-- CreateIndex
CREATE INDEX "audit_entries_project_id_id_idx" ON "audit_entries"("project_id", "id");

-- CreateIndex
CREATE INDEX "audit_entries_created_at_idx" ON "audit_entries"("created_at");

-- CreateIndex
CREATE INDEX "data_apis_jwks_id_idx" ON "data_apis"("jwks_id");

-- AddForeignKey
ALTER TABLE "data_apis" ADD CONSTRAINT "data_apis_jwks_id_fkey" FOREIGN KEY ("jwks_id") REFERENCES "project_jwks"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_jwks" ADD CONSTRAINT "project_jwks_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_jwks" ADD CONSTRAINT "project_jwks_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE CASCADE ON UPDATE CASCADE;
