// The clients of the AWS SDK, in one bundle that is loaded late: what STS's and IAM's are made of is in it once.
export { createIam } from './iam.ts'
export { createSts, reachSts } from './sts.ts'
