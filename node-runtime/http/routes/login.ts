/** `POST /api/v1/auth/login`: a password for a token. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { problemAnswers } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { ApiProblem } from "../problem.ts";

const loginAnswer = z.object({
  token: z.string().describe("Send it as `authorization: Bearer …`"),
  token_type: z.literal("Bearer"),
  expires_at: z.string().describe("RFC 3339"),
  roles: z.array(z.string()),
});

/** Adds the route. */
export function loginRoutes(parent: FastifyInstance, { login, audit }: AppDeps): void {
  parent.withTypeProvider<ZodTypeProvider>().post(
    "/api/v1/auth/login",
    {
      config: { access: "anyone" },
      schema: {
        tags: ["auth"],
        summary: "Log in with a password",
        description: "The token is good until it expires. Attempts are limited by address and by user name.",
        body: z.strictObject({ username: z.string().min(1).max(128), password: z.string().min(1).max(1_024) }),
        response: { 200: loginAnswer, ...problemAnswers(400, 401, 404, 429) },
      },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const holder = login.isUser(username) ? username : null;
      try {
        const { token, expiresAt, roles } = await login.logIn({ username, password, address: request.ip });
        audit.write(request, { outcome: "ok", status: 200, holder });
        return await reply
          .header("cache-control", "no-store")
          .send({ token, token_type: "Bearer" as const, expires_at: expiresAt.toISOString(), roles: [...roles] });
      } catch (error) {
        if (error instanceof ApiProblem && error.code !== "not-found") {
          audit.write(request, { outcome: error.code, status: error.statusCode, holder });
        }
        throw error;
      }
    },
  );
}
