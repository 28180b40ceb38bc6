/** Pulumi's mocks for tests of components: records what is registered, and answers like a provider. */
import * as pulumi from "@pulumi/pulumi";

/** A resource that a component registered. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Installs mocks; returns the list that fills with registered resources. */
export async function recordResources(preview = false): Promise<Registered[]> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        resources.push({ type, name, inputs: inputs as Record<string, unknown> });
        return { id: `${name}-id`, state: { ...(inputs as Record<string, unknown>), ...outputsOf(type, inputs) } };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
  return resources;
}

/** What a provider would add. */
function outputsOf(type: string, inputs: unknown): Record<string, unknown> {
  switch (type) {
    case "quorumkit:security:RandomToken":
      return { token: "the-token" };
    case "quorumkit:security:ClusterCertificates": {
      const { nodes } = inputs as { nodes: { id: string }[] };
      const issue = ({ id }: { id: string }) => [id, { certificate: `certificate of ${id}`, key: `key of ${id}` }];
      return { caCertificate: "the-authority", certificates: Object.fromEntries(nodes.map(issue)) as unknown };
    }
    case "quorumkit:cluster:ClusterMembers":
      return { clusterId: "the-cluster" };
    default:
      return { imageId: "sha256:1" };
  }
}

/** The value of an Output. */
export function valueOf<Value>(output: pulumi.Output<Value>): Promise<pulumi.Unwrap<Value>> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value as pulumi.Unwrap<Value>);
    });
  });
}
