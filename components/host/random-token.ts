/** A secret that is drawn once. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link RandomToken}. */
export interface RandomTokenArgs {
  /** In letters and digits, 32 to 512. Another length is another token. Default: 48. */
  length?: pulumi.Input<number>;
}

/** Draws a token, which then stays in the (encrypted) state and never changes. */
export class RandomToken extends pulumi.CustomResource {
  /** Secret. */
  declare readonly token: pulumi.Output<string>;

  constructor(name: string, args: RandomTokenArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:security:RandomToken",
      name,
      { ...args, token: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["token"] }),
    );
  }
}
