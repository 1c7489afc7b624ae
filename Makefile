# Each target runs the script of its name; 'make help' lists those there are.
SCRIPTS := $(filter demo test bench soak faults lint format bootstrap,$(notdir $(wildcard scripts/*)))

.DEFAULT_GOAL := help
.PHONY: help clean $(SCRIPTS)

$(SCRIPTS):
	@scripts/$@ $(ARGS)

help: ## list the targets
	@for script in $(SCRIPTS); do printf '  make %-10s %s\n' "$$script" "$$(sed -n '2s/^# //p' scripts/$$script)"; done
	@printf '  make %-10s %s\n' clean 'Removes everything that was built.'

clean:
	rm -rf .build
