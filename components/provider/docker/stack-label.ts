/** The label that says of which stack a container is. */

/** Its value is `<project>/<stack>`. */
export const stackLabel = "quorumkit.stack";
