-- AlterTable
ALTER TABLE "audit_entries" ADD COLUMN     "finished_at" TIMESTAMPTZ(3),
ALTER COLUMN "status" DROP NOT NULL;
