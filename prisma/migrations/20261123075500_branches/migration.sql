-- AlterEnum
ALTER TYPE "operation_action" ADD VALUE 'reset_branch';

-- AlterTable
ALTER TABLE "branches" ADD COLUMN "deleted_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "endpoints" ADD COLUMN "hidden" BOOLEAN NOT NULL DEFAULT false;
