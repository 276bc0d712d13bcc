// A plugin for QEMU that counts the instructions a firmware executes, by function and by region,
// and leaves no code in the firmware.
//
//   qemu-system-arm ... -plugin libmote_count.so,ranges=ranges.txt,output=counts.txt
//
// `ranges` has a line for every function: START END KIND NAME, addresses in hexadecimal, END behind
// the last byte. A region is all that runs from the moment control enters a function of kind
//   enter   at its first instruction,
//   always  anywhere,
// until it enters another one of these; functions of kind `within` (and code of no function) count
// for whichever region is open. `output` gets a line for every function that ran:
//   function NAME INSTRUCTIONS CALLS
//   region NAME INSTRUCTIONS CALLS
// CALLS: how often its first instruction ran. Instructions that a condition skips count too.
// One CPU is assumed.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mote/device/plugin/qemu_plugin_api.h"

#define EXPORT __attribute__((visibility("default")))

enum { MAX_LINE = 512, MAX_NAME = 256 };

typedef enum { KIND_WITHIN, KIND_ENTER, KIND_ALWAYS } kind_t;

typedef struct {
  uint64_t start, end;
  kind_t kind;
  char name[MAX_NAME];
  uint64_t instructions, calls;  // its own
  uint64_t region_instructions;  // of the region it opens
} function_t;

// What a block that opens a region needs when it runs.
typedef struct opening {
  function_t* function;
  uint64_t instructions;
  struct opening* next;
} opening_t;

static function_t* functions;
static size_t function_count;
static function_t outside = {.name = "(none)"};
static opening_t* openings;
static function_t* open_region;    // NULL before the first
static uint64_t total;             // instructions so far
static uint64_t total_at_opening;  // when open_region was opened
static char* output_path;

static function_t* function_at(uint64_t address) {
  size_t low = 0, high = function_count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (functions[middle].end <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low < function_count && functions[low].start <= address) return &functions[low];
  return &outside;
}

static void close_region(void) {
  if (open_region) open_region->region_instructions += total - total_at_opening;
  total_at_opening = total;
}

// This block's instructions are added here, not inline, so that the order in which QEMU runs
// callbacks and inline additions does not matter.
static void on_opening(unsigned int cpu, void* data) {
  (void)cpu;
  const opening_t* opening = data;
  close_region();
  open_region = opening->function;
  total += opening->instructions;
}

static void add_inline(struct qemu_plugin_tb* block, uint64_t* counter, uint64_t amount) {
  qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, counter, amount);
}

static void open_when_run(struct qemu_plugin_tb* block, function_t* function) {
  opening_t* opening = malloc(sizeof *opening);
  if (!opening) {
    fprintf(stderr, "mote_count: out of memory\n");
    exit(EXIT_FAILURE);
  }
  *opening = (opening_t){function, qemu_plugin_tb_n_insns(block), openings};
  openings = opening;
  qemu_plugin_register_vcpu_tb_exec_cb(block, on_opening, QEMU_PLUGIN_CB_NO_REGS, opening);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(block);
  function_t* opens = NULL;
  function_t* function = NULL;
  uint64_t run = 0;  // instructions in a row that belong to `function`
  for (size_t i = 0; i < count; ++i) {
    const uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, i));
    function_t* at = function_at(address);
    if (at != function) {
      if (function) add_inline(block, &function->instructions, run);
      function = at;
      run = 0;
    }
    ++run;
    const int first = at != &outside && address == at->start;
    if (first) add_inline(block, &at->calls, 1);
    if (at->kind == KIND_ALWAYS || (at->kind == KIND_ENTER && first)) opens = at;
  }
  if (function) add_inline(block, &function->instructions, run);
  if (opens) {
    open_when_run(block, opens);
  } else {
    add_inline(block, &total, count);
  }
}

static void write_counts(qemu_plugin_id_t id, void* data) {
  (void)id;
  (void)data;
  close_region();
  FILE* file = fopen(output_path, "w");
  if (!file) {
    fprintf(stderr, "mote_count: cannot write '%s'\n", output_path);
    return;
  }
  for (size_t i = 0; i <= function_count; ++i) {
    const function_t* function = i < function_count ? &functions[i] : &outside;
    if (!function->instructions) continue;
    fprintf(file, "function %s %" PRIu64 " %" PRIu64 "\n", function->name, function->instructions,
            function->calls);
    if (function->kind == KIND_WITHIN) continue;
    fprintf(file, "region %s %" PRIu64 " %" PRIu64 "\n", function->name,
            function->region_instructions, function->calls);
  }
  fclose(file);
  while (openings) {
    opening_t* next = openings->next;
    free(openings);
    openings = next;
  }
  free(functions);
  free(output_path);
}

static int by_start(const void* left, const void* right) {
  const uint64_t a = ((const function_t*)left)->start, b = ((const function_t*)right)->start;
  return (a > b) - (a < b);
}

static int parse_line(const char* line, function_t* function) {
  char kind[16];
  if (sscanf(line, "%" SCNx64 " %" SCNx64 " %15s %255s", &function->start, &function->end, kind,
             function->name) != 4)
    return 0;
  if (strcmp(kind, "within") == 0) {
    function->kind = KIND_WITHIN;
  } else if (strcmp(kind, "enter") == 0) {
    function->kind = KIND_ENTER;
  } else if (strcmp(kind, "always") == 0) {
    function->kind = KIND_ALWAYS;
  } else {
    return 0;
  }
  return function->start < function->end;
}

static int read_ranges(const char* path) {
  FILE* file = fopen(path, "r");
  if (!file) return 0;
  char line[MAX_LINE];
  size_t capacity = 0;
  int good = 1;
  while (good && fgets(line, sizeof line, file)) {
    if (function_count == capacity) {
      capacity = capacity ? 2 * capacity : 64;
      function_t* grown = realloc(functions, capacity * sizeof *functions);
      if (!grown) break;
      functions = grown;
    }
    function_t function = {0};
    good = parse_line(line, &function);
    if (good) functions[function_count++] = function;
  }
  good = good && feof(file);
  fclose(file);
  if (function_count) qsort(functions, function_count, sizeof *functions, by_start);
  return good;
}

EXPORT int qemu_plugin_version = 1;

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                               char** argv) {
  (void)info;
  static const char kRanges[] = "ranges=", kOutput[] = "output=";
  const char* ranges = NULL;
  const char* output = NULL;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], kRanges, sizeof kRanges - 1) == 0) ranges = argv[i] + sizeof kRanges - 1;
    if (strncmp(argv[i], kOutput, sizeof kOutput - 1) == 0) output = argv[i] + sizeof kOutput - 1;
  }
  if (!ranges || !output) {
    fprintf(stderr, "mote_count: it takes ranges=FILE and output=FILE\n");
    return -1;
  }
  if (!read_ranges(ranges)) {
    fprintf(stderr, "mote_count: '%s' is not a list of ranges\n", ranges);
    return -1;
  }
  output_path = malloc(strlen(output) + 1);
  if (!output_path) return -1;
  strcpy(output_path, output);
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, write_counts, NULL);
  return 0;
}
