/** Patience with etcd's rule that members count only when they have been connected for 5 s. */
import { ConstantBackoff, handleWhen, retry } from "cockatiel";
import { isUnsettled } from "../etcd-admin.ts";

/** Asks for a change again, for 6 s, that etcd refuses since a member has just come up. */
export const settling = retry(handleWhen(isUnsettled), { maxAttempts: 12, backoff: new ConstantBackoff(500) });
