// What an app or a partner writes on top of the types that are made of openapi.yaml.

import createClient from "openapi-fetch";
import type { paths } from "./openapi";

declare const process: { env: Record<string, string> };
const given = JSON.parse(process.env.GIVEN) as { url: string; reference: string; key: string };

const guest = createClient<paths>({ baseUrl: given.url });
const partner = createClient<paths>({
  baseUrl: given.url,
  headers: { Authorization: `Api-Key ${given.key}` },
});

const started = await guest.POST("/api/checkin/start/", {
  body: { booking_reference: given.reference, device_type: "MOBILE" },
});
const unknown = await guest.POST("/api/checkin/start/", {
  body: { booking_reference: "BK-NO-SUCH" },
});
const ping = await partner.GET("/api/partner/v1/ping/");

console.log(
  JSON.stringify({
    step: started.data && "flow" in started.data ? started.data.flow.step : null,
    refusal: unknown.error?.error.code,
    scopes: ping.data?.scopes,
  }),
);
