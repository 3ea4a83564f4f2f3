# Each recipe is one line on purpose: what it does stands in the script or the tool that it names.
.PHONY: help run test chaos fmt lint docs up down loadtest contacts check-deploy

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

run: ## everything in one process on http://127.0.0.1:8000, on SQLite
	@deploy/scripts/run.sh

test: ## all that a change must pass; installs and starts what it needs
	@deploy/scripts/test.sh

chaos: ## every fault under load, 20 minutes; FAULTS="redis-kill" for some rows
	@deploy/scripts/chaos.sh

fmt: ## format the code
	cargo fmt --all

lint: ## clippy, every warning an error
	cargo clippy --workspace --all-targets -- -D warnings

docs: ## the crates' documentation, in target/doc
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

up: ## the whole cluster on http://127.0.0.1:8080; makes .env the first time
	@test -e .env || deploy/scripts/make-env.sh
	docker compose up --build --detach --wait

down: ## stop the cluster; the data stays (docker compose down -v removes it)
	docker compose down

loadtest: ## the load generator; options in ARGS, make loadtest ARGS=--help
	cargo run --release --package loadtest -- $(ARGS)

contacts: ## how well contact details are found: precision and recall on the labelled texts
	@cargo run --quiet --release --package chat --example contact_figures -- $(ARGS)

check-deploy: ## scripts, compose file and Kubernetes manifests, without a cluster
	@deploy/scripts/check-deploy.sh
