#!/usr/bin/env node
import { main } from "../dist/tsnids.js";

await main(process.argv);
