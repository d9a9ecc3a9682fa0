// Runs Mozilla's HTTP Observatory on a site and prints its findings as JSON.
// usage: NODE_EXTRA_CA_CERTS=FILE node scan.mjs NAME
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const scanner = pathToFileURL(
  createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory"),
);
// Its install script would download the list of sites that browsers preload; none of ours is on it.
writeFileSync(new URL("../conf/hsts-preload.json", scanner), "{}");

const { scan } = await import(scanner.href);
console.log(JSON.stringify(await scan(process.argv[2])));
process.exit(); // connections that it keeps would hold the process
