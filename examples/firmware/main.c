/* The spotter on an emulated board. In place of a microphone it reads recording.bin from the host,
 * 16-bit samples at 16 kHz; it says on the console when it heard which word, and writes what the
 * network took and gave to heard.bin, for comparison. */
#include "host.h"
#include "kws.h"
#include "spotter.h"
#include "spotter_tables.h"

enum { EXIT_NO_FILES = 71, HOP_MS = 20 };

int main(void) {
  static int16_t samples[SPOTTER_HOP];
  static int8_t input[KWS_INPUT_0_ELEMENTS];
  const int recording = host_open("recording.bin", HOST_READ);
  const int heard = host_open("heard.bin", HOST_WRITE);
  if (recording < 0 || heard < 0) return EXIT_NO_FILES;
  spotter_init();
  for (int32_t hop = 1; host_read(recording, samples, sizeof samples); ++hop) {
    if (!spotter_hear(samples)) continue;
    spotter_look(input);
    int8_t* network = kws_input_0();
    for (int32_t i = 0; i < KWS_INPUT_0_ELEMENTS; ++i) network[i] = input[i];
    const int32_t word = spotter_think();
    if (word != SPOTTER_NONE) {
      host_print_number(hop * HOP_MS);
      host_print(" ms ");
      host_print(spotter_words[word]);
      host_print("\n");
    }
    const int written = host_write(heard, input, sizeof input) &&
                        host_write(heard, kws_output_0(), KWS_OUTPUT_0_BYTES);
    if (!written) return EXIT_NO_FILES;
  }
  host_close(heard);
  return 0;
}
