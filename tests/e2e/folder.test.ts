import { expect } from "@jest/globals";
import { onlyIn } from "../support/modes.ts";
import { startProduct } from "../support/product.ts";

const alone = onlyIn(["one"], "what keeps a mesh refuses a second one: tests/mesh/supervisor");
const bare = onlyIn(["one"], "servers of a mesh keep theirs in it, too");

alone(
	"SAG-25 two products never work in one folder: the second says so and ends; after a kill it may",
	async () => {
		const product = await startProduct();
		try {
			const second = startProduct({ data_dir: product.data_dir });
			second.then((both) => both.stop("SIGKILL")).catch(() => {});
			await expect(second).rejects.toThrow(
				/cannot start: .*another Comptoir works in it.*RETAIL_DATA_DIR/,
			);
			expect((await fetch(`${product.url}/health`)).status).toBe(200);
			const heir = await product.restart("SIGKILL");
			await heir.stop();
		} finally {
			await product.stop("SIGKILL").catch(() => {});
			product.remove();
		}
	},
	60_000,
);

bare(
	"DEP-11 it starts without a warning, and stops in peace even when its folder has been deleted",
	async () => {
		const product = await startProduct();
		expect(product.printed()).not.toMatch(/"level":[4-6]0/);
		product.remove();
		await product.stop();
		expect(product.exitCode()).toBe(0);
	},
	60_000,
);
