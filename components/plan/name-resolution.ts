/**
 * How containers look up names, as in resolv.conf. Docker asks servers of the host for a name that it doesn't know, such as
 * that of a stopped container: where they don't answer, a program would wait for ten seconds, and could not end meanwhile.
 */
export const dnsOptions: readonly string[] = ["timeout:1", "attempts:2"];
