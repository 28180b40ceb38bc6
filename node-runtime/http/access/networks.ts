/** Addresses and networks. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Tells whether an address is in one of the networks; undefined stands for "no networks given". */
export type NetworkCheck = (address: string) => boolean;

/** A check for a list of CIDR networks. */
export function inNetworks(networks: readonly string[]): NetworkCheck {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return (address) => {
    const plain = unmapped(address);
    if (isIPv4(plain)) return list.check(plain, "ipv4");
    return isIPv6(plain) && list.check(plain, "ipv6");
  };
}

/** `::ffff:127.0.0.1` -> `127.0.0.1`, as sockets that take both families have it. */
function unmapped(address: string): string {
  const match = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return match?.[1] ?? address;
}

/** Whether an address is one of this machine only. */
export function isLoopbackAddress(address: string): boolean {
  const plain = unmapped(address);
  return plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}

/** Whether a host name, as in a URL or a Host header, means this machine only. Ports are cut off. */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}
