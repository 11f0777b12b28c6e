-- AlterTable
ALTER TABLE "branches" ADD COLUMN     "ttl_seconds" INTEGER;

-- CreateIndex
CREATE INDEX "branches_expires_at_idx" ON "branches"("expires_at");
