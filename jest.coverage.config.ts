import base from "./jest.config.ts";

/** The tests again, with what they reach: processes that tests start count for nothing here. */
export default {
	...base,
	collectCoverage: true,
	coverageReporters: ["text-summary", "json-summary", "lcov"],
	collectCoverageFrom: ["{lib,config,mixins,sagas,services}/**/*.ts", "!**/*.d.ts"],
	coverageThreshold: { global: { lines: 70, functions: 60, branches: 70 } },
};
