/** Addresses of HTTP services that a node calls. */
import { z } from "zod";

/** An http or https URL without credentials in it. */
export const httpUrl = () =>
  z
    .string()
    .regex(
      /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?(?:\/[!$&-;=@-Z_a-z~%]*)?$/,
      "an http or https URL without user name, query or fragment, for example https://service.example.com",
    );
