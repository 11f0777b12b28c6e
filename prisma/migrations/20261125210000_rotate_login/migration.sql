-- AlterEnum
ALTER TYPE "operation_action" ADD VALUE 'rotate_login';
